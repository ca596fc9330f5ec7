"""Answering questions about pictures (VQA), by a checkpoint that is loaded with the first one."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from engine.blip.decoding import Rules, beam_search
from engine.blip.loading import Checkpoint
from engine.blip.networks import Vision
from engine.blip.settings import geometry, query_length
from engine.blip.shapes import shape_or_refusal
from engine.blip.text import TextDecoder, TextEncoder
from engine.blip.words import Words
from engine.checkpoints import CheckpointError, read_json, vision_folder
from engine.describer import Answer, Picture, Reply
from engine.protocol import CheckpointRef, Precision
from engine.questions import YES_OR_NO, wants_yes_or_no

_BEAMS, _LONGEST_ANSWER = 3, 10  # the paper's; tokens, [DEC] and [SEP] among them
_ROWS_AT_ONCE = 64  # choices times pictures: 30,524 scores for each token of each


class Answerer:
    """The question encoder and the answer decoder, which attends to the question's states."""

    def __init__(self, checkpoint: Checkpoint, device: torch.device) -> None:
        shape, weights = checkpoint.shape, checkpoint.weights(device)
        if shape.text.width != shape.vision.width:
            raise CheckpointError(
                f"The config in {checkpoint.folder} gives text and vision different widths; "
                "an answerer's are equal."
            )
        self.words = Words(checkpoint.folder, checkpoint.config)
        self._device = device
        self._longest_question = query_length(shape.text)
        self._longest_answer = min(_LONGEST_ANSWER, shape.text.positions)
        self._encoder = TextEncoder(weights, shape.text)
        self._decoder = TextDecoder(weights, shape.text)

    def question_ids(self, question: str) -> list[int]:
        """[ENC], the question's tokens, [SEP]; an unknown word keeps its place, as [UNK].

        Empty where no word is known.
        """
        words = self.words
        longest = self._longest_question
        if len(words.known_ids(question, words.enc, max_length=longest)) == 2:
            return []
        return words.ids(question, words.enc, max_length=longest)

    def read(self, ids: list[int], seen: Tensor) -> Tensor:
        """A question's states (P, L, width) about P pictures: equally long, so never padded."""
        asked = torch.tensor([ids] * len(seen), device=self._device)
        return self._encoder.states(asked, torch.ones_like(asked), seen)

    def answer_ids(self, states: Tensor) -> Tensor:
        """Token ids (P, length) of an answer from each question's states, [DEC] first."""
        words = self.words
        beginning = torch.full((len(states), 1), words.dec, device=self._device)
        rules = Rules(words.sep, words.pad, self._longest_answer)
        return beam_search(self._decoder.about(states, rules.max_length), beginning, rules, _BEAMS)

    def log_likelihoods(self, states: Tensor, rows: Sequence[list[int]]) -> Tensor:
        """Of each token of K answers (P, K, length) after the first; 0 beyond an answer's end."""
        pictures, longest = len(states), max(map(len, rows))
        padded = [row + [self.words.pad] * (longest - len(row)) for row in rows]
        lengths = torch.tensor([len(row) for row in rows], device=self._device)
        ids = torch.tensor(padded, device=self._device).repeat(pictures, 1)
        telling = self._decoder.about(states, longest)
        telling.reorder(torch.arange(pictures, device=self._device).repeat_interleave(len(rows)))
        scores = telling.each_scores(ids[:, :-1]).log_softmax(-1)
        each = scores.gather(2, ids[:, 1:, None])[..., 0].view(pictures, len(rows), -1)
        there = torch.arange(1, longest, device=self._device) < lengths[:, None]
        return each * there

    def open_answers(self, states: Tensor) -> list[Answer]:
        """An answer in the network's own words, for each question's states."""
        found = []
        for row, state in zip(self.answer_ids(states).tolist(), states, strict=True):
            ids = row[: row.index(self.words.sep) + 1] if self.words.sep in row else row
            each = self.log_likelihoods(state[None], [ids])
            found.append(Answer(self.words.text(ids), float(each.mean().exp())))
        return found

    def ranked(self, states: Tensor, choices: Sequence[str]) -> list[tuple[Answer, ...]]:
        """All choices, the likeliest first, for each question's states.

        A choice's score is the log-likelihood of all its tokens and of its end, as the paper ranks
        the answers of a closed list.
        """
        ids = [self._choice_ids(choice) for choice in choices]
        at_once = max(_ROWS_AT_ONCE // len(states), 1)
        parts = [
            self.log_likelihoods(states, ids[start : start + at_once]).sum(-1)
            for start in range(0, len(ids), at_once)
        ]
        shares = torch.cat(parts, 1).softmax(-1).tolist()
        return [
            tuple(sorted(map(Answer, choices, row), key=lambda answer: -answer.probability))
            for row in shares
        ]

    def _choice_ids(self, choice: str) -> list[int]:
        return self.words.ids(choice, self.words.dec, max_length=self._longest_question)


@dataclass(frozen=True, slots=True)
class _Loaded:
    answerer: Answerer
    vision: Vision


class Answering:
    """An answerer and its eyes, loaded with the first question; any thread may ask."""

    def __init__(
        self,
        ref: CheckpointRef,
        device: torch.device,
        visions: Sequence[Vision],
        precision: Precision = Precision.EXACT,
    ) -> None:
        """``visions``: eyes that are loaded already; equal ones are used. Raises CheckpointError.

        Nothing is loaded yet, but the ``size`` (width, height) of its pictures is known.
        """
        self._folder, self._device, self._visions = Path(ref.folder), device, visions
        self._precision = precision
        config = read_json(self._folder / "config.json")
        self._seeing = vision_folder(self._folder, config)
        shape = shape_or_refusal(read_json(self._seeing / "config.json"), self._seeing)
        self.size = geometry(self._seeing, shape.vision).size
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    def ask(
        self, question: str, pictures: Sequence[Picture], place: int, choices: Sequence[str]
    ) -> Reply:
        """Answer about each picture, whose pixels at ``place`` are of the right size."""
        there = self._load()
        words = there.answerer.words
        unknown = words.unknown_words(" ".join((question, *choices)))
        settings = "choices" if choices else f"beam {_BEAMS}"
        if not choices and wants_yes_or_no(question):
            settings, choices = "yes or no", YES_OR_NO
        ids = there.answerer.question_ids(question)
        if not ids or not pictures:
            return Reply(((),) * len(pictures), settings, unknown)
        seen = there.vision.tokens([picture.pixels[place] for picture in pictures])
        states = there.answerer.read(ids, seen)
        if choices:
            return Reply(tuple(there.answerer.ranked(states, choices)), settings, unknown)
        said = tuple((answer,) for answer in there.answerer.open_answers(states))
        return Reply(said, settings, unknown)

    def _load(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                checkpoint = Checkpoint(self._folder, self._precision)
                seeing = checkpoint
                if self._seeing != self._folder:
                    seeing = Checkpoint(self._seeing, self._precision)
                    _check_eyes(checkpoint, seeing)
                own = Vision(seeing, self._device)
                vision = next((each for each in self._visions if each.equals(own)), own)
                self._loaded = _Loaded(Answerer(checkpoint, self._device), vision)
            return self._loaded


def _check_eyes(checkpoint: Checkpoint, seeing: Checkpoint) -> None:
    """An answerer that has no eyes of its own can only use those it was trained on."""
    wanted = checkpoint.config["photo_narrator"].get("vision_hash")
    if wanted != seeing.vision_hash():
        raise CheckpointError(
            f"The answerer in {checkpoint.folder} was trained on other vision weights than those "
            f"in {seeing.folder}.",
            "Take both from the same release.",
        )
