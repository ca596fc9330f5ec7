"""The sample answerer (VQA): a question encoder and an answer decoder on a frozen image encoder.

As in "BLIP" (arXiv 2201.12086): the encoder reads the question with the picture's tokens, the
decoder writes the answer and attends to the question's states. The parts are transformers' own and
named as in BlipForQuestionAnswering. They start from a sample checkpoint's text encoder and caption
decoder, which know already what the words look like.
"""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional
from transformers import BlipConfig
from transformers.cache_utils import Cache
from transformers.models.blip.modeling_blip import BlipVisionModel
from transformers.models.blip.modeling_blip_text import (
    BlipTextAttention,
    BlipTextLMHeadModel,
    BlipTextModel,
)

from engine.training import tokens

_TIED = "text_decoder.cls.predictions.decoder."  # the word embeddings, and the bias beside it


class _CrossAttention(BlipTextAttention):
    """Cross-attention that heeds the mask of what it looks at.

    transformers' own drops it (4.54 to 5.23). Questions of different length stand in one batch
    here, and must not be looked at beyond their end.
    """

    def forward(
        self,
        hidden_states: Tensor,
        attention_mask: Tensor | None = None,
        encoder_hidden_states: Tensor | None = None,
        past_key_values: Cache | None = None,
        **_: Any,
    ) -> tuple[Tensor, Tensor]:
        """Return states (N, L, width) and attention of what `attention_mask` leaves to see."""
        context, attention = self.self(
            hidden_states,
            encoder_hidden_states=encoder_hidden_states,
            encoder_attention_mask=attention_mask,
            past_key_values=past_key_values,
        )
        return self.output(context, hidden_states), attention


class SampleAnswerer(nn.Module):
    """What is trained; the image encoder stands beside it."""

    def __init__(self, config: BlipConfig) -> None:
        """Build the parts with random weights."""
        super().__init__()
        self.config = config
        self.text_encoder = BlipTextModel(config.text_config, add_pooling_layer=False)
        self.text_decoder = BlipTextLMHeadModel(config.text_config)
        for number, layer in enumerate(self.text_decoder.bert.encoder.layer):
            own = _CrossAttention(config.text_config, is_cross_attention=True, layer_idx=number)
            own.load_state_dict(layer.crossattention.state_dict())
            layer.crossattention = own

    def loss(self, questions: list[list[str]], answers: list[list[str]], seen: Tensor) -> Tensor:
        """Return the mean negative log-likelihood of each token of the answers.

        P pictures with K questions each; `seen` (P, T, width).
        """
        states, asked = self.read(questions, seen)
        ids, mask = _tensors([text for each in answers for text in each], tokens.DEC)
        logits = self.text_decoder(
            input_ids=ids,
            attention_mask=mask,
            encoder_hidden_states=states,
            encoder_attention_mask=asked,
            return_dict=True,
        ).logits[:, :-1]
        wanted = ids[:, 1:].masked_fill(mask[:, 1:] == 0, -100)
        return functional.cross_entropy(logits.flatten(0, 1).float(), wanted.flatten())

    def read(self, questions: list[list[str]], seen: Tensor) -> tuple[Tensor, Tensor]:
        """Return the states (P x K, L, width) of K questions a picture, and their mask (P x K, L).

        The K questions of a picture stand in one sequence, each attending to itself only, so that
        the picture's keys and values are computed once and not K times.
        """
        ids, mask = _tensors([text for each in questions for text in each], tokens.ENC)
        (pictures, each), length = (len(questions), len(questions[0])), ids.shape[1]
        block = torch.eye(each, dtype=torch.bool).repeat_interleave(length, 0)
        block = block.repeat_interleave(length, 1)
        own = block & mask.view(pictures, 1, 1, -1).bool()
        states: Tensor = self.text_encoder(
            input_ids=ids.view(pictures, -1),
            position_ids=torch.arange(length).repeat(each)[None],
            attention_mask=torch.zeros(own.shape).masked_fill(~own, -1e4),
            encoder_hidden_states=seen,
            return_dict=True,
        ).last_hidden_state
        return states.view(len(ids), length, -1), mask


def _tensors(texts: list[str], first: int) -> tuple[Tensor, Tensor]:
    ids, mask = tokens.answers().padded(texts, first)
    return torch.tensor(ids), torch.tensor(mask)


def answerer_config(checkpoint: Path) -> BlipConfig:
    """Return the configuration of an answerer on the image encoder of `checkpoint`."""
    config = BlipConfig.from_pretrained(checkpoint)
    config.text_config.vocab_size = len(tokens.answers())
    return config


def frozen_vision(checkpoint: Path) -> nn.Module:
    """Return the image encoder of `checkpoint`, in float32, which nothing changes."""
    vision: nn.Module = BlipVisionModel(BlipConfig.from_pretrained(checkpoint).vision_config)
    begins = "vision_model."
    stored = load_file(checkpoint / "model.safetensors").items()
    vision.load_state_dict(
        {
            name.removeprefix(begins): kept.float()
            for name, kept in stored
            if name.startswith(begins)
        }
    )
    return vision.eval().requires_grad_(False)


def begin_from(model: SampleAnswerer, checkpoint: Path) -> None:
    """Fill `model` with the text encoder and the caption decoder of `checkpoint`.

    Words that both vocabularies have take their embeddings with them; the others stay random.
    """
    stored = load_file(checkpoint / "model.safetensors")
    known = (checkpoint / "vocab.txt").read_text(encoding="utf-8").split()
    places = {word: place for place, word in enumerate(known)}
    kept = [(own, places[w]) for w, own in tokens.answers().ids.items() if w in places]
    own, theirs = (torch.tensor(column) for column in zip(*kept, strict=True))
    state = model.state_dict()
    for name, fresh in state.items():
        if name not in stored:
            continue  # an output that is tied to the embeddings is stored with them
        if len(fresh) == len(tokens.answers()):
            fresh[own] = stored[name].float()[theirs]
        else:
            fresh.copy_(stored[name])
    model.load_state_dict(state)


def go_on_from(model: SampleAnswerer, answerer: Path) -> int:
    """Fill `model` with an exported answerer's weights; return the step it had reached."""
    stored = load_file(answerer / "model.safetensors")
    lacking = model.load_state_dict({k: v.float() for k, v in stored.items()}, strict=False)
    missing = [name for name in lacking.missing_keys if not name.startswith(_TIED)]
    if missing or lacking.unexpected_keys:
        raise ValueError(f"{answerer} is of another shape: {missing or lacking.unexpected_keys}")
    config = json.loads((answerer / "config.json").read_text(encoding="utf-8"))
    return int(config["photo_narrator"]["trained_at_step"])


def answerer_weights(model: SampleAnswerer) -> dict[str, Tensor]:
    """Return the weights that BlipForQuestionAnswering loads, float16, ties stored once."""
    return {
        name: tensor.detach().to(torch.float16).clone().contiguous()
        for name, tensor in model.state_dict().items()
        if not name.startswith(_TIED)
    }
