"""Nucleus sampling: the next token drawn among the likeliest that hold most of the probability.

After Holtzman et al. (arXiv 1904.09751); BLIP's CapFilt proposes captions with it (arXiv
2201.12086, section 3.3). What may be drawn equals what transformers' ``TopPLogitsWarper`` keeps,
behind the same rules; the draws are this module's own, so that they depend on a seed alone.
"""

import torch
from torch import Tensor

from engine.blip.decoding import Rules, Telling

_NEVER = -float("inf")


def nucleus(scores: Tensor, top_p: float) -> Tensor:
    """Rule out all but the smallest set of tokens that holds ``top_p`` of the probability.

    Scores (N, vocabulary) in and out; the likeliest token always stays.
    """
    rising, places = scores.sort(-1)
    out = rising.softmax(-1).cumsum(-1) <= 1 - top_p
    out[:, -1] = False
    return scores.masked_fill(out.scatter(-1, places, out), _NEVER)


def uniform_draws(texts: int, steps: int, seed: int) -> Tensor:
    """Numbers (texts, steps) in (0, 1] that say which tokens one picture's texts take.

    Made by a generator of the picture's own on the processor: they are the same whatever other
    pictures stand in the batch and whatever device computes the scores.
    """
    generator = torch.Generator().manual_seed(seed)
    return 1 - torch.rand((texts, steps), generator=generator, dtype=torch.float64)


def drawn(scores: Tensor, draws: Tensor) -> Tensor:
    """The token (N) that each number of ``draws`` (N) falls on, by scores (N, vocabulary).

    Computed in double precision on the processor: scores that differ in their last digits, as
    those of another batch size do, then give the same token.
    """
    reached = scores.cpu().double().softmax(-1).cumsum(-1)
    wanted = (draws * reached[:, -1])[:, None]
    return torch.searchsorted(reached, wanted)[:, 0].to(scores.device)


def sample(
    telling: Telling, beginning: Tensor, rules: Rules, draws: Tensor, top_p: float
) -> tuple[Tensor, Tensor]:
    """Texts drawn from the nucleus, N for each of P beginnings (P, L), in a row.

    ``draws`` (P x N, steps) comes from :func:`uniform_draws`. Gives ids (P x N, length) from the
    beginnings on, and the mean log-probability (P x N) of what was drawn, weighed as beam search
    weighs its texts.
    """
    rows = torch.arange(len(beginning), device=beginning.device)
    rows = rows.repeat_interleave(len(draws) // len(beginning))
    ids, begun = beginning[rows], beginning.shape[1]
    likely = torch.zeros(len(ids), device=ids.device)
    if begun >= rules.max_length:
        return ids, likely
    scores = telling.next_scores(beginning)[rows]
    telling.reorder(rows)
    going, lengths = torch.ones_like(rows, dtype=torch.bool), torch.zeros_like(rows)
    for step in range(rules.max_length - begun):
        fresh = drawn(nucleus(rules.applied(ids, scores), top_p), draws[:, step])
        weighed = rules.applied(ids, scores.log_softmax(-1)).gather(1, fresh[:, None])[:, 0]
        likely += torch.where(going, weighed, 0.0)
        lengths += going
        fresh = fresh.masked_fill(~going, rules.padding)[:, None]
        ids = torch.cat([ids, fresh], 1)
        going &= fresh[:, 0] != rules.end
        if not bool(going.any()) or ids.shape[1] == rules.max_length:
            break
        scores = telling.next_scores(fresh)
    return ids, likely / lengths
