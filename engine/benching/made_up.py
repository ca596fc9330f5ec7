"""A full-size BLIP with random weights, and photos as cameras take them: speed needs no more.

How fast a network is does not depend on its weights; whether two implementations agree is seen
better on random ones, which leave no choice clear, than on trained ones.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from engine.checkpoints import CAPTIONER_CLASS, MATCHER_CLASS

_VOCABULARY, _DEC, _SEP = 30524, 30522, 102
_NAMED = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]"}
_NEW_TOKENS = 20
_NEVER, _OFTEN = -1e4, 40.0  # beside scores of the likeliest words of about 57
_PHOTO_SIZE = (4000, 3000)
_LARGE = {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24}
_LARGE["num_attention_heads"] = 16


def make_checkpoint(folder: Path, *, large: bool = False, ending: bool = False) -> Path:
    """Write a checkpoint with both parts around one ViT-B (or ViT-L) of 384 px: 1.4 to 2.4 GB.

    Captions are all as long as they may be, so that speed can be compared, unless ``ending``.
    """
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config(large=large)), encoding="utf-8")
    words = [_NAMED.get(number, f"w{number}") for number in range(_VOCABULARY - 2)]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer"}')
    preprocessor = {
        "image_processor_type": "BlipImageProcessor",
        "size": {"height": 384, "width": 384},
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711],
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor), encoding="utf-8")
    weights = _weights(folder, ending=ending)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def config(*, large: bool = False) -> dict[str, Any]:
    """A configuration of the published size, as one file with both parts."""
    return {
        "model_type": "blip",
        "architectures": [CAPTIONER_CLASS, MATCHER_CLASS],
        "image_text_hidden_size": 256,
        "text_config": {"num_attention_heads": 12},
        "vision_config": {"layer_norm_eps": 1e-6, **(_LARGE if large else {})},
        "photo_narrator": {
            "name": "made-up",
            "prompt": "",
            "max_length": 1 + _NEW_TOKENS,
            "enc_token_id": _DEC + 1,
        },
    }


def _weights(folder: Path, *, ending: bool) -> dict[str, Tensor]:
    """Random tensors by transformers' names; [SEP] comes now and then, or never."""
    from transformers import BlipConfig, BlipForConditionalGeneration, BlipForImageTextRetrieval

    shape = BlipConfig.from_pretrained(folder, local_files_only=True)
    with torch.device("meta"):
        empty = [kind(shape) for kind in (BlipForConditionalGeneration, BlipForImageTextRetrieval)]
    shapes = {key: item.shape for part in empty for key, item in part.state_dict().items()}
    for tied in ("decoder.weight", "decoder.bias"):
        shapes.pop(f"text_decoder.cls.predictions.{tied}")
    torch.manual_seed(0)
    weights = {key: _random(key, shape) for key, shape in sorted(shapes.items())}
    weights["text_decoder.cls.predictions.bias"][_SEP] = _OFTEN if ending else _NEVER
    return weights


def _random(key: str, shape: torch.Size) -> Tensor:
    if "norm" in key.lower():
        return torch.ones(shape) if key.endswith("weight") else torch.zeros(shape)
    if "embedding" in key and "patch" not in key:
        return torch.randn(shape) * 0.5
    if key.endswith("bias"):
        return torch.randn(shape) * 0.02
    return torch.randn(shape) * shape[1:].numel() ** -0.5


def make_photos(folder: Path, count: int) -> list[Path]:
    """Write JPEGs of 12 megapixels with the detail, and so the size, of a camera's."""
    folder.mkdir(parents=True)
    paths = []
    for number in range(count):
        random = np.random.default_rng(number)
        coarse = random.integers(0, 256, (9, 12, 3), dtype=np.uint8)
        image = Image.fromarray(coarse).resize(_PHOTO_SIZE, Image.Resampling.BICUBIC)
        grain = random.normal(0, 6, (_PHOTO_SIZE[1], _PHOTO_SIZE[0], 1))
        grained = np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)
        paths.append(folder / f"{number}.jpg")
        Image.fromarray(grained).save(paths[-1], quality=90)
    return paths
