"""The three ways BLIP is used, each right: seeing, writing a caption, and matching text."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers.models.blip.modeling_blip import BlipVisionModel
from transformers.models.blip.modeling_blip_text import BlipTextLMHeadModel, BlipTextModel

from engine.blip.loading import Checkpoint
from engine.blip.settings import decoding, geometry, query_length
from engine.blip.words import Words, plain_caption
from engine.describer import Pixels

_BEAMS = 3  # the paper's setting


class Vision:
    """The image encoder: pixels to image tokens."""

    def __init__(self, checkpoint: Checkpoint, device: torch.device) -> None:
        self.geometry = geometry(checkpoint.folder, checkpoint.plain_config)
        with torch.device("meta"):
            empty = BlipVisionModel(checkpoint.config.vision_config)
        self._network = checkpoint.take(empty, "vision_model").to(device)
        self._device = device
        self._mean = torch.tensor(self.geometry.mean, device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(self.geometry.std, device=device).view(1, 3, 1, 1)

    def tokens(self, pixels: Sequence[Pixels]) -> Tensor:
        """Image tokens (N, 1 + patches, width) of N pictures of this network's size."""
        stacked = torch.from_numpy(np.stack(pixels)).to(self._device)
        colours = stacked.permute(0, 3, 1, 2).float() / 255
        normalised = (colours - self._mean) / self._std
        seen: Tensor = self._network(pixel_values=normalised).last_hidden_state
        return seen


class CaptionWriter:
    """The image-grounded decoder: image tokens to captions."""

    def __init__(self, checkpoint: Checkpoint, device: torch.device) -> None:
        self._words = Words(checkpoint.folder, checkpoint.plain_config)
        self._decoding = decoding(checkpoint.plain_config)
        with torch.device("meta"):
            empty = BlipTextLMHeadModel(checkpoint.config.text_config)
        self._network = checkpoint.take(empty, "text_decoder").to(device)

    def token_ids(self, seen: Tensor, *, careful: bool) -> Tensor:
        """Token ids (N, length) of a caption for each picture, from [DEC] and the prompt on."""
        words, wanted = self._words, self._decoding
        prompt = words.ids(wanted.prompt, words.dec, max_length=wanted.max_length)[:-1]
        ids = torch.tensor([prompt] * len(seen), device=seen.device)
        written: Tensor = self._network.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            encoder_hidden_states=seen,
            encoder_attention_mask=torch.ones(seen.shape[:2], dtype=torch.long, device=seen.device),
            eos_token_id=words.sep,
            pad_token_id=words.pad,
            max_length=wanted.max_length,
            min_length=wanted.min_length,
            repetition_penalty=wanted.repetition_penalty,
            num_beams=_BEAMS if careful else 1,
            do_sample=False,
        )
        return written

    def captions(self, seen: Tensor, *, careful: bool) -> list[str]:
        """A caption for each picture, without prompt and preamble."""
        written = self.token_ids(seen, careful=careful).tolist()
        return [plain_caption(self._words.text(ids), self._decoding.prompt) for ids in written]


class TextMatcher:
    """The text encoder: alone for vectors (ITC), with image tokens for matching (ITM)."""

    def __init__(self, checkpoint: Checkpoint, device: torch.device) -> None:
        self._words = Words(checkpoint.folder, checkpoint.plain_config)
        self._max_length = query_length(checkpoint.plain_config)
        self._device = device
        config = checkpoint.config
        self.vector_size = int(config.image_text_hidden_size)
        width = config.text_config.hidden_size
        with torch.device("meta"):
            encoder = BlipTextModel(config.text_config, add_pooling_layer=False)
            vision_proj = nn.Linear(config.vision_config.hidden_size, self.vector_size)
            text_proj = nn.Linear(width, self.vector_size)
            itm_head = nn.Linear(width, 2)
        self._encoder = checkpoint.take(encoder, "text_encoder").to(device)
        self._vision_proj = checkpoint.take(vision_proj, "vision_proj").to(device)
        self._text_proj = checkpoint.take(text_proj, "text_proj").to(device)
        self._itm_head = checkpoint.take(itm_head, "itm_head").to(device)

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
        read = self._encoder(input_ids=batch, attention_mask=torch.ones_like(batch))
        return functional.normalize(self._text_proj(read.last_hidden_state[:, 0]), dim=-1)[0]

    def unknown_words(self, text: str) -> tuple[str, ...]:
        """The words of a query that this checkpoint does not know."""
        return self._words.unknown_words(text)

    def match_logits(self, seen: Tensor, texts: Sequence[str]) -> Tensor:
        """ITM logits (N, 2) of N pictures with their N texts; column 1 says "they match"."""
        words = self._words
        rows = [words.ids(text, words.enc, max_length=self._max_length) for text in texts]
        longest = max(map(len, rows))
        ids = torch.tensor([row + [words.pad] * (longest - len(row)) for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
        read = self._encoder(
            input_ids=ids.to(self._device),
            attention_mask=mask.to(self._device),
            encoder_hidden_states=seen,
        )
        logits: Tensor = self._itm_head(read.last_hidden_state[:, 0])
        return logits
