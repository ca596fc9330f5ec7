"""Writing words after words: the rules that change their scores, greedy search and beam search.

The results equal those of transformers' ``generate`` with the same settings, token for token;
what is unusual here is unusual there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

_NEVER = -float("inf")


@dataclass(frozen=True, slots=True)
class Rules:
    """How texts are decoded. Lengths count tokens, those of the beginning among them.

    ``forbidden``: sequences of tokens that are never completed. ``no_repeat``: no run of this many
    tokens twice (0: any).
    """

    end: int
    padding: int
    max_length: int
    min_length: int = 0
    repetition_penalty: float = 1.0
    no_repeat: int = 0
    forbidden: tuple[tuple[int, ...], ...] = ()

    def applied(self, ids: Tensor, scores: Tensor) -> Tensor:
        """Scores (N, vocabulary) of the next token after ids (N, L), by these rules."""
        if self.repetition_penalty != 1:
            said = scores.gather(1, ids)
            less = torch.where(
                said < 0, said * self.repetition_penalty, said / self.repetition_penalty
            )
            scores = scores.scatter(1, ids, less)
        if 0 < self.no_repeat <= ids.shape[1]:
            scores = _without_repeats(ids, scores, self.no_repeat)
        for words in self.forbidden:
            scores = _without(ids, scores, words)
        if ids.shape[1] < self.min_length:
            scores = scores.clone()
            scores[:, self.end] = _NEVER
        return scores


class Telling(Protocol):
    """A decoder with a memory of what was said."""

    def next_scores(self, ids: Tensor) -> Tensor:
        """Scores (N, vocabulary) of what follows the further words ``ids`` (N, L)."""
        ...

    def reorder(self, rows: Tensor) -> None:
        """Go on with these rows (N), in this order."""
        ...


def greedy(telling: Telling, beginning: Tensor, rules: Rules) -> Tensor:
    """The likeliest next token, each time: ids (N, length) from beginnings (N, L) on."""
    ids = fresh = beginning
    going = torch.ones(len(ids), dtype=torch.bool, device=ids.device)
    while ids.shape[1] < rules.max_length:
        best = rules.applied(ids, telling.next_scores(fresh)).argmax(-1)
        fresh = best.masked_fill(~going, rules.padding)[:, None]
        ids = torch.cat([ids, fresh], 1)
        going &= fresh[:, 0] != rules.end
        if not bool(going.any()):
            break
    return ids


def beam_search(telling: Telling, beginning: Tensor, rules: Rules, beams: int) -> Tensor:
    """The likeliest whole text of those that ``beams`` texts at a time lead to, by mean score.

    Ids (N, length) from beginnings (N, L) on.
    """
    return weighed_beam_search(telling, beginning, rules, beams)[0]


def weighed_beam_search(
    telling: Telling, beginning: Tensor, rules: Rules, beams: int
) -> tuple[Tensor, Tensor]:
    """The same, with the mean log-probability (N) of what was added, as the rules left it."""
    search = _Beams(beginning, rules, beams)
    if beginning.shape[1] >= rules.max_length:
        return beginning, torch.zeros(len(beginning), device=beginning.device)
    scores = telling.next_scores(beginning)
    telling.reorder(search.first_rows)
    scores = scores[search.first_rows]
    while search.advance(scores):
        telling.reorder(search.rows)
        scores = telling.next_scores(search.last_tokens)
    return search.best(), search.best_scores


class _Beams:
    """The state of a beam search over N texts, as transformers' ``_beam_search`` keeps it.

    Early stopping is off and the length penalty 1, its defaults, and there is one end token.
    """

    def __init__(self, beginning: Tensor, rules: Rules, beams: int) -> None:
        count, self._begin = beginning.shape
        self._rules, self._beams, self._length = rules, beams, self._begin
        device = beginning.device
        self._offsets = torch.arange(count, device=device)[:, None] * beams
        self.first_rows = torch.arange(count, device=device).repeat_interleave(beams)
        self.rows = torch.arange(count * beams, device=device)
        # transformers fills with the padding, or with the end where the padding is 0
        self._running = torch.full(
            (count, beams, rules.max_length), rules.padding or rules.end, device=device
        )
        self._running[:, :, : self._begin] = beginning[:, None]
        self._running_scores = torch.zeros((count, beams), device=device)
        self._running_scores[:, 1:] = -1e9  # equal beginnings must not all go on alike
        self._done = self._running.clone()
        self._done_scores = torch.full((count, beams), -1e9, device=device)
        self._done_lengths = torch.zeros((count, beams), dtype=torch.long, device=device)
        self._is_done = torch.zeros((count, beams), dtype=torch.bool, device=device)
        self._may_improve = torch.ones((count, 1), dtype=torch.bool, device=device)

    @property
    def last_tokens(self) -> Tensor:
        """The newest token of each running text (N x beams, 1)."""
        return self._running[:, :, self._length - 1].reshape(-1, 1)

    def advance(self, scores: Tensor) -> bool:
        """Take a step with the scores (N x beams, vocabulary) of the next; False at the end."""
        texts, text_scores, origins = self._continued(scores)
        ended = texts[:, :, self._length] == self._rules.end
        if self._length + 1 >= self._rules.max_length:
            ended = torch.ones_like(ended)
        self._go_on(texts, text_scores, origins, ended)
        self._finish(texts, text_scores, ended)
        self._length += 1
        self._may_improve &= self._could_improve()
        return bool(self._may_improve.any()) and not bool(ended.all())

    def best(self) -> Tensor:
        """The best text of each, padded to the longest."""
        longest = self._begin + int(self._done_lengths[:, 0].max())
        return self._done[:, 0, :longest]

    @property
    def best_scores(self) -> Tensor:
        """The mean log-probability (N) of each best text."""
        return self._done_scores[:, 0]

    def _continued(self, scores: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The best twice as many continuations: texts, their scores, the rows they go on from."""
        count, vocabulary = len(self._offsets), scores.shape[-1]
        so_far = self._running[:, :, : self._length].flatten(0, 1)
        likely = self._rules.applied(so_far, scores.log_softmax(-1))
        total = likely.view(count, self._beams, vocabulary) + self._running_scores[:, :, None]
        best, places = total.view(count, -1).topk(2 * self._beams)
        origins = places // vocabulary
        texts = _of(self._running, origins)
        texts[:, :, self._length] = places % vocabulary
        return texts, best, origins + self._offsets

    def _go_on(self, texts: Tensor, scores: Tensor, origins: Tensor, ended: Tensor) -> None:
        scores = scores + ended.float() * -1e9
        chosen = scores.topk(self._beams)[1]
        self._running = _of(texts, chosen)
        self._running_scores = _of(scores, chosen)
        self.rows = _of(origins, chosen).flatten()

    def _finish(self, texts: Tensor, scores: Tensor, ended: Tensor) -> None:
        """Keep the best finished texts; only a continuation among the first beams may finish."""
        fresh = ended.clone()
        fresh[:, self._beams :] = False
        scores = scores / (self._length + 1 - self._begin)
        scores = scores + (~self._may_improve).float() * -1e9 + (~fresh).float() * -1e9
        lengths = torch.full_like(texts[:, :, 0], self._length + 1 - self._begin)
        merged = torch.cat((self._done_scores, scores), 1)
        chosen = merged.topk(self._beams)[1]
        self._done = _of(torch.cat((self._done, texts), 1), chosen)
        self._done_scores = _of(merged, chosen)
        self._done_lengths = _of(torch.cat((self._done_lengths, lengths), 1), chosen)
        self._is_done = _of(torch.cat((self._is_done, fresh), 1), chosen)

    def _could_improve(self) -> Tensor:
        """Whether a running text, by its mean so far, may still beat the worst finished one."""
        possible = self._running_scores[:, :1] / (self._length - self._begin)
        worst = self._done_scores.min(1, keepdim=True)[0]
        return (possible > torch.where(self._is_done, worst, -1e9)).any(-1, keepdim=True)


def _of(values: Tensor, places: Tensor) -> Tensor:
    """Take places (N, K) of the second dimension."""
    while places.dim() < values.dim():
        places = places.unsqueeze(-1)
    return values.gather(1, places.expand(*places.shape[:2], *values.shape[2:]))


def _without_repeats(ids: Tensor, scores: Tensor, size: int) -> Tensor:
    """Rule out what would complete a run of ``size`` tokens that is there already."""
    windows = ids.unfold(1, size, 1)
    ending = ids[:, None, ids.shape[1] + 1 - size :]
    again = (windows[..., :-1] == ending).all(-1)
    banned = torch.zeros((len(ids), scores.shape[1] + 1), dtype=torch.bool, device=ids.device)
    spare = scores.shape[1]
    banned.scatter_(1, windows[..., -1].masked_fill(~again, spare), True)
    return scores.masked_fill(banned[:, :-1], _NEVER)


def _without(ids: Tensor, scores: Tensor, words: Sequence[int]) -> Tensor:
    """Rule out the last of ``words`` where the others have just been said."""
    before = len(words) - 1
    if before > ids.shape[1]:
        return scores
    scores = scores.clone()
    last = scores[:, words[-1]]
    said = torch.tensor(words[:-1], device=ids.device, dtype=ids.dtype)
    about_to = (ids[:, ids.shape[1] - before :] == said).all(-1)
    scores[:, words[-1]] = last.masked_fill(about_to, _NEVER)
    return scores
