"""The model card's snippet: what people run today, and what ours is held against."""

from pathlib import Path

import torch
from PIL import Image, ImageOps
from torch import Tensor


class Snippet:
    """transformers' captioner as its model card uses it: one photo at a time, float32."""

    def __init__(self, folder: Path, length: int) -> None:
        """``length``: the tokens of a caption at most, [DEC] among them."""
        from transformers import (
            BertTokenizer,
            BlipForConditionalGeneration,
            BlipImageProcessorPil,
            BlipProcessor,
        )
        from transformers import logging as transformers_logging

        transformers_logging.set_verbosity_error()
        transformers_logging.disable_progress_bar()
        self._processor = BlipProcessor(
            BlipImageProcessorPil.from_pretrained(folder, local_files_only=True),
            BertTokenizer.from_pretrained(folder, local_files_only=True),
        )
        self._model = BlipForConditionalGeneration.from_pretrained(
            folder, dtype=torch.float32, local_files_only=True
        ).eval()
        self._length = length

    def caption(self, path: Path, *, beams: int = 1, upright: bool = False) -> list[int]:
        """Open, process, generate, decode; returns the token ids.

        ``upright``: obey EXIF's orientation, as ours does and the snippet does not.
        """
        opened = Image.open(path)
        image = (ImageOps.exif_transpose(opened) if upright else opened).convert("RGB")
        inputs = self._processor(image, return_tensors="pt")
        written: Tensor = self._model.generate(
            **inputs, max_length=self._length, num_beams=beams, do_sample=False
        )
        self._processor.decode(written[0], skip_special_tokens=True)
        ids: list[int] = written[0].tolist()
        return ids
