"""Linear layers in the form that the processor multiplies with fastest; chosen at loading.

On an accelerator they stay as they are, or become float16. On a processor ``exact`` keeps float32
and only lays the weights out for oneDNN's kernels: about a tenth faster on a whole picture, twice
as fast on the few rows of a decoding step. ``bf16`` rounds weights and activations to 16 bits;
``int8`` to 8 bits, the weights with one scale an output channel and the
activations with one scale a token, found as it is computed (Dettmers et al., arXiv 2208.07339).
Norms, attention, what sees the pixels and what chooses words, vectors and matches stay float32.

The kernels have no gradients: where one is asked for, :meth:`Linear.plain` computes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from engine.blip.layers import Linear
from engine.checkpoints import CheckpointError
from engine.protocol import Precision

_MAGIC = float(2**23 + 128)  # a float32 of this size holds a whole number in its lowest bits
_LARGEST = 127.0
_SMALLEST = 1e-12  # so that a token of zeros has a scale

Pack = Callable[[Linear], Linear]


@dataclass(frozen=True, slots=True)
class Packing:
    """What becomes of loaded linear layers; ``heads`` stay float32: what they say is the answer."""

    layers: Pack
    heads: Pack


def packing(precision: Precision, device: torch.device) -> Packing:
    """How layers are kept for this precision on this device.

    Raises CheckpointError where this computer cannot compute that way.
    """
    on_cpu = _copied if device.type == "cpu" else _as_it_is
    exact = PackedLinear.of if device.type == "cpu" and _has_onednn() else on_cpu
    if precision is Precision.EXACT:
        return Packing(exact, exact)
    if precision is Precision.FP16 and device.type == "cuda":
        return Packing(HalfLinear.of, exact)
    if device.type != "cpu" or not _can(precision):
        message = (
            f"The device “{device.type}” cannot compute with the precision “{precision}” on this "
            "computer."
        )
        raise CheckpointError(message, "Choose another precision: “exact” is for every device.")
    return Packing(Int8Linear.of if precision is Precision.INT8 else Bf16Linear.of, exact)


def usable_precisions(device: str = "cpu") -> tuple[Precision, ...]:
    """What the device of this name can compute with, the exact one first."""
    able = {"cpu": _can, "cuda": lambda precision: precision is Precision.FP16}.get(device)
    return tuple(p for p in Precision if p is Precision.EXACT or (able is not None and able(p)))


class HalfLinear(Linear):
    """The layer in float16, for an accelerator; what goes in and comes out is float32."""

    __slots__ = ()

    @classmethod
    def of(cls, layer: Linear) -> Linear:
        """Round a layer."""
        return cls(layer.weight.half(), layer.bias.half())

    def plain(self) -> Linear:
        """The rounded layer in float32."""
        return Linear(self.weight.float(), self.bias.float())

    def __call__(self, values: Tensor) -> Tensor:
        """Return (..., out) of (..., in)."""
        return functional.linear(values.half(), self.weight, self.bias).float()


class PackedLinear(Linear):
    """The same layer in float32; ``weight`` is laid out for oneDNN."""

    __slots__ = ()

    @classmethod
    def of(cls, layer: Linear) -> Linear:
        """Pack a layer, where it is float32."""
        if layer.weight.dtype is not torch.float32:
            return layer
        return cls(_laid_out(layer.weight), layer.bias)

    def plain(self) -> Linear:
        """The layer as it was loaded."""
        return Linear(self.weight.to_dense(), self.bias)

    def __call__(self, values: Tensor) -> Tensor:
        """Return (..., out) of (..., in)."""
        if values.requires_grad:
            return self.plain()(values)
        return _multiplied(values, self)

    def gelu(self, values: Tensor) -> Tensor:
        """GELU of the same, without another walk through memory."""
        if values.requires_grad:
            return self.plain().gelu(values)
        return _multiplied(values, self, "gelu")


class Bf16Linear(PackedLinear):
    """The layer in bfloat16; what goes in and comes out is float32."""

    __slots__ = ()

    @classmethod
    def of(cls, layer: Linear) -> Linear:
        """Round and pack a layer."""
        return cls(_laid_out(layer.weight.bfloat16()), layer.bias.bfloat16())

    def plain(self) -> Linear:
        """The rounded layer in float32."""
        return Linear(self.weight.to_dense().float(), self.bias.float())

    def __call__(self, values: Tensor) -> Tensor:
        """Return (..., out) of (..., in)."""
        if values.requires_grad:
            return self.plain()(values)
        return _multiplied(values.bfloat16(), self).float()

    def gelu(self, values: Tensor) -> Tensor:
        """GELU of the same."""
        if values.requires_grad:
            return self.plain().gelu(values)
        return _multiplied(values.bfloat16(), self, "gelu").float()


@dataclass(frozen=True, slots=True, eq=False)
class Int8Linear(Linear):
    """The layer in 8 bits; ``scales`` (out) belong to the rows of ``weight``, ``zeros`` are 0."""

    scales: Tensor
    zeros: Tensor

    @classmethod
    def of(cls, layer: Linear) -> Linear:
        """Round and pack a layer."""
        scales = layer.weight.abs().amax(1).clamp_(min=_SMALLEST) / _LARGEST
        rounded = (layer.weight / scales[:, None]).round_().to(torch.int8)
        packed = torch.ops.onednn.qlinear_prepack(rounded, None)
        return cls(packed, layer.bias, scales, torch.zeros(len(scales), dtype=torch.long))

    def plain(self) -> Linear:
        """The rounded layer in float32."""
        return Linear(self.weight.to_dense().t() * self.scales[:, None], self.bias)

    def __call__(self, values: Tensor) -> Tensor:
        """Return (..., out) of (..., in)."""
        if values.requires_grad:
            return self.plain()(values)
        tokens = values.reshape(-1, values.shape[-1])
        steps = tokens.abs().amax(-1, keepdim=True).clamp_(min=_SMALLEST).div_(_LARGEST)
        # The sum rounds to the nearest whole number; its low byte is that number plus 128.
        bytes_ = (tokens * steps.reciprocal()).add_(_MAGIC).view(torch.int32).to(torch.uint8)
        found: Tensor = torch.ops.onednn.qlinear_pointwise(
            bytes_, 1.0, 128, self.weight, self.scales, self.zeros,
            None, 1.0, 0, torch.float32, "none", [], "",
        )  # fmt: skip
        return found.mul_(steps).add_(self.bias).view(*values.shape[:-1], -1)

    def gelu(self, values: Tensor) -> Tensor:
        """GELU of the same."""
        return functional.gelu(self(values))


def _laid_out(weight: Tensor) -> Tensor:
    """A weight as oneDNN's kernels read it fastest, however many rows it will meet."""
    return torch.ops.mkldnn._reorder_linear_weight(weight)  # noqa: SLF001 - has no public name


def _multiplied(values: Tensor, layer: Linear, then: str = "none") -> Tensor:
    """What torch.compile makes of a linear layer on a processor; ``then``: "none" or "gelu"."""
    fused = torch.ops.mkldnn._linear_pointwise  # noqa: SLF001 - has no public name
    return fused(values, layer.weight, layer.bias, then, [], "none")


def _copied(layer: Linear) -> Linear:
    """The layer for itself: its weight may be a view of a file."""
    return Linear(layer.weight.clone(), layer.bias)


def _as_it_is(layer: Linear) -> Linear:
    return layer


def _has_onednn() -> bool:
    return torch.backends.mkldnn.is_available()


def _can(precision: Precision) -> bool:
    """Whether the processor has the instructions: without them it would be slow, and saturate."""
    wanted = {
        Precision.INT8: ("avx512_vnni", "avx_vnni"),
        Precision.BF16: ("avx512_bf16", "amx_bf16"),
    }.get(precision, ())
    has = torch.cpu.get_capabilities()
    return _has_onednn() and any(has.get(name, False) for name in wanted)
