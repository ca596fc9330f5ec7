"""What transformers itself says of some photos: the answers that ours are held against."""

import gc
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from PIL import Image, ImageOps
from torch import Tensor

from engine.blip.settings import Decoding

_TEXT_LENGTHS = (4, 9, 1)


@dataclass(frozen=True, slots=True)
class Manner:
    """How captions are written: how wide the search, from which prompt, how many at a time.

    ``photos``: of which, by their places.
    """

    beams: int
    prompt: str
    batch: int
    photos: tuple[int, ...]

    def __str__(self) -> str:
        search = "greedy" if self.beams == 1 else f"beam {self.beams}"
        return f"{search}, {'prompt' if self.prompt else 'no prompt'}, batch {self.batch}"


@dataclass(slots=True)
class Answers:
    """Of N photos and T texts: pixels (N, 3, height, width), token ids of captions in every manner
    (of :attr:`Manner.photos`), cosines (ITC; T, N) and logits (ITM; T, N, 2).
    """

    pixels: Tensor
    captions: dict[Manner, list[list[int]]] = field(default_factory=dict)
    cosines: Tensor | None = None
    logits: Tensor | None = None


class Theirs:
    """transformers' classes on checkpoint folders: one network in memory at a time."""

    def __init__(self, folder: Path, enc: int) -> None:
        """``enc``: the id of [ENC], which the published tokenizers lack."""
        from transformers import BertTokenizer, BlipImageProcessorPil
        from transformers import logging as transformers_logging

        transformers_logging.set_verbosity_error()
        transformers_logging.disable_progress_bar()
        self._enc = enc
        self.tokenizer = BertTokenizer.from_pretrained(folder, local_files_only=True)
        self._processor = BlipImageProcessorPil.from_pretrained(folder, local_files_only=True)

    def texts(self) -> list[str]:
        """Texts of words that the tokenizer has: what they mean is no matter here."""
        words = sorted(word for word in self.tokenizer.get_vocab() if word.isalnum())
        made = random.Random(7)  # noqa: S311 - no secret
        return [" ".join(made.choices(words, k=length)) for length in _TEXT_LENGTHS]

    def pixels(self, paths: Sequence[Path]) -> Tensor:
        """What the network is given of photos: upright, by transformers' own processor."""
        images = [ImageOps.exif_transpose(Image.open(path)).convert("RGB") for path in paths]
        pixels: Tensor = self._processor(images, return_tensors="pt").pixel_values
        return pixels

    @torch.inference_mode()
    def captions(
        self, folder: Path, pixels: Tensor, manners: Sequence[Manner], decoding: Decoding
    ) -> dict[Manner, list[list[int]]]:
        """Token ids as ``generate`` writes them."""
        from transformers import BlipForConditionalGeneration

        with _loaded(BlipForConditionalGeneration, folder) as model:
            return {
                manner: [
                    row
                    for part in pixels[list(manner.photos)].split(manner.batch)
                    for row in self._generated(model, part, manner, decoding)
                ]
                for manner in manners
            }

    def start(self, prompt: str) -> list[int]:
        """The prompt's ids as the model card's snippet gives them, [SEP] at the end."""
        ids: list[int] = self.tokenizer(prompt).input_ids
        return ids

    def _generated(
        self, model: Any, pixels: Tensor, manner: Manner, decoding: Decoding
    ) -> list[list[int]]:
        start = self.start(manner.prompt)
        ids = torch.tensor([start] * len(pixels))
        longest, shortest = lengths(len(start) - 1, self._plain(decoding), decoding)
        forbidden = [
            self.tokenizer(word, add_special_tokens=False).input_ids for word in decoding.forbidden
        ]
        written: Tensor = model.generate(
            pixels,
            input_ids=ids,
            num_beams=manner.beams,
            do_sample=False,
            max_length=longest,
            min_length=shortest,
            repetition_penalty=decoding.repetition_penalty,
            no_repeat_ngram_size=decoding.no_repeat,
            bad_words_ids=[words for words in forbidden if words] or None,
        )
        rows: list[list[int]] = written.tolist()
        return rows

    def _plain(self, decoding: Decoding) -> int:
        return len(self.start(decoding.prompt)) - 1

    @torch.inference_mode()
    def matched(self, folder: Path, pixels: Tensor, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Cosines (T, N), and logits (T, N, 2) with [ENC] first as in training."""
        from transformers import BlipForImageTextRetrieval

        with _loaded(BlipForImageTextRetrieval, folder) as model:
            cosines = self._asked(model, pixels, texts, itm=False).T
            logits = [self._asked(model, pixels, [text] * len(pixels), itm=True) for text in texts]
        return cosines, torch.stack(logits)

    def _asked(self, model: Any, pixels: Tensor, texts: Sequence[str], *, itm: bool) -> Tensor:
        """ITC: cosines (N, T) of all pairs; ITM: logits (N, 2), pair by pair."""
        read = self.tokenizer(list(texts), padding=True, return_tensors="pt")
        ids = read.input_ids.clone()
        if itm:
            ids[:, 0] = self._enc
        said: Tensor = model(
            input_ids=ids,
            pixel_values=pixels,
            attention_mask=read.attention_mask,
            use_itm_head=itm,
        ).itm_score
        return said


def lengths(start: int, plain: int, decoding: Decoding) -> tuple[int, int]:
    """The most and the fewest tokens of a caption that begins with ``start`` of them.

    ``plain``: how many the checkpoint's own prompt has; a longer one costs the caption nothing.
    """
    more = start - plain
    shortest = decoding.min_length if more == 0 else max(decoding.min_length, start + 1)
    return decoding.max_length + max(more, 0), shortest


@contextmanager
def _loaded(kind: Any, folder: Path) -> Iterator[Any]:
    model = kind.from_pretrained(folder, dtype=torch.float32, local_files_only=True).eval()
    try:
        yield model
    finally:
        del model
        gc.collect()
