"""The sample BLIP: transformers' own parts, put together around one shared vision transformer.

The names of its parts are those of BlipForConditionalGeneration and BlipForImageTextRetrieval, so
that one file of weights serves both classes.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BlipConfig
from transformers.models.blip.modeling_blip import BlipVisionModel
from transformers.models.blip.modeling_blip_text import BlipTextLMHeadModel, BlipTextModel

from engine.training import tokens
from engine.training.batches import ARRANGEMENTS, IMAGE_PX
from engine.training.drawing import PLANES
from engine.training.things import RELATIONS, SETTINGS

PATCH_PX = 16
MAX_LENGTH = 24
_WIDTH = 192
_VISION_LAYERS = 6
_TEXT_LAYERS = 3
_TEXT_INNER = 384
_SHARED_SIZE = 128
#: The first patch embeddings have a deviation of about 0.5 and grow sixfold in training.
_POSITION_SCALE = 1.4

#: Parts that only training uses; they are left out of the checkpoint.
TRAINING_ONLY = ("patch_heads.", "scene_heads.", "log_scale")


def sample_config(**changes: int) -> BlipConfig:
    """Return the sample's configuration; `changes`: width, vision_layers, text_layers."""
    width = changes.get("width", _WIDTH)
    shape = {"hidden_size": width, "num_attention_heads": width // 32, "initializer_range": 0.02}
    text = {
        **shape,
        "intermediate_size": changes.get("text_inner", _TEXT_INNER),
        "num_hidden_layers": changes.get("text_layers", _TEXT_LAYERS),
        "vocab_size": len(tokens.captions()),
        "encoder_hidden_size": width,
        "max_position_embeddings": 40,
        "projection_dim": _SHARED_SIZE,
        "layer_norm_eps": 1e-12,
        "bos_token_id": tokens.DEC,
        "eos_token_id": tokens.SEP,
        "sep_token_id": tokens.SEP,
        "pad_token_id": tokens.PAD,
        "label_smoothing": 0.0,
    }
    vision = {
        **shape,
        "intermediate_size": width * 4,
        "num_hidden_layers": changes.get("vision_layers", _VISION_LAYERS),
        "image_size": IMAGE_PX,
        "patch_size": PATCH_PX,
        "projection_dim": _SHARED_SIZE,
        "layer_norm_eps": 1e-6,
    }
    return BlipConfig(
        text_config=text,
        vision_config=vision,
        projection_dim=_SHARED_SIZE,
        image_text_hidden_size=_SHARED_SIZE,
        logit_scale_init_value=2.6592,
    )


def sinusoids(side: int, width: int) -> Tensor:
    """Return positions of a grid of patches as waves across and down: (side * side, width).

    Learned from nothing, positions stay faint beside what the patches show, and relations between
    things are then learned late; training therefore starts from these.
    """
    count = width // 4
    rates = torch.pi / 2 * (1 / 8) ** (torch.arange(count) / (count - 1))
    phase = torch.arange(side)[:, None] * rates
    axis = torch.cat([phase.sin(), phase.cos()], 1)
    across = axis[None, :, :].expand(side, side, -1)
    down = axis[:, None, :].expand(side, side, -1)
    return torch.cat([across, down], -1).flatten(0, 1)


class SampleBlip(nn.Module):
    """Captioner and matcher on one vision transformer, with heads that only training uses."""

    def __init__(self, config: BlipConfig) -> None:
        """Build the parts with random weights."""
        super().__init__()
        self.config = config
        width = config.vision_config.hidden_size
        self.vision_model = BlipVisionModel(config.vision_config)
        self.text_decoder = BlipTextLMHeadModel(config.text_config)
        self.text_encoder = BlipTextModel(config.text_config, add_pooling_layer=False)
        self.vision_proj = nn.Linear(width, config.image_text_hidden_size)
        self.text_proj = nn.Linear(width, config.image_text_hidden_size)
        self.itm_head = nn.Linear(width, 2)
        self.patch_heads = nn.ModuleDict(
            {plane: nn.Linear(width, classes) for plane, classes in PLANES.items()}
        )
        known = {
            "setting": len(SETTINGS),
            "relation": len(RELATIONS) + 1,
            "arrangement": len(ARRANGEMENTS),
        }
        self.scene_heads = nn.ModuleDict({k: nn.Linear(width, n) for k, n in known.items()})
        self.log_scale = nn.Parameter(torch.tensor(config.logit_scale_init_value))
        side = config.vision_config.image_size // config.vision_config.patch_size
        positions = self.vision_model.embeddings.position_embedding
        positions.data[0, 1:] += _POSITION_SCALE * sinusoids(side, width)

    def see(self, pixels: Tensor) -> Tensor:
        """Return image tokens (N, 65, width) of normalised `pixels` (N, 3, 128, 128)."""
        seen: Tensor = self.vision_model(pixel_values=pixels).last_hidden_state
        return seen

    def caption_logits(self, ids: Tensor, mask: Tensor, seen: Tensor) -> Tensor:
        """Return next-token logits (N, L, vocabulary) of captions that start with DEC."""
        logits: Tensor = self.text_decoder(
            input_ids=ids, attention_mask=mask, encoder_hidden_states=seen, return_dict=True
        ).logits
        return logits

    def read(self, ids: Tensor, mask: Tensor, seen: Tensor | None = None) -> Tensor:
        """Return the first token's state (N, width); with `seen`, grounded in those pictures."""
        states: Tensor = self.text_encoder(
            input_ids=ids, attention_mask=mask, encoder_hidden_states=seen, return_dict=True
        ).last_hidden_state
        return states[:, 0]

    def match_logits(self, ids: Tensor, mask: Tensor, seen: Tensor) -> Tensor:
        """Return ITM logits (N, K, 2) of K texts for each picture; `ids` and `mask` (N, K, L).

        The K texts stand in one sequence, each attending to itself only, so that the picture's
        keys and values are computed once and not K times. The result is that of `read`.
        """
        _, texts, length = ids.shape
        block = torch.eye(texts, dtype=torch.bool).repeat_interleave(length, 0)
        own = block.repeat_interleave(length, 1) & mask.flatten(1).bool()[:, None, None, :]
        states: Tensor = self.text_encoder(
            input_ids=ids.flatten(1),
            position_ids=torch.arange(length).repeat(texts)[None],
            attention_mask=torch.zeros(own.shape).masked_fill(~own, -1e4),
            encoder_hidden_states=seen,
            return_dict=True,
        ).last_hidden_state
        logits: Tensor = self.itm_head(states[:, ::length])
        return logits

    def image_vectors(self, seen: Tensor) -> Tensor:
        """Return ITC unit vectors (N, 128) of image tokens."""
        return functional.normalize(self.vision_proj(seen[:, 0]).float(), dim=-1)

    def text_vectors(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return ITC unit vectors (N, 128) of texts that start with CLS."""
        return functional.normalize(self.text_proj(self.read(ids, mask)).float(), dim=-1)


def checkpoint_weights(model: SampleBlip) -> dict[str, Any]:
    """Return the weights that both BLIP classes load, float16, ties stored once."""
    return {
        name: tensor.detach().to(torch.float16).clone().contiguous()
        for name, tensor in model.state_dict().items()
        if not name.startswith(TRAINING_ONLY)
    }
