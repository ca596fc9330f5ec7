"""Where a network looks at a word: Grad-CAM on the cross-attention of the image-grounded encoder.

As the authors' demo of grounding does (salesforce/BLIP and LAVIS, after Selvaraju et al., arXiv
1610.02391): how much the matching logit (ITM) would grow with each attention probability of one
layer, times that probability, where it would grow, averaged over the heads, patches only.
"""

import torch
from torch import Tensor

from engine.blip.layers import Linear
from engine.blip.text import TextEncoder


class _Watched:
    """Attention that keeps its probabilities, from where on gradients are computed."""

    def __init__(self) -> None:
        self.probabilities = torch.empty(0)

    def __call__(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        scores = query @ keys.transpose(-1, -2) / query.shape[-1] ** 0.5
        self.probabilities = scores.softmax(-1).detach().requires_grad_()
        return self.probabilities @ values


def relevance(
    encoder: TextEncoder, itm_head: Linear, ids: Tensor, mask: Tensor, seen: Tensor, layer: int
) -> tuple[Tensor, Tensor]:
    """How much each patch of a picture counts for each token: (N, L, patches), never negative.

    Of ids (N, L), their ``mask`` and the image tokens (N, 1 + patches, width) of as many pictures.
    And the ITM logits (N, 2). The weights need no gradients, so none are kept before ``layer``; it
    cannot be called under ``torch.inference_mode``.
    """
    watched = _Watched()
    with torch.enable_grad():
        logits = itm_head(encoder.first_states(ids, mask, seen, {layer: watched}))
        (gradients,) = torch.autograd.grad(logits[:, 1].sum(), watched.probabilities)
    counted = gradients.clamp(min=0) * watched.probabilities.detach()
    return counted.mean(1)[..., 1:], logits.detach()
