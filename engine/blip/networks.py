"""The three ways BLIP is used, each right: seeing, writing a caption, and matching text."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.blip.decoding import Rules, beam_search, greedy
from engine.blip.loading import Checkpoint
from engine.blip.settings import decoding, geometry, query_length
from engine.blip.text import TextDecoder, TextEncoder
from engine.blip.vision import VisionTransformer
from engine.blip.words import Words, plain_caption
from engine.describer import Pixels

_BEAMS = 3  # the paper's setting


class Vision:
    """The image encoder: pixels to image tokens."""

    def __init__(self, checkpoint: Checkpoint, device: torch.device) -> None:
        self.geometry = geometry(checkpoint.folder, checkpoint.shape.vision)
        self._network = VisionTransformer(checkpoint.weights(device), checkpoint.shape.vision)
        self._device = device
        self._mean = torch.tensor(self.geometry.mean, device=device)
        self._std = torch.tensor(self.geometry.std, device=device)

    def tokens(self, pixels: Sequence[Pixels]) -> Tensor:
        """Image tokens (N, 1 + patches, width) of N pictures of this network's size."""
        stacked = torch.from_numpy(np.stack(pixels)).to(self._device)
        return self._network((stacked.float() / 255 - self._mean) / self._std)


class CaptionWriter:
    """The image-grounded decoder: image tokens to captions."""

    def __init__(self, checkpoint: Checkpoint, device: torch.device) -> None:
        self._words = Words(checkpoint.folder, checkpoint.config)
        self._decoding = decoding(checkpoint.config, checkpoint.shape.text)
        self._network = TextDecoder(checkpoint.weights(device), checkpoint.shape.text)

    def token_ids(self, seen: Tensor, *, careful: bool) -> Tensor:
        """Token ids (N, length) of a caption for each picture, from [DEC] and the prompt on."""
        words, wanted = self._words, self._decoding
        prompt = words.ids(wanted.prompt, words.dec, max_length=wanted.max_length)[:-1]
        beginning = torch.tensor([prompt] * len(seen), device=seen.device)
        rules = Rules(
            end=words.sep,
            padding=words.pad,
            max_length=wanted.max_length,
            min_length=wanted.min_length,
            repetition_penalty=wanted.repetition_penalty,
        )
        telling = self._network.about(seen, wanted.max_length)
        if careful:
            return beam_search(telling, beginning, rules, _BEAMS)
        return greedy(telling, beginning, rules)

    def captions(self, seen: Tensor, *, careful: bool) -> list[str]:
        """A caption for each picture, without prompt and preamble."""
        written = self.token_ids(seen, careful=careful).tolist()
        return [plain_caption(self._words.text(ids), self._decoding.prompt) for ids in written]


class TextMatcher:
    """The text encoder: alone for vectors (ITC), with image tokens for matching (ITM)."""

    def __init__(self, checkpoint: Checkpoint, device: torch.device) -> None:
        self._words = Words(checkpoint.folder, checkpoint.config)
        self._max_length = query_length(checkpoint.shape.text)
        self._device = device
        shape, weights = checkpoint.shape, checkpoint.weights(device)
        self.vector_size = shape.vector_size
        self._encoder = TextEncoder(weights, shape.text)
        self._vision_proj = weights.linear("vision_proj", shape.vector_size, shape.vision.width)
        self._text_proj = weights.linear("text_proj", shape.vector_size, shape.text.width)
        self._itm_head = weights.linear("itm_head", 2, shape.text.width)

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
        words = self._words
        rows = [words.ids(text, words.enc, max_length=self._max_length) for text in texts]
        longest = max(map(len, rows))
        ids = torch.tensor([row + [words.pad] * (longest - len(row)) for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
        read = self._encoder.first_states(ids.to(self._device), mask.to(self._device), seen)
        return self._itm_head(read)
