"""Small BLIP checkpoints with random weights, in the layouts that real ones come in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

_WORDS = ["a", "an", "of", "and", "the", "picture", "photo", "cat", "dog", "table", "beach"]
_WORDS += ["under", "on", "in", "two", "red", "blue", "sea"]
_LETTERS = [chr(code) for code in range(ord("a"), ord("z") + 1)]
_CONTINUED = [f"##{letter}" for letter in _LETTERS]

Make = Callable[..., Path]


def _config(vocabulary: int, dec: int, sep: int, *, image_px: int) -> Any:
    from transformers import BlipConfig

    shape = {"hidden_size": 32, "num_attention_heads": 4, "initializer_range": 0.3}
    return BlipConfig(
        text_config={
            **shape,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "vocab_size": vocabulary,
            "max_position_embeddings": 48,
            "bos_token_id": dec,
            "sep_token_id": sep,
            "eos_token_id": 2,
            "pad_token_id": 0,
        },
        vision_config={
            **shape,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "image_size": image_px,
            "patch_size": 16,
        },
        image_text_hidden_size=24,
    )


def _tokenizer_files(folder: Path, tokens: list[str]) -> None:
    (folder / "vocab.txt").write_text("\n".join(tokens) + "\n", encoding="utf-8")
    settings = {"tokenizer_class": "BertTokenizer", "do_lower_case": True}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def _preprocessor_file(folder: Path, image_px: int) -> None:
    from transformers import BlipImageProcessorPil

    BlipImageProcessorPil(size={"height": image_px, "width": image_px}).save_pretrained(folder)


@pytest.fixture(scope="session")
def make_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Make a checkpoint: ``parts`` "both" (as the sample), or one as the hub has it.

    Those are "captioner", "matcher" and "answerer".

    ``vision_seed`` decides the image encoder's weights, ``weights`` the file ("safetensors" or
    "bin").
    """
    import torch
    from safetensors.torch import save_file
    from transformers import (
        BlipForConditionalGeneration,
        BlipForImageTextRetrieval,
        BlipForQuestionAnswering,
    )

    def make(
        parts: str = "both",
        *,
        image_px: int = 48,
        vision_seed: int = 1,
        weights: str = "safetensors",
    ) -> Path:
        folder = tmp_path_factory.mktemp(f"blip-{parts}")
        own = parts == "both"
        special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
        tokens = (
            [*special, "[DEC]", "[ENC]", *_WORDS]
            if own
            else [*special, "[MASK]", *_WORDS, *_LETTERS, *_CONTINUED]
        )
        dec = 4 if own else len(tokens)
        config = _config(len(tokens) + (0 if own else 2), dec, 3, image_px=image_px)
        classes = {
            "both": [BlipForConditionalGeneration, BlipForImageTextRetrieval],
            "captioner": [BlipForConditionalGeneration],
            "matcher": [BlipForImageTextRetrieval],
            "answerer": [BlipForQuestionAnswering],
        }[parts]
        torch.manual_seed(5)
        state = {k: v for kind in classes for k, v in kind(config).state_dict().items()}
        torch.manual_seed(vision_seed)
        state |= {
            key: torch.randn_like(tensor) * 0.2
            for key, tensor in state.items()
            if key.startswith("vision_model.") and "norm" not in key
        }
        if "text_decoder.cls.predictions.decoder.weight" in state:
            del state["text_decoder.cls.predictions.decoder.weight"]
            del state["text_decoder.cls.predictions.decoder.bias"]
        state = {key: tensor.half().contiguous() for key, tensor in state.items()}
        if weights == "safetensors":
            save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
        else:
            torch.save(state, folder / "pytorch_model.bin")
        config.architectures = [kind.__name__ for kind in classes]
        config.save_pretrained(folder)
        if own:
            path = folder / "config.json"
            plain = json.loads(path.read_text())
            plain["photo_narrator"] = {
                "name": "tiny",
                "domain": "drawn scenes",
                "prompt": "",
                "max_length": 16,
            }
            path.write_text(json.dumps(plain))
        _tokenizer_files(folder, tokens)
        _preprocessor_file(folder, image_px)
        return folder

    return make


@pytest.fixture(scope="session")
def pictures_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight pictures that differ: 0.png ... 7.png."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(3)
    for number in range(8):
        coarse = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
        image = Image.fromarray(coarse).resize((160, 120), Image.Resampling.BICUBIC)
        image.save(folder / f"{number}.png")
    return folder
