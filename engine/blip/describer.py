"""A describer set on torch: one vision pass where captioner and matcher share their eyes."""

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.blip.answering import Answering
from engine.blip.devices import choose_device, is_out_of_memory
from engine.blip.networks import TextMatcher, Vision
from engine.blip.parts import Parts, load_parts
from engine.blip.proposing import ranked
from engine.blip.trust import refusal, stored_verdicts, trusted, verdict_key
from engine.checkpoints import CheckpointError
from engine.describer import (
    CannotAnswerError,
    Describer,
    Description,
    DeviceLostError,
    HeatMap,
    ModelInfo,
    Picture,
    QueryVector,
    Reply,
    Wish,
)
from engine.environment import network_threads
from engine.images import open_rgb, squash
from engine.presence import asked_about
from engine.protocol import Candidate, CheckpointRef, Precision


class BlipDescriber(Describer):
    """BLIP as a describer; any part may be absent."""

    def __init__(
        self,
        captioner: CheckpointRef | None,
        matcher: CheckpointRef | None,
        device: str = "auto",
        answerer: CheckpointRef | None = None,
        *,
        precision: Precision = Precision.EXACT,
    ) -> None:
        """Load the checkpoints; raises :class:`engine.checkpoints.CheckpointError`.

        Precisions that are the processor's make ``auto`` the processor.
        """
        torch.set_num_threads(network_threads())
        with _memory_told():
            chosen, parts = _loaded((captioner, matcher, answerer), device, precision)
        self._vision, self._match_vision = parts.vision, parts.match_vision
        self._writer, self._matcher = parts.writer, parts.matcher
        self._rounded = precision.told
        visions = (parts.vision, parts.match_vision)
        self._answering = Answering(answerer, chosen, visions, precision) if answerer else None
        sizes = [vision.geometry.size for vision in visions]
        sizes += [self._answering.size] if self._answering else []
        self._sizes = tuple(dict.fromkeys(sizes))
        size = self._matcher.vector_size if self._matcher else 0
        shared = parts.shared_vision
        self._info = ModelInfo(captioner, matcher, chosen.type, size, shared, answerer)

    @property
    def info(self) -> ModelInfo:
        """What was loaded."""
        return self._info

    def prepare(self, path: Path) -> Picture:
        """Decode once, at twice the largest input at least, then squash to every input size."""
        wide, high = (2 * max(size[axis] for size in self._sizes) for axis in (0, 1))
        image = open_rgb(path, at_least=(wide, high))
        return Picture(tuple(np.asarray(squash(image, size)) for size in self._sizes))

    def describe(
        self, pictures: Sequence[Picture], wishes: Sequence[Wish], *, careful: bool = False
    ) -> list[Description]:
        """Caption, score and embed a batch: each network runs once over all that need it."""
        return self._described(pictures, wishes, "", careful=careful)

    def caption(
        self, pictures: Sequence[Picture], *, beginning: str = "", careful: bool = False
    ) -> list[Description]:
        """A caption and its score for each picture, going on from a given ``beginning``."""
        if self._writer is None:
            raise CheckpointError("Making captions needs a captioner, and none is loaded.")
        wishes = [Wish(caption=True, vector=False)] * len(pictures)
        return self._described(pictures, wishes, beginning, careful=careful)

    def _described(
        self,
        pictures: Sequence[Picture],
        wishes: Sequence[Wish],
        beginning: str,
        *,
        careful: bool,
    ) -> list[Description]:
        written = [i for i, wish in enumerate(wishes) if wish.caption and self._writer]
        matched = [i for i, w in enumerate(wishes) if (w.vector or w.caption) and self._matcher]
        with _computing():
            seen = self._see(self._vision, pictures, sorted({*written, *self._shared(matched)}))
            captions = self._write(seen, written, beginning, careful=careful)
            if self._match_vision is not self._vision:
                wanted = [i for i in matched if wishes[i].vector or i in captions]
                seen = self._see(self._match_vision, pictures, wanted)
            scores = self._score(seen, captions)
            vectors = self._embed(seen, [i for i in matched if wishes[i].vector])
        settings = ("beam 3" if careful else "greedy") + self._rounded
        return [
            Description(captions.get(i), scores.get(i), settings, vectors.get(i))
            for i in range(len(pictures))
        ]

    def embed_text(self, text: str) -> QueryVector:
        """The ITC vector of a query, unknown words left out."""
        matcher = self._required_matcher()
        with _computing():
            vector = matcher.text_vector(text)
            plain = None if vector is None else vector.cpu().numpy()
        return QueryVector(plain, matcher.unknown_words(text))

    def match(self, text: str, pictures: Sequence[Picture]) -> list[float]:
        """The ITM probability of a text for each picture."""
        matcher = self._required_matcher()
        if not pictures:
            return []
        with _computing():
            seen = self._match_vision.tokens(self._pixels(self._match_vision, pictures))
            return _match_probabilities(matcher.match_logits(seen, [text] * len(pictures)))

    def propose(
        self, pictures: Sequence[Picture], *, candidates: int = 5, seed: int = 0
    ) -> list[tuple[Candidate, ...]]:
        """The beam-3 caption and ``candidates`` nucleus samples of each picture, best first."""
        if self._writer is None:
            raise CheckpointError("Making captions needs a captioner, and none is loaded.")
        if not pictures:
            return []
        with _computing():
            seen = self._vision.tokens(self._pixels(self._vision, pictures))
            drafts = self._writer.drafts(seen, count=candidates, seed=seed)
            if self._matcher is not None and self._match_vision is not self._vision:
                seen = self._match_vision.tokens(self._pixels(self._match_vision, pictures))
            texts = [[draft.text for draft in each] for each in drafts]
            scores = [self._scores(one[None], each) for one, each in zip(seen, texts, strict=True)]
        return [ranked(*pair) for pair in zip(drafts, scores, strict=True)]

    def score(self, texts: Sequence[str], pictures: Sequence[Picture]) -> list[float]:
        """The ITM probability of each text for the picture at its place."""
        matcher = self._required_matcher()
        if len(texts) != len(pictures):
            raise ValueError(f"{len(texts)} texts for {len(pictures)} pictures")
        if not pictures:
            return []
        with _computing():
            seen = self._match_vision.tokens(self._pixels(self._match_vision, pictures))
            return _match_probabilities(matcher.match_logits(seen, texts))

    def unknown_words(self, text: str) -> tuple[str, ...]:
        """The words of a text that the matcher does not know."""
        return self._required_matcher().unknown_words(text)

    def _scores(self, seen: Tensor, texts: Sequence[str]) -> Sequence[float | None]:
        """How well each text fits the one picture of ``seen``; None without a matcher."""
        if self._matcher is None or not texts:
            return [None] * len(texts)
        return _match_probabilities(self._matcher.match_logits(seen, texts))

    def ask(self, question: str, pictures: Sequence[Picture], choices: Sequence[str] = ()) -> Reply:
        """Answer a question about each picture: openly, or by weighing the choices."""
        if self._answering is None:
            return super().ask(question, pictures, choices)
        place = self._sizes.index(self._answering.size)
        with _computing():
            reply = self._answering.ask(question, pictures, place, choices)
            presence = self._presence(question, pictures)
        settings = reply.settings + self._rounded
        return dataclasses.replace(reply, settings=settings, presence=presence)

    def _presence(self, question: str, pictures: Sequence[Picture]) -> tuple[float, ...]:
        """How well the best name of what a question is about fits each picture (ITM)."""
        about = asked_about(question) if self._matcher is not None else None
        if about is None or not pictures:
            return ()
        matcher, vision = self._required_matcher(), self._match_vision
        if not (names := [name for name in about.names if not matcher.unknown_words(name)]):
            return ()
        seen = vision.tokens(self._pixels(vision, pictures))
        found = _match_probabilities(matcher.match_logits(seen, names * len(pictures)))
        return tuple(max(found[i : i + len(names)]) for i in range(0, len(found), len(names)))

    def locate(self, text: str, word: str, picture: Picture) -> HeatMap:
        """Where in a picture a word (or phrase) of a text is seen."""
        matcher = self._required_matcher()
        text = text if text.strip() else word
        if unknown := matcher.unknown_words(word):
            raise CannotAnswerError(f"The describer does not know “{unknown[0]}”.")
        places = matcher.places(text, word)
        if not places:
            raise CannotAnswerError(f"There is no “{word}” in “{text}”, as far as it is read.")
        with _memory_told(), torch.no_grad():  # and no inference mode: a gradient is asked for
            seen = self._match_vision.tokens(self._pixels(self._match_vision, [picture]))
            heat, logits = matcher.heat(seen, [text], [places])
            return HeatMap(heat[0].cpu().numpy(), float(logits.softmax(-1)[0, 1]))

    def _shared(self, matched: list[int]) -> list[int]:
        return matched if self._match_vision is self._vision else []

    def _pixels(self, vision: Vision, pictures: Sequence[Picture]) -> list[np.ndarray]:
        place = self._sizes.index(vision.geometry.size)
        return [picture.pixels[place] for picture in pictures]

    def _see(
        self, vision: Vision, pictures: Sequence[Picture], wanted: list[int]
    ) -> dict[int, Tensor]:
        if not wanted:
            return {}
        tokens = vision.tokens(self._pixels(vision, [pictures[i] for i in wanted]))
        return dict(zip(wanted, tokens, strict=True))

    def _write(
        self, seen: dict[int, Tensor], wanted: list[int], beginning: str, *, careful: bool
    ) -> dict[int, str]:
        if self._writer is None or not wanted:
            return {}
        tokens = torch.stack([seen[i] for i in wanted])
        captions = self._writer.captions(tokens, careful=careful, beginning=beginning)
        return dict(zip(wanted, captions, strict=True))

    def _score(self, seen: dict[int, Tensor], captions: dict[int, str]) -> dict[int, float]:
        if self._matcher is None or not captions:
            return {}
        tokens = torch.stack([seen[i] for i in captions])
        logits = self._matcher.match_logits(tokens, list(captions.values()))
        return dict(zip(captions, _match_probabilities(logits), strict=True))

    def _embed(self, seen: dict[int, Tensor], wanted: list[int]) -> dict[int, np.ndarray]:
        if self._matcher is None or not wanted:
            return {}
        vectors = self._matcher.image_vectors(torch.stack([seen[i] for i in wanted]))
        return dict(zip(wanted, vectors.cpu().numpy(), strict=True))

    def _required_matcher(self) -> TextMatcher:
        if self._matcher is None:
            raise CheckpointError("Searching by meaning needs a matcher, and none is loaded.")
        return self._matcher


def _match_probabilities(logits: Tensor) -> list[float]:
    probabilities: list[float] = logits.softmax(-1)[:, 1].tolist()
    return probabilities


def _loaded(
    refs: tuple[CheckpointRef | None, CheckpointRef | None, CheckpointRef | None],
    device: str,
    precision: Precision,
) -> tuple[torch.device, Parts]:
    """Captioner, matcher and answerer on the device of this name; an accelerator is held against
    the processor first.

    Where they differ, ``auto`` is the processor. Raises CheckpointError.
    """
    processor = torch.device("cpu")
    by_itself = device == "auto" and precision not in (Precision.INT8, Precision.BF16)
    chosen = choose_device(device if by_itself or device != "auto" else "cpu")
    captioner, matcher, answerer = refs
    parts = load_parts(captioner, matcher, chosen, answerer, precision=precision)
    if chosen == processor:
        return chosen, parts
    verdicts = stored_verdicts()
    key = verdict_key(refs, chosen, precision)
    held: list[Parts] = []

    def reference() -> Parts:
        held.append(load_parts(captioner, matcher, processor, answerer))
        return held[0]

    if trusted(chosen, parts, reference, key, verdicts):
        return chosen, parts
    if device != "auto" or precision is not Precision.EXACT:
        raise refusal(chosen)
    return processor, held[0] if held else reference()


@contextmanager
def _computing() -> Iterator[None]:
    """Inference without gradients."""
    with _memory_told(), torch.inference_mode():
        yield


@contextmanager
def _memory_told() -> Iterator[None]:
    """Running out of memory, here or on an accelerator, is told as MemoryError."""
    try:
        yield
    except torch.AcceleratorError as error:  # every later call would fail the same way
        raise DeviceLostError(str(error)) from error
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        raise MemoryError(str(error)) from error
