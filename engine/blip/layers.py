"""What the networks are made of: plain tensors with torch's functions over them."""

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

_FEW = 4


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """``weight`` (out, in), ``bias`` (out)."""

    weight: Tensor
    bias: Tensor

    def __call__(self, values: Tensor) -> Tensor:
        """Return (..., out) of (..., in)."""
        return functional.linear(values, self.weight, self.bias)

    def gelu(self, values: Tensor) -> Tensor:
        """GELU of the same."""
        return functional.gelu(self(values))

    def plain(self) -> "Linear":
        """The same layer with its weight as float32 (out, in), however it is kept."""
        return self


@dataclass(frozen=True, slots=True, eq=False)
class Norm:
    """Layer norm over the last dimension."""

    weight: Tensor
    bias: Tensor
    epsilon: float

    def __call__(self, values: Tensor) -> Tensor:
        """Return the same shape."""
        width = self.weight.shape
        return functional.layer_norm(values, width, self.weight, self.bias, self.epsilon)


def pieces(seen: Tensor) -> list[slice]:
    """The rows of (N, ...) to compute at once: on the processor a picture, on others all.

    What one picture needs between two matrix products stays in the processor's cache.
    """
    step = 1 if seen.device.type == "cpu" else len(seen)
    return [slice(begin, begin + step) for begin in range(0, len(seen), step)]


def heads_of(values: Tensor, parts: int, heads: int) -> tuple[Tensor, ...]:
    """Split (N, L, parts x heads x d) into ``parts`` tensors (N, heads, L, d)."""
    rows, length, _ = values.shape
    split = values.view(rows, length, parts, heads, -1).permute(2, 0, 3, 1, 4)
    return split.unbind(0)


def joined(values: Tensor) -> Tensor:
    """Put heads side by side again: (N, heads, L, d) to (N, L, heads x d)."""
    rows, heads, length, size = values.shape
    return values.transpose(1, 2).reshape(rows, length, heads * size)


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None) -> Tensor:
    """Attention (N, heads, L, d); ``mask`` is True where a key may be looked at."""
    if mask is None and query.shape[2] <= _FEW and query.device.type == "cpu":
        # torch's fused kernel is made for many queries; for few it reads the keys twice as slowly
        likely = (query * query.shape[-1] ** -0.5 @ key.transpose(-1, -2)).softmax(-1)
        return likely @ value
    return functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
