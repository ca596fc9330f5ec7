"""The authors' own files (salesforce/BLIP): read as data, under transformers' names.

A pre-trained file holds ``{"model": state_dict, ...}`` of ``BLIP_Pretrain``: one ViT by timm's
names, a text encoder and a decoder by BERT's, the projections and the ITM head; and what only
training uses: momentum copies (``*_m``), queues and the temperature. Encoder and decoder stand in
it as two, though training tied all but their self-attention.
"""

import math
import pickle  # its error only
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from engine.checkpoints import CAPTIONER_CLASS, MATCHER_CLASS, CheckpointError
from engine.quiet import without_warnings

Tensors = dict[str, Tensor]

_HEAD_WIDTH = 64  # of BERT's and ViT's attention, base and large: the file does not tell it
_LARGEST_PX = 1024  # 4,097 image tokens; far more would take minutes and gigabytes a photo
_SPECIAL_TOKENS = 2  # [DEC] and [ENC], after BERT's own
_MOST_TIMES_THE_FILE = 16  # what a file may unfold to: float16 to float32, and tied tensors
_TRAINING_ONLY = re.compile(
    r"\w+_m(?:\.|$)|(?:image|text)_queue$|(?:queue_ptr|ptr_queue|idx_queue)$|temp$|.*position_ids$"
)
_VISION = (
    (r"cls_token", "embeddings.class_embedding"),
    (r"pos_embed", "embeddings.position_embedding"),
    (r"patch_embed\.proj\.(weight|bias)", r"embeddings.patch_embedding.\1"),
    (r"blocks\.(\d+)\.norm([12])\.(weight|bias)", r"encoder.layers.\1.layer_norm\2.\3"),
    (r"blocks\.(\d+)\.attn\.qkv\.(weight|bias)", r"encoder.layers.\1.self_attn.qkv.\2"),
    (r"blocks\.(\d+)\.attn\.proj\.(weight|bias)", r"encoder.layers.\1.self_attn.projection.\2"),
    (r"blocks\.(\d+)\.mlp\.fc([12])\.(weight|bias)", r"encoder.layers.\1.mlp.fc\2.\3"),
    (r"norm\.(weight|bias)", r"post_layernorm.\1"),
)
_BERT = (
    r"embeddings\.(?:word|position)_embeddings\.weight",
    r"embeddings\.LayerNorm\.(?:weight|bias)",
    r"encoder\.layer\.\d+\.(?:cross)?attention\.self\.(?:query|key|value)\.(?:weight|bias)",
    r"encoder\.layer\.\d+\.(?:cross)?attention\.output\.(?:dense|LayerNorm)\.(?:weight|bias)",
    r"encoder\.layer\.\d+\.(?:intermediate\.dense|output\.dense|output\.LayerNorm)\.(?:weight|bias)",
)
_WORD_HEAD = (
    r"cls\.predictions\.(?:bias|decoder\.(?:weight|bias))",
    r"cls\.predictions\.transform\.(?:dense|LayerNorm)\.(?:weight|bias)",
)
_SAME_NAME = re.compile(
    rf"text_encoder\.(?:{'|'.join(_BERT)})"
    rf"|text_decoder\.(?:bert\.(?:{'|'.join(_BERT)})|{'|'.join(_WORD_HEAD)})"
    r"|(?:vision_proj|text_proj|itm_head)\.(?:weight|bias)"
)
_NETWORKS = ("visual_encoder.", "text_encoder.", "text_decoder.")
_HEADS = ("vision_proj", "text_proj", "itm_head")
_PLACES = "vision_model.embeddings.position_embedding"
_WORDS = "text_decoder.bert.embeddings.word_embeddings.weight"
_PREDICTED = "text_decoder.cls.predictions"
_DO_NOT_USE = "Do not use this file."
_AGAIN = "Get the file again: the pre-trained ones of salesforce/BLIP have all parts."


@dataclass(frozen=True, slots=True)
class Original:
    """A file's tensors under transformers' names; ``left_out``: names that nothing is known of."""

    tensors: Tensors
    left_out: tuple[str, ...]


def read_original(path: Path) -> Original:
    """Read a file as data alone; raises CheckpointError where it is no BLIP of the authors'.

    A tensor within the networks that nothing is known of is refused: it is another network then,
    and would say other things without it. Of other heads the names are told.
    """
    stored = _state(path)
    tensors: Tensors = {}
    left_out: list[str] = []
    for name, tensor in stored.items():
        if _TRAINING_ONLY.match(name):
            continue
        ours = _renamed(name)
        if ours is not None:
            tensors[ours] = tensor
        elif name.startswith(_NETWORKS):
            message = f"“{path.name}” is another network than BLIP: it has “{name}”."
            raise CheckpointError(message, _AGAIN)
        else:
            left_out.append(name)
    if not tensors:
        raise CheckpointError(f"“{path.name}” holds no BLIP of the authors'.", _AGAIN)
    _refuse_bombs(tensors, path)
    return Original(_once(tensors), tuple(left_out))


def config_of(tensors: Tensors, path: Path) -> dict[str, Any]:
    """The configuration that these tensors ask for, in transformers' form.

    What no tensor tells is the authors' own: heads of 64, layer norms of 1e-6 in the ViT and 1e-12
    in the text network. Raises CheckpointError where a part is missing.
    """
    patches = _there(tensors, "vision_model.embeddings.patch_embedding.weight", path, 4)
    places = _there(tensors, _PLACES, path, 3)
    side = math.isqrt(places.shape[1] - 1)
    if side * side != places.shape[1] - 1:
        message = f"The places of “{path.name}” are those of no square picture."
        raise CheckpointError(message, _AGAIN)
    parts = _parts(tensors, path)
    prefix = "text_decoder.bert." if CAPTIONER_CLASS in parts else "text_encoder."
    vision, text = patches.shape[0], _text_config(tensors, prefix, path)
    config: dict[str, Any] = {
        "model_type": "blip",
        "architectures": parts,
        "dtype": "float32",
        "tie_word_embeddings": f"{_PREDICTED}.decoder.weight" not in tensors,
        "vision_config": {
            "model_type": "blip_vision_model",
            "hidden_size": vision,
            "intermediate_size": _rows(tensors, "vision_model.encoder.layers.0.mlp.fc1.bias", path),
            "num_hidden_layers": _layers(tensors, "vision_model.encoder.layers."),
            "num_attention_heads": _heads(vision, path),
            "image_size": side * patches.shape[2],
            "patch_size": patches.shape[2],
            "hidden_act": "gelu",
            "layer_norm_eps": 1e-6,
        },
        "text_config": text | {"encoder_hidden_size": vision},
    }
    if MATCHER_CLASS in parts:
        config["image_text_hidden_size"] = _rows(tensors, "vision_proj.bias", path)
    return config


def at_size(tensors: Tensors, config: dict[str, Any], image_px: int) -> Tensors:
    """The tensors for pictures of another size: places interpolated, bicubic as the authors do.

    Sets the size in the configuration too; raises CheckpointError where no whole patches fit.
    """
    vision = config["vision_config"]
    side, rest = divmod(image_px, vision["patch_size"])
    if rest or not 1 <= image_px <= _LARGEST_PX:
        patch = vision["patch_size"]
        message = f"Pictures of {image_px} pixels cannot be: patches are of {patch} pixels."
        hint = f"BLIP's own sizes are 224, 384 and 480; the most here is {_LARGEST_PX}."
        raise CheckpointError(message, hint)
    before = vision["image_size"] // vision["patch_size"]
    vision["image_size"] = image_px
    if side == before:
        return tensors
    places = tensors[_PLACES].float()
    grid = places[:, 1:].reshape(1, before, before, -1).permute(0, 3, 1, 2)
    wider = functional.interpolate(grid, (side, side), mode="bicubic", align_corners=False)
    flat = wider.permute(0, 2, 3, 1).flatten(1, 2)
    return tensors | {_PLACES: torch.cat([places[:, :1], flat], 1)}


def _state(path: Path) -> dict[str, Tensor]:
    try:
        mapped = zipfile.is_zipfile(path)  # older files can only be read as a whole
        with without_warnings():
            stored = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except PermissionError as error:
        raise CheckpointError(f"{path} may not be read.", "Change its permissions.") from error
    except (OSError, EOFError) as error:
        raise CheckpointError(f"“{path.name}” is cut off, or damaged.", "Get it again.") from error
    except (pickle.UnpicklingError, RuntimeError, ValueError, AttributeError) as error:
        message = f"“{path.name}” holds something else than weights; it was not opened further."
        raise CheckpointError(message, _DO_NOT_USE) from error
    state = stored.get("model") if isinstance(stored, dict) else None
    if not isinstance(state, dict) or not all(
        isinstance(name, str) and isinstance(tensor, Tensor) for name, tensor in state.items()
    ):
        message = f"“{path.name}” is no file of the authors': it has no list of tensors “model”."
        raise CheckpointError(message, _AGAIN)
    return state


def _renamed(name: str) -> str | None:
    if name.startswith("visual_encoder."):
        inner = name.removeprefix("visual_encoder.")
        for pattern, ours in _VISION:
            if found := re.fullmatch(pattern, inner):
                return f"vision_model.{found.expand(ours)}"
        return None
    return name if _SAME_NAME.fullmatch(name) else None


def _refuse_bombs(tensors: Tensors, path: Path) -> None:
    """A few bytes may be told to be a tensor of any size; nothing is copied before this."""
    wanted = sum(4 * tensor.numel() for tensor in tensors.values())
    if wanted > _MOST_TIMES_THE_FILE * path.stat().st_size:
        message = f"“{path.name}” would unfold to {wanted / 1e9:,.1f} GB, far more than it holds."
        raise CheckpointError(message, _DO_NOT_USE)
    for name, tensor in tensors.items():
        if not tensor.is_floating_point() or tensor.layout is not torch.strided:
            raise CheckpointError(f"“{name}” in “{path.name}” holds no weights.", _DO_NOT_USE)


def _once(tensors: Tensors) -> Tensors:
    """Without the output's weight and bias where they are the word embeddings and the bias."""
    same = {
        f"{_PREDICTED}.decoder.weight": tensors.get(_WORDS),
        f"{_PREDICTED}.decoder.bias": tensors.get(f"{_PREDICTED}.bias"),
    }
    return {
        name: tensor
        for name, tensor in tensors.items()
        if (other := same.get(name)) is None or not torch.equal(tensor.float(), other.float())
    }


def _parts(tensors: Tensors, path: Path) -> list[str]:
    """The classes that the file can be; a matcher needs its heads."""
    parts = []
    if any(name.startswith("text_decoder.") for name in tensors):
        parts.append(CAPTIONER_CLASS)
    if any(name.startswith("text_encoder.") for name in tensors):
        lacking = [head for head in _HEADS if f"{head}.weight" not in tensors]
        if lacking:
            message = f"“{path.name}” lacks {', '.join(lacking)}: it cannot match text and photos."
            raise CheckpointError(message, _AGAIN)
        parts.append(MATCHER_CLASS)
    if not parts:
        raise CheckpointError(f"“{path.name}” has no text network.", _AGAIN)
    if len(parts) == 2 and _layers(tensors, "text_encoder.encoder.layer.") != _layers(
        tensors, "text_decoder.bert.encoder.layer."
    ):
        message = f"The text encoder and the decoder of “{path.name}” differ in size."
        raise CheckpointError(message, _AGAIN)
    return parts


def _text_config(tensors: Tensors, prefix: str, path: Path) -> dict[str, Any]:
    words = _there(tensors, f"{prefix}embeddings.word_embeddings.weight", path, 2)
    inner = f"{prefix}encoder.layer.0.intermediate.dense.bias"
    return {
        "model_type": "blip_text_model",
        "vocab_size": words.shape[0],
        "hidden_size": words.shape[1],
        "intermediate_size": _rows(tensors, inner, path),
        "num_hidden_layers": _layers(tensors, f"{prefix}encoder.layer."),
        "num_attention_heads": _heads(words.shape[1], path),
        "max_position_embeddings": _rows(
            tensors, f"{prefix}embeddings.position_embeddings.weight", path
        ),
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "bos_token_id": words.shape[0] - _SPECIAL_TOKENS,
    }


def _there(tensors: Tensors, name: str, path: Path, dimensions: int) -> Tensor:
    found = tensors.get(name)
    if found is None:
        raise CheckpointError(f"“{path.name}” lacks {name} (by transformers' name).", _AGAIN)
    if found.dim() != dimensions or 0 in found.shape:
        message = f"{name} in “{path.name}” has the shape {tuple(found.shape)}."
        raise CheckpointError(message, _AGAIN)
    return found


def _rows(tensors: Tensors, name: str, path: Path) -> int:
    dimensions = 2 if name.endswith("weight") else 1
    return int(_there(tensors, name, path, dimensions).shape[0])


def _layers(tensors: Tensors, prefix: str) -> int:
    found = (name.removeprefix(prefix) for name in tensors if name.startswith(prefix))
    return max((int(rest.partition(".")[0]) for rest in found), default=-1) + 1


def _heads(width: int, path: Path) -> int:
    if width % _HEAD_WIDTH:
        message = f"A network in “{path.name}” is {width} wide; BLIP's have heads of {_HEAD_WIDTH}."
        raise CheckpointError(message, _AGAIN)
    return width // _HEAD_WIDTH
