"""The paper's three objectives (LM, ITC, ITM), and token labelling, on one batch.

LM, ITC and ITM follow "BLIP" (arXiv 2201.12086), with targets that know which text is true of which
picture, so that equal meanings are never negatives. Token labelling follows "All Tokens Matter"
(arXiv 2104.10858): every patch learns which thing it shows, how that stands to the others and how
many there are, and the picture's own token learns setting, relation and counts.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from engine.training import tokens
from engine.training.batches import LOOK_CELLS, Batch
from engine.training.model import SampleBlip

#: CLIP's channel means and deviations, as BLIP's preprocessing uses them.
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class Losses:
    """The parts of one step's loss, each a scalar tensor."""

    lm: Tensor
    itc: Tensor
    itm: Tensor
    patches: Tensor
    stances: Tensor
    scene: Tensor

    def total(self) -> Tensor:
        """Return the weighted sum that training lowers."""
        paper = self.lm + 0.5 * self.itc + 0.7 * self.itm
        return paper + 0.5 * self.patches + 0.5 * self.stances + 0.3 * self.scene


def normalised(pixels: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Return float pixels (N, 3, H, W) for the network from uint8 (N, H, W, 3).

    With a `generator`, brightness, contrast and each channel are varied a little and noise added.
    """
    x = pixels.float() / 255  # channels last until the end: mixed layouts are slow
    if generator is not None:
        count = len(x)
        gain = 1 + 0.16 * (torch.rand(count, 1, 1, 1, generator=generator) - 0.5)
        tone = 1 + 0.10 * (torch.rand(count, 1, 1, 3, generator=generator) - 0.5)
        lift = 0.10 * (torch.rand(count, 1, 1, 1, generator=generator) - 0.5)
        grain = 0.03 * torch.rand(count, 1, 1, 1, generator=generator) ** 2
        noise = torch.randn(x.shape, generator=generator)
        x = noise.mul_(grain).add_(lift).add_(x.mul_(gain * tone)).clamp_(0, 1)
    x = x.sub_(torch.tensor(MEAN)).div_(torch.tensor(STD))
    return x.permute(0, 3, 1, 2).contiguous()


def tensors(texts: list[str], first: int) -> tuple[Tensor, Tensor]:
    """Return ids and mask (N, L) of `texts` that start with the token `first`."""
    ids, mask = tokens.captions().padded(texts, first)
    return torch.tensor(ids), torch.tensor(mask)


def lm_loss(model: SampleBlip, captions: list[str], seen: Tensor) -> Tensor:
    """Return the mean negative log-likelihood of each next caption token."""
    ids, mask = tensors(captions, tokens.DEC)
    logits = model.caption_logits(ids, mask, seen)[:, :-1].float()
    wanted = ids[:, 1:].masked_fill(mask[:, 1:] == 0, -100)
    return functional.cross_entropy(logits.flatten(0, 1), wanted.flatten(), label_smoothing=0.02)


def itc_loss(similarity: Tensor, entailed: Tensor) -> Tensor:
    """Return the contrastive loss of scaled `similarity` (texts, pictures), both directions.

    `entailed` (texts, pictures) marks every pair that is true; each shares the target equally.
    """
    wanted = entailed.float()
    to_image = functional.cross_entropy(similarity, wanted / wanted.sum(1, keepdim=True))
    to_text = functional.cross_entropy(similarity.T, wanted.T / wanted.T.sum(1, keepdim=True))
    return (to_image + to_text) / 2


def hard_negatives(similarity: Tensor, entailed: Tensor, generator: torch.Generator) -> Tensor:
    """Return for each picture (N,) the index of an untrue text, the more likely the more similar.

    `similarity` and `entailed` are (texts, pictures). A text may be hard because the picture takes
    it for one of its own, or because it takes the picture for its own: both count alike.
    """
    scores = similarity.detach().float()
    weights = functional.softmax(scores, dim=0) + functional.softmax(scores, dim=1) + 1e-6
    return torch.multinomial(weights.masked_fill(entailed, 0).T, 1, generator=generator)[:, 0]


def itm_loss(
    model: SampleBlip, batch: Batch, seen: Tensor, similarity: Tensor, generator: torch.Generator
) -> Tensor:
    """Return the matching loss over each picture's text, another's, and a minimally wrong one."""
    other = hard_negatives(similarity, torch.from_numpy(batch.entailed), generator).tolist()
    count = len(seen)
    texts = [*batch.texts, *(batch.texts[j] for j in other), *batch.wrong_texts]
    ids, mask = tensors(texts, tokens.ENC)
    ids, mask = (part.unflatten(0, (3, count)).transpose(0, 1) for part in (ids, mask))
    logits = model.match_logits(ids, mask, seen).float()
    wanted = torch.tensor([1, 0, 0]).expand(count, 3)
    return functional.cross_entropy(logits.flatten(0, 1), wanted.flatten())


def patch_loss(logits: Tensor, cells: Tensor) -> Tensor:
    """Return how badly patches tell what they show, background counting less.

    `logits` (N, patches, classes); `cells` (N, 32, 32) classes: each patch's target is the share of
    its cells that each class has.
    """
    per = LOOK_CELLS // math.isqrt(logits.shape[1])
    cells = cells.long().unfold(1, per, per).unfold(2, per, per).flatten(3).flatten(1, 2)
    share = torch.zeros(logits.shape)
    share.scatter_add_(2, cells, torch.full(cells.shape, 1 / per**2))
    weight = 0.25 + 0.75 * (1 - share[..., 0])
    each = -(share * functional.log_softmax(logits.float(), dim=-1)).sum(-1)
    return (each * weight).sum() / weight.sum()


def scene_loss(model: SampleBlip, batch: Batch, token: Tensor) -> Tensor:
    """Return how badly the picture's own token (N, width) tells setting, relation and counts."""
    truth = torch.from_numpy(batch.scenes).unbind(1)
    parts = [
        functional.cross_entropy(head(token).float(), wanted)
        for head, wanted in zip(model.scene_heads.values(), truth, strict=True)
    ]
    return torch.stack(parts).sum()


def losses(model: SampleBlip, batch: Batch, generator: torch.Generator) -> Losses:
    """Return every part of the loss of `model` on `batch`; `generator` picks the negatives."""
    seen = model.see(normalised(torch.from_numpy(batch.pixels), generator))
    ids, mask = tensors(batch.texts, tokens.CLS)
    scale = model.log_scale.clamp(max=4.6).exp()
    similarity = model.text_vectors(ids, mask) @ model.image_vectors(seen).T * scale
    truth = {
        plane: patch_loss(head(seen[:, 1:]), torch.from_numpy(batch.patches[:, index]))
        for index, (plane, head) in enumerate(model.patch_heads.items())
    }
    return Losses(
        lm=lm_loss(model, batch.captions, seen),
        itc=itc_loss(similarity, torch.from_numpy(batch.entailed)),
        itm=itm_loss(model, batch, seen, similarity, generator),
        patches=truth["look"],
        stances=truth["role"] + truth["stance"] + truth["number"],
        scene=scene_loss(model, batch, seen[:, 0]),
    )
