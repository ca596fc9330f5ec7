"""A random BLIP as a file in the authors' own layout, and as transformers' classes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import BlipConfig, BlipForConditionalGeneration, BlipForImageTextRetrieval

WIDTH, HEADS, LAYERS = 128, 2, 2
_VISION_NAMES = (
    ("vision_model.embeddings.class_embedding", "visual_encoder.cls_token"),
    ("vision_model.embeddings.position_embedding", "visual_encoder.pos_embed"),
    ("vision_model.embeddings.patch_embedding", "visual_encoder.patch_embed.proj"),
    ("vision_model.post_layernorm", "visual_encoder.norm"),
    ("vision_model.encoder.layers", "visual_encoder.blocks"),
    ("layer_norm1", "norm1"),
    ("layer_norm2", "norm2"),
    ("self_attn.projection", "attn.proj"),
    ("self_attn.qkv", "attn.qkv"),
)


@dataclass
class Authors:
    """A file of the authors' layout, transformers' classes with its weights, and BERT's words."""

    file: Path
    state: dict[str, Tensor]
    captioner: Any
    matcher: Any
    vocabulary: Path


def _config(vocabulary: int, image_px: int) -> BlipConfig:
    shape = {"hidden_size": WIDTH, "num_attention_heads": HEADS, "initializer_range": 0.25}
    shape |= {"intermediate_size": 192, "num_hidden_layers": LAYERS}
    words = {"vocab_size": vocabulary, "max_position_embeddings": 48, "pad_token_id": 0}
    words |= {"bos_token_id": vocabulary - 2, "sep_token_id": 3, "eos_token_id": 3}
    vision = {"image_size": image_px, "patch_size": 16, "layer_norm_eps": 1e-6}
    return BlipConfig(
        text_config=shape | words, vision_config=shape | vision, image_text_hidden_size=24
    )


def _authors_name(name: str) -> str:
    if name.startswith("vision_model."):
        for theirs, authors in _VISION_NAMES:
            name = name.replace(theirs, authors)
    return name


def authors_file(path: Path, vocabulary: Path, image_px: int = 64) -> Authors:
    count = len((vocabulary / "vocab.txt").read_text().split())
    config = _config(count + 2, image_px)
    torch.manual_seed(11)
    captioner = BlipForConditionalGeneration(config).eval()
    matcher = BlipForImageTextRetrieval(config).eval()
    matcher.vision_model = captioner.vision_model
    with torch.no_grad():
        for name, value in captioner.vision_model.named_parameters():
            value += torch.randn_like(value) * (0.3 if "embedding" in name else 0.1)
        captioner.text_decoder.get_output_embeddings().bias[3] += 2.0  # texts end, if not at once
    ours = matcher.state_dict() | captioner.state_dict()
    state = {_authors_name(name): tensor for name, tensor in ours.items()}
    for name in list(state):
        part = name.partition(".")[0]
        if part in ("visual_encoder", "text_encoder", "vision_proj", "text_proj"):
            state[name.replace(part, f"{part}_m", 1)] = torch.randn_like(state[name])
    state |= {
        "image_queue": torch.randn(24, 96),
        "text_queue": torch.randn(24, 96),
        "queue_ptr": torch.zeros(1, dtype=torch.long),
        "temp": torch.tensor(0.05),
        "text_encoder.embeddings.position_ids": torch.arange(48)[None],
        "text_decoder.bert.embeddings.position_ids": torch.arange(48)[None],
    }
    stored = {"model": state, "optimizer": {"state": {}}, "config": {"vit": "base"}, "epoch": 19}
    torch.save(stored, path)
    return Authors(path, state, captioner, matcher, vocabulary)
