"""The networks and the ways of decoding, held against transformers' own on random weights."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import BlipConfig
from transformers.models.blip.modeling_blip import BlipVisionModel
from transformers.models.blip.modeling_blip_text import BlipTextLMHeadModel, BlipTextModel

from engine.blip.decoding import Rules, beam_search, greedy
from engine.blip.loading import Weights
from engine.blip.shapes import BlipShape, blip_shape
from engine.blip.text import TextDecoder, TextEncoder
from engine.blip.vision import VisionTransformer

_DEC, _SEP, _PAD, _WORDS = 58, 3, 0, 60
_CPU = torch.device("cpu")
_CLOSE = 3e-5  # of values up to about 4, after layers that amplify


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Matrices this small are slower with more."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@dataclass
class Both:
    """transformers' networks and ours on the same random weights."""

    shape: BlipShape
    kind: torch.dtype
    vision: Any
    encoder: Any
    decoder: Any
    our_vision: VisionTransformer
    our_encoder: TextEncoder
    our_decoder: TextDecoder

    def seen(self, count: int, seed: int = 0) -> Tensor:
        made = torch.Generator().manual_seed(seed)
        shape = self.shape.vision
        size = (count, shape.positions, shape.width)
        return torch.randn(size, generator=made, dtype=self.kind)


def _both(
    seed: int, *, image: int = 48, end_bias: float = 2.0, kind: torch.dtype = torch.float32
) -> Both:
    shape = {"hidden_size": 32, "num_attention_heads": 4, "initializer_range": 0.4}
    shape |= {"intermediate_size": 64, "num_hidden_layers": 2}
    words = {"vocab_size": _WORDS, "max_position_embeddings": 40, "bos_token_id": _DEC}
    words |= {"sep_token_id": _SEP, "eos_token_id": 2, "pad_token_id": _PAD}
    vision = shape | {"image_size": image, "patch_size": 16, "hidden_size": 48}
    config = BlipConfig(text_config=shape | words, vision_config=vision, image_text_hidden_size=24)
    torch.manual_seed(seed)
    modules = {
        "vision_model": BlipVisionModel(config.vision_config),
        "text_encoder": BlipTextModel(config.text_config, add_pooling_layer=False),
        "text_decoder": BlipTextLMHeadModel(config.text_config),
    }
    tensors: dict[str, Tensor] = {}
    for name, module in modules.items():
        module.eval().to(kind)
        with torch.no_grad():
            for key, value in module.named_parameters():
                spread = 0.5 if "embed" in key else 0.05 if "weight" not in key else None
                if spread is not None:
                    value += torch.randn_like(value) * spread
            if name == "text_decoder":
                module.get_output_embeddings().bias[_SEP] += end_bias
        tensors |= {f"{name}.{key}": value for key, value in module.state_dict().items()}
    ours = blip_shape(config.to_dict())
    weights = Weights(tensors, Path("memory"), _CPU)
    return Both(
        ours,
        kind,
        *modules.values(),
        VisionTransformer(weights, ours.vision),
        TextEncoder(weights, ours.text),
        TextDecoder(weights, ours.text),
    )


@torch.inference_mode()
@pytest.mark.parametrize("image", [48, 64, 57])
def test_image_tokens_are_transformers(image: int) -> None:
    both = _both(image, image=image)
    pixels = torch.randn(3, 3, image, image)
    wanted = both.vision(pixel_values=pixels).last_hidden_state
    got = both.our_vision(pixels.permute(0, 2, 3, 1))
    assert got.shape == wanted.shape
    assert (got - wanted).abs().max() < _CLOSE


@torch.inference_mode()
@pytest.mark.parametrize("grounded", [False, True], ids=["text alone", "with a picture"])
def test_read_texts_are_transformers_whatever_their_padding(grounded: bool) -> None:
    both = _both(1)
    ids = torch.randint(4, _WORDS, (5, 9))
    mask = torch.ones_like(ids)
    for row, length in enumerate((9, 3, 6, 2, 8)):
        mask[row, length:], ids[row, length:] = 0, _PAD
    seen = both.seen(5) if grounded else None
    wanted = both.encoder(input_ids=ids, attention_mask=mask, encoder_hidden_states=seen)
    got = both.our_encoder.first_states(ids, mask, seen)
    assert (got - wanted.last_hidden_state[:, 0]).abs().max() < _CLOSE
    for row in range(5):  # and a text alone is the same as among others
        length = int(mask[row].sum())
        alone = both.our_encoder.first_states(
            ids[row : row + 1, :length],
            mask[row : row + 1, :length],
            None if seen is None else seen[row : row + 1],
        )
        assert (alone[0] - got[row]).abs().max() < _CLOSE


@torch.inference_mode()
def test_several_texts_of_one_picture_are_read_as_each_alone() -> None:
    both = _both(2)
    ids = torch.randint(4, _WORDS, (6, 7))
    mask = torch.ones_like(ids)
    mask[1, 4:] = mask[4, 2:] = 0
    seen = both.seen(2)
    wanted = both.our_encoder.first_states(ids, mask, seen.repeat_interleave(3, 0))
    assert (both.our_encoder.first_states(ids, mask, seen) - wanted).abs().max() < _CLOSE


@torch.inference_mode()
def test_next_words_are_transformers_whether_told_at_once_or_one_by_one() -> None:
    both, seen = _both(3), _both(3).seen(3)
    ids = torch.randint(4, _WORDS, (3, 8))
    wanted = both.decoder(input_ids=ids, encoder_hidden_states=seen).logits
    at_once = both.our_decoder.about(seen, 8).next_scores(ids)
    assert (at_once - wanted[:, -1]).abs().max() < 1e-4
    for steps in ([1] * 8, [3, 2, 3]):
        telling, begin = both.our_decoder.about(seen, 8), 0
        for step in steps:
            got = telling.next_scores(ids[:, begin : begin + step])
            begin += step
            assert (got - wanted[:, begin - 1]).abs().max() < 1e-4


def _generated(both: Both, seen: Tensor, start: list[int], rules: Rules, beams: int) -> Tensor:
    ids = torch.tensor([start] * len(seen))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        generated: Tensor = both.decoder.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            encoder_hidden_states=seen,
            encoder_attention_mask=torch.ones(seen.shape[:2], dtype=torch.long),
            eos_token_id=rules.end,
            pad_token_id=rules.padding,
            max_length=rules.max_length,
            min_length=rules.min_length,
            repetition_penalty=rules.repetition_penalty,
            no_repeat_ngram_size=rules.no_repeat,
            bad_words_ids=[list(words) for words in rules.forbidden] or None,
            num_beams=beams,
            do_sample=False,
        )
    return generated


@torch.inference_mode()
def _ours(both: Both, seen: Tensor, start: list[int], rules: Rules, beams: int) -> Tensor:
    ids = torch.tensor([start] * len(seen))
    telling = both.our_decoder.about(seen, rules.max_length)
    return greedy(telling, ids, rules) if beams == 1 else beam_search(telling, ids, rules, beams)


_RULES = {
    "plain": Rules(_SEP, _PAD, 16),
    "BLIP's": Rules(_SEP, _PAD, 20, min_length=5, repetition_penalty=1.1),
    "no run twice": Rules(_SEP, _PAD, 20, min_length=5, repetition_penalty=1.1, no_repeat=3),
    "no word twice": Rules(_SEP, _PAD, 24, min_length=12, no_repeat=1),
    "forbidden": Rules(
        _SEP, _PAD, 20, 5, forbidden=((7,), (8, 9), (30,), (31, 32, 33), tuple(range(4, 30)))
    ),
    "long": Rules(_SEP, _PAD, 39, min_length=39),
    "another padding": Rules(_SEP, 1, 18, min_length=2),
    "one word": Rules(_SEP, _PAD, 6),
}
_STARTS = {"no prompt": [_DEC], "prompt": [_DEC, 10, 11, 12], "long": [_DEC, 7, 8, 9, 40]}


@pytest.mark.parametrize("beams", [1, 2, 3, 5])
@pytest.mark.parametrize("start", _STARTS.values(), ids=_STARTS)
@pytest.mark.parametrize("rules", _RULES.values(), ids=_RULES)
def test_decoding_is_transformers_generate_token_for_token(
    rules: Rules, start: list[int], beams: int
) -> None:
    lengths = set()
    for seed in range(4):
        # in double precision, or random weights would sometimes leave the choice to the rounding
        both = _both(seed, end_bias=float(seed), kind=torch.float64)
        seen = both.seen(8, seed)
        for count in (1, 8):
            wanted = _generated(both, seen[:count], start, rules, beams)
            got = _ours(both, seen[:count], start, rules, beams)
            assert got.tolist() == wanted.tolist(), f"seed {seed}, {count} pictures"
        lengths |= {row.index(_SEP) if _SEP in row else len(row) for row in got.tolist()}
    assert rules.min_length > 30 or rules.max_length < 10 or len(lengths) > 1, "all alike: no test"


@pytest.mark.parametrize("beams", [1, 3])
def test_the_order_of_a_batch_and_its_size_change_no_text(beams: int) -> None:
    both, rules = _both(5, end_bias=1.0), _RULES["BLIP's"]
    seen, start = both.seen(8), [_DEC, 10]
    texts = [_told(row) for row in _ours(both, seen, start, rules, beams).tolist()]
    assert len(set(map(tuple, texts))) > 2
    order = torch.tensor([5, 2, 7, 0, 1, 6, 3, 4])
    mixed = _ours(both, seen[order], start, rules, beams).tolist()
    assert [_told(row) for row in mixed] == [texts[place] for place in order]
    for place in range(8):
        (alone,) = _ours(both, seen[place : place + 1], start, rules, beams).tolist()
        assert _told(alone) == texts[place]


def _told(ids: list[int]) -> list[int]:
    return ids[: ids.index(_SEP)] if _SEP in ids else ids


def test_a_beginning_as_long_as_allowed_stays_alone() -> None:
    both, start = _both(6), [_DEC, 10, 11, 12]
    for beams in (1, 3):
        rules = Rules(_SEP, _PAD, len(start))
        assert _ours(both, both.seen(2), start, rules, beams).tolist() == [start] * 2


def test_an_output_of_its_own_is_used_where_the_file_holds_one() -> None:
    both, seen = _both(7), _both(7).seen(1)
    ids = torch.tensor([[_DEC]])
    tied = both.our_decoder.about(seen, 1).next_scores(ids)
    tensors = {f"text_decoder.{key}": item for key, item in both.decoder.state_dict().items()}
    name = "text_decoder.cls.predictions.decoder.weight"
    without = {key: item for key, item in tensors.items() if key != name}
    for held, change in ((without, 1.0), (tensors, 1.0), (tensors, 2.0)):
        held = {key: item * change if key == name else item for key, item in held.items()}
        decoder = TextDecoder(Weights(held, Path("memory"), _CPU), both.shape.text)
        assert torch.equal(decoder.about(seen, 1).next_scores(ids), tied) == (change == 1.0)
