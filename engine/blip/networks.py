"""The three ways BLIP is used, each right: seeing, writing a caption, and matching text."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.blip import grounding
from engine.blip.decoding import Rules, beam_search, greedy, weighed_beam_search
from engine.blip.loading import Checkpoint
from engine.blip.proposing import Draft, folded
from engine.blip.sampling import sample, uniform_draws
from engine.blip.settings import decoding, geometry, grounding_layer, query_length
from engine.blip.text import TextDecoder, TextEncoder
from engine.blip.vision import VisionTransformer
from engine.blip.wording import has_opening, plain_caption, tidy
from engine.blip.words import Words
from engine.describer import Pixels

_BEAMS = 3  # the paper's setting
_TOP_P = 0.9  # the paper's, in CapFilt
_LONGEST_BEGINNING = 32  # tokens


class Vision:
    """The image encoder: pixels to image tokens."""

    def __init__(self, checkpoint: Checkpoint, device: torch.device) -> None:
        self.geometry = geometry(checkpoint.folder, checkpoint.shape.vision)
        self._network = VisionTransformer(checkpoint.weights(device), checkpoint.shape.vision)
        self._device = device
        self._mean = torch.tensor(self.geometry.mean, device=device)
        self._std = torch.tensor(self.geometry.std, device=device)

    def equals(self, other: "Vision") -> bool:
        """Whether both see alike, so that one of them is enough."""
        return self.geometry == other.geometry and self._network.equals(other._network)  # noqa: SLF001

    def tokens(self, pixels: Sequence[Pixels]) -> Tensor:
        """Image tokens (N, 1 + patches, width) of N pictures of this network's size."""
        stacked = torch.from_numpy(np.stack(pixels)).to(self._device)
        return self._network((stacked.float() / 255 - self._mean) / self._std)


class CaptionWriter:
    """The image-grounded decoder: image tokens to captions."""

    def __init__(self, checkpoint: Checkpoint, device: torch.device) -> None:
        self._words = Words(checkpoint.folder, checkpoint.config)
        self._positions = checkpoint.shape.text.positions
        self._decoding = decoding(checkpoint.config, checkpoint.shape.text)
        self._forbidden = self._words.sequences(self._decoding.forbidden)
        self._rounded = checkpoint.precision.told
        self._network = TextDecoder(checkpoint.weights(device), checkpoint.shape.text)

    def captions(self, seen: Tensor, *, careful: bool, beginning: str = "") -> list[str]:
        """A caption for each picture, without prompt and preamble.

        With a ``beginning`` each is that text, as it was written, and what the network adds to it.
        """
        begun = beginning.strip()
        start = self._start(begun)
        written = self.token_ids(seen, careful=careful, start=start).tolist()
        return [self._caption(ids, begun, len(start)) for ids in written]

    def token_ids(self, seen: Tensor, *, careful: bool, start: list[int] | None = None) -> Tensor:
        """Token ids (N, length) of a caption for each picture, from [DEC] and the prompt on.

        ``start``: the ids to go on from, instead of those.
        """
        plain = self._start("")
        start = start or plain
        rules = self._rules(len(start), len(plain))
        beginning = torch.tensor([start] * len(seen), device=seen.device)
        telling = self._network.about(seen, rules.max_length)
        if careful:
            return beam_search(telling, beginning, rules, _BEAMS)
        return greedy(telling, beginning, rules)

    def drafts(self, seen: Tensor, *, count: int, seed: int) -> list[list[Draft]]:
        """Beam search's caption of each picture and ``count`` samples, each wording once.

        The same picture, seed and checkpoint give the same drafts in any batch.
        """
        start = self._start("")
        rules = self._rules(len(start), len(start))
        beginning = torch.tensor([start] * len(seen), device=seen.device)
        telling = self._network.about(seen, rules.max_length)
        sampling = telling.again()
        best = weighed_beam_search(telling, beginning, rules, _BEAMS)
        draws = uniform_draws(count, rules.max_length - len(start), seed).repeat(len(seen), 1)
        drawn = sample(sampling, beginning, rules, draws, _TOP_P)
        searched = self._drafts(*best, f"beam {_BEAMS}")
        sampled = self._drafts(*drawn, f"nucleus {_TOP_P}, seed {seed}")
        return [
            folded([first, *sampled[place * count : (place + 1) * count]])
            for place, first in enumerate(searched)
        ]

    def _drafts(self, ids: Tensor, likelihoods: Tensor, settings: str) -> list[Draft]:
        return [
            Draft(self._caption(row, "", 0), likelihood, settings + self._rounded)
            for row, likelihood in zip(ids.tolist(), likelihoods.tolist(), strict=True)
        ]

    def _rules(self, start: int, plain: int) -> Rules:
        """A given beginning takes nothing from the caption's length, and is never all of it."""
        words, wanted, more = self._words, self._decoding, start - plain
        return Rules(
            end=words.sep,
            padding=words.pad,
            max_length=min(wanted.max_length + max(more, 0), self._positions),
            min_length=wanted.min_length if more == 0 else max(wanted.min_length, start + 1),
            repetition_penalty=wanted.repetition_penalty,
            no_repeat=wanted.no_repeat,
            forbidden=self._forbidden,
        )

    def _start(self, begun: str) -> list[int]:
        """[DEC], the prompt, and as much of the end of ``begun`` as leaves room for a caption."""
        words, wanted = self._words, self._decoding
        prompt = "" if has_opening(begun) else wanted.prompt
        start = words.ids(prompt, words.dec, max_length=wanted.max_length)[:-1]
        given = words.ids(begun, words.dec, max_length=self._positions)[1:-1]
        room = min(self._positions - wanted.max_length, _LONGEST_BEGINNING)
        return start + given[max(len(given) - room, 0) :]

    def _caption(self, ids: list[int], begun: str, start: int) -> str:
        words, ended = self._words, self._words.sep in ids
        if not begun:
            return plain_caption(words.text(ids), self._decoding.prompt, ended=ended)
        return (begun + tidy(words.continued(ids, start), ended=ended)).rstrip()


class TextMatcher:
    """The text encoder: alone for vectors (ITC), with image tokens for matching (ITM)."""

    def __init__(self, checkpoint: Checkpoint, device: torch.device) -> None:
        self._words = Words(checkpoint.folder, checkpoint.config)
        self._max_length = query_length(checkpoint.shape.text)
        self._device = device
        shape, weights = checkpoint.shape, checkpoint.weights(device)
        self.vector_size = shape.vector_size
        self._encoder = TextEncoder(weights, shape.text)
        self._vision_proj = weights.head("vision_proj", shape.vector_size, shape.vision.width)
        self._text_proj = weights.head("text_proj", shape.vector_size, shape.text.width)
        self._itm_head = weights.head("itm_head", 2, shape.text.width)
        self._grid = shape.vision.grid
        self._layer = grounding_layer(checkpoint.config, shape.text)

    def image_vectors(self, seen: Tensor) -> Tensor:
        """Unit ITC vectors (N, d): from the last hidden state, not transformers' pooled output."""
        return functional.normalize(self._vision_proj(seen[:, 0]), dim=-1)

    def text_vector(self, text: str) -> Tensor | None:
        """The unit ITC vector (d,) of a text; None where no word of it is known."""
        words = self._words
        ids = words.known_ids(text, words.cls, max_length=self._max_length)
        if len(ids) == 2:
            return None
        batch = torch.tensor([ids], device=self._device)
        read = self._encoder.first_states(batch, torch.ones_like(batch))
        return functional.normalize(self._text_proj(read), dim=-1)[0]

    def unknown_words(self, text: str) -> tuple[str, ...]:
        """The words of a query that this checkpoint does not know."""
        return self._words.unknown_words(text)

    def match_logits(self, seen: Tensor, texts: Sequence[str]) -> Tensor:
        """ITM logits (N, 2) of N texts; column 1 says "they match".

        ``seen`` holds the tokens of P pictures; N / P texts in a row are held against each.
        """
        read = self._encoder.first_states(*self._asked(texts), seen)
        return self._itm_head(read)

    def places(self, text: str, phrase: str) -> tuple[int, ...]:
        """Where the pieces of a phrase stand in a text, as far as it is read; () nowhere."""
        return self._words.places(text, phrase, max_length=self._max_length)

    def heat(
        self, seen: Tensor, texts: Sequence[str], places: Sequence[Sequence[int]]
    ) -> tuple[Tensor, Tensor]:
        """How much each part of N pictures counts for a phrase of N texts, and the ITM logits.

        ``places``: where the phrase stands in each (:meth:`places`). Heat (N, rows, columns) of
        patches in 0..1, the most 1, or 0 all over; not to be asked under ``inference_mode``.
        """
        ids, mask = self._asked(texts)
        counted, logits = grounding.relevance(
            self._encoder, self._itm_head, ids, mask, seen, self._layer
        )
        heat = torch.stack([one[list(at)].mean(0) for one, at in zip(counted, places, strict=True)])
        most = heat.amax(1, keepdim=True)
        return torch.where(most > 0, heat / most, 0).unflatten(1, self._grid), logits

    def _asked(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Ids (N, L) of texts from [ENC] on, filled up, and their mask: 1 for words."""
        words = self._words
        rows = [words.ids(text, words.enc, max_length=self._max_length) for text in texts]
        longest = max(map(len, rows))
        ids = torch.tensor([row + [words.pad] * (longest - len(row)) for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
        return ids.to(self._device), mask.to(self._device)
