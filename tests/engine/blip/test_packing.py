"""Layers that are laid out or rounded for the processor, beside plain ones."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.blip import packing
from engine.blip.describer import BlipDescriber
from engine.blip.layers import Linear, attend
from engine.blip.packing import Bf16Linear, HalfLinear, Int8Linear, PackedLinear, usable_precisions
from engine.checkpoints import CheckpointError, find_set
from engine.describer import Wish
from engine.protocol import Precision

Make = Callable[..., Path]
_CPU = torch.device("cpu")
_KINDS = {Precision.EXACT: PackedLinear, Precision.BF16: Bf16Linear, Precision.INT8: Int8Linear}
_STEP = {Precision.EXACT: 1e-6, Precision.BF16: 2**-7, Precision.INT8: 1 / 127}


def _layer(width_in: int = 96, width_out: int = 64) -> Linear:
    random = torch.Generator().manual_seed(3)
    weight = torch.randn(width_out, width_in, generator=random)
    # channels of very different size, as trained weights have them
    weight *= torch.logspace(-2, 1, width_out)[:, None]
    return Linear(weight, torch.randn(width_out, generator=random))


def _values(*shape: int) -> torch.Tensor:
    random = torch.Generator().manual_seed(4)
    values = torch.randn(*shape, generator=random)
    return values * torch.logspace(-3, 2, shape[-2])[:, None]  # tokens of very different size


@pytest.mark.parametrize("precision", usable_precisions())
@pytest.mark.parametrize("shape", [(1, 96), (5, 96), (2, 7, 96), (3, 1, 96)])
def test_a_layer_errs_by_no_more_than_its_rounding(
    precision: Precision, shape: tuple[int, ...]
) -> None:
    plain, values = _layer(), _values(*shape)
    kept = packing.packing(precision, _CPU).layers(plain)
    assert type(kept) is _KINDS[precision]
    wanted, found = plain(values), kept(values)
    assert found.shape == wanted.shape
    assert found.dtype is torch.float32
    # each term is off by half a step of the weight's row and half a step of the token
    most = values.abs().amax(-1, keepdim=True) * plain.weight.abs().amax(1) * 96**0.5
    assert bool(((found - wanted).abs() <= 2 * _STEP[precision] * (most + wanted.abs())).all())
    gelu = torch.nn.functional.gelu(found)
    torch.testing.assert_close(kept.gelu(values), gelu, rtol=1e-2, atol=float(most.max()) * 1e-2)


@pytest.mark.parametrize("precision", usable_precisions())
def test_what_one_token_says_does_not_depend_on_those_beside_it(precision: Precision) -> None:
    kept = packing.packing(precision, _CPU).layers(_layer())
    values = _values(6, 96)
    together = kept(values)
    for place in range(6):
        torch.testing.assert_close(kept(values[place : place + 1])[0], together[place])


@pytest.mark.parametrize("precision", usable_precisions())
def test_tokens_of_zeros_give_the_bias(precision: Precision) -> None:
    plain = _layer()
    found = packing.packing(precision, _CPU).layers(plain)(torch.zeros(2, 96))
    torch.testing.assert_close(found, plain.bias.expand(2, -1), rtol=2**-7, atol=1e-6)


@pytest.mark.parametrize("precision", usable_precisions())
def test_a_gradient_can_be_had_of_every_layer(precision: Precision) -> None:
    kept = packing.packing(precision, _CPU).layers(_layer())
    values = _values(3, 96).requires_grad_()
    for called in (kept, kept.gelu):
        (gradient,) = torch.autograd.grad(called(values).sum(), values)
        assert bool(gradient.abs().sum() > 0)
    torch.testing.assert_close(
        kept(values).detach(),
        kept(values.detach()),
        rtol=5e-2,
        atol=float(values.detach().abs().max()),
    )


def test_heads_are_exact_whatever_the_precision() -> None:
    for precision in usable_precisions():
        kept = packing.packing(precision, _CPU).heads(_layer())
        assert torch.equal(kept.plain().weight, _layer().weight)


def test_few_queries_find_what_many_find() -> None:
    random = torch.Generator().manual_seed(5)
    query, key, value = (torch.randn(2, 3, n, 8, generator=random) for n in (6, 40, 40))
    many = attend(query, key, value)
    for place in range(6):
        few = attend(query[:, :, place : place + 1], key, value)
        torch.testing.assert_close(few, many[:, :, place : place + 1])


@pytest.mark.parametrize("precision", [p for p in usable_precisions() if p is not Precision.EXACT])
def test_a_rounded_describer_says_that_it_is_and_sees_nearly_the_same(
    make_checkpoint: Make, pictures_dir: Path, precision: Precision
) -> None:
    folder = make_checkpoint("both")
    chosen = find_set(str(folder), sample_dir=folder)
    exact, rounded = (
        BlipDescriber(chosen.captioner, chosen.matcher, "auto", precision=kind)
        for kind in (Precision.EXACT, precision)
    )
    pictures = [exact.prepare(path) for path in sorted(pictures_dir.iterdir())]
    wishes = [Wish(caption=True, vector=True)] * len(pictures)
    for one, other in zip(
        exact.describe(pictures, wishes), rounded.describe(pictures, wishes), strict=True
    ):
        assert (one.settings, other.settings) == ("greedy", f"greedy, {precision}")
        assert other.caption is not None
        assert one.vector is not None
        assert other.vector is not None
        assert 0.98 < float(np.dot(one.vector, other.vector)) < 1
    assert rounded.describe(pictures[:1], wishes[:1], careful=True)[0].settings == (
        f"beam 3, {precision}"
    )
    assert rounded.info.device == "cpu"


def test_a_precision_that_the_processor_lacks_is_refused_in_a_sentence(
    make_checkpoint: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    assert usable_precisions() == (Precision.EXACT,)
    folder = make_checkpoint("both")
    chosen = find_set(str(folder), sample_dir=folder)
    with pytest.raises(CheckpointError, match="“cpu” cannot compute with the precision “int8”"):
        BlipDescriber(chosen.captioner, chosen.matcher, "cpu", precision=Precision.INT8)


def test_rounding_is_for_the_processor() -> None:
    with pytest.raises(CheckpointError, match="“cuda” cannot compute with the precision “int8”"):
        packing.packing(Precision.INT8, torch.device("cuda"))


def test_half_precision_is_for_accelerators() -> None:
    with pytest.raises(CheckpointError, match="“cpu” cannot compute with the precision “fp16”"):
        packing.packing(Precision.FP16, _CPU)
    plain, values = _layer(), _values(5, 96) * 0.1  # computed here as an accelerator would
    half = packing.packing(Precision.FP16, torch.device("cuda")).layers(plain)
    assert isinstance(half, HalfLinear)
    wanted = plain(values)
    for found in (half(values), half.plain()(values)):
        assert float((found - wanted).abs().max()) < 2**-9 * float(wanted.abs().max())


def test_a_computer_without_the_kernels_computes_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    plain = _layer()
    kept = packing.packing(Precision.EXACT, _CPU).layers(plain)
    assert type(kept) is Linear
    assert torch.equal(kept.weight, plain.weight)
    assert kept.weight.data_ptr() != plain.weight.data_ptr()  # the file it is a view of may go
    assert usable_precisions() == (Precision.EXACT,)
