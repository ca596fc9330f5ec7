"""A checkpoint through transformers' own classes: what everything is measured with."""

from pathlib import Path

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional
from transformers import (
    BertTokenizer,
    BlipForConditionalGeneration,
    BlipForImageTextRetrieval,
    BlipImageProcessorPil,
)
from transformers import logging as transformers_logging

_CHUNK = 64


class Reference:
    """Captioner and matcher of one checkpoint folder, in float32, sharing their vision model."""

    def __init__(self, folder: Path) -> None:
        """Load both classes from `folder`; raises OSError where files are missing."""
        self.folder = folder
        transformers_logging.set_verbosity_error()
        transformers_logging.disable_progress_bar()
        self.tokenizer = BertTokenizer.from_pretrained(folder)
        self.processor = BlipImageProcessorPil.from_pretrained(folder)
        self.captioner = BlipForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
        self.matcher = BlipForImageTextRetrieval.from_pretrained(folder, dtype=torch.float32)
        self.captioner.eval()
        self.matcher.eval()
        self.matcher.vision_model = self.captioner.vision_model
        self._special = self.captioner.config.photo_narrator
        self._enc: int = self._special["enc_token_id"]

    def pixels(self, images: list[Image.Image]) -> Tensor:
        """Return network input (N, 3, side, side) of pictures of any size."""
        values: Tensor = self.processor(images, return_tensors="pt")["pixel_values"]
        return values

    @torch.inference_mode()
    def see(self, pixels: Tensor) -> Tensor:
        """Return image tokens (N, tokens, width)."""
        parts = [
            self.captioner.vision_model(pixel_values=part).last_hidden_state
            for part in pixels.split(_CHUNK)
        ]
        return torch.cat(parts)

    @torch.inference_mode()
    def captions(self, seen: Tensor, beams: int) -> list[str]:
        """Return a caption of each picture from its image tokens; one beam is greedy."""
        text = self.captioner.config.text_config
        said: list[str] = []
        for part in seen.split(_CHUNK):
            start = torch.full((len(part), 1), text.bos_token_id)
            ids = self.captioner.text_decoder.generate(
                input_ids=start,
                attention_mask=torch.ones_like(start),
                encoder_hidden_states=part,
                encoder_attention_mask=torch.ones(part.shape[:2], dtype=torch.long),
                eos_token_id=text.sep_token_id,
                pad_token_id=text.pad_token_id,
                max_length=self._special["max_length"],
                num_beams=beams,
            )
            said += self.tokenizer.batch_decode(ids, skip_special_tokens=True)
        return said

    @torch.inference_mode()
    def image_vectors(self, seen: Tensor) -> Tensor:
        """Return ITC unit vectors (N, size) of image tokens."""
        return functional.normalize(self.matcher.vision_proj(seen[:, 0]), dim=-1)

    @torch.inference_mode()
    def text_vectors(self, texts: list[str]) -> Tensor:
        """Return ITC unit vectors (N, size) of texts."""
        batch = self.tokenizer(texts, padding=True, return_tensors="pt")
        states = self.matcher.text_encoder(
            input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], return_dict=True
        ).last_hidden_state
        return functional.normalize(self.matcher.text_proj(states[:, 0]), dim=-1)

    @torch.inference_mode()
    def match_logits(self, texts: list[str], seen: Tensor) -> Tensor:
        """Return ITM logits (N, 2; second: it matches) of texts with image tokens, pair by pair."""
        batch = self.tokenizer(texts, padding=True, return_tensors="pt")
        ids = batch["input_ids"].clone()
        ids[:, 0] = self._enc
        parts = []
        for start in range(0, len(texts), _CHUNK):
            states = self.matcher.text_encoder(
                input_ids=ids[start : start + _CHUNK],
                attention_mask=batch["attention_mask"][start : start + _CHUNK],
                encoder_hidden_states=seen[start : start + _CHUNK],
                return_dict=True,
            ).last_hidden_state
            parts.append(self.matcher.itm_head(states[:, 0]))
        return torch.cat(parts)
