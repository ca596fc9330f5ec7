"""What the networks are made of: plain tensors with torch's functions over them."""

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """``weight`` (out, in), ``bias`` (out)."""

    weight: Tensor
    bias: Tensor

    def __call__(self, values: Tensor) -> Tensor:
        """Return (..., out) of (..., in)."""
        return functional.linear(values, self.weight, self.bias)


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
    return functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
