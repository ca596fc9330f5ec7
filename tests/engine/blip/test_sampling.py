"""What may be drawn is what transformers keeps, and what is drawn depends on a seed alone."""

import itertools

import pytest
import torch
from torch import Tensor
from transformers import TopPLogitsWarper

from engine.blip.decoding import Rules
from engine.blip.sampling import drawn, nucleus, sample, uniform_draws

_RULES = Rules(end=1, padding=0, max_length=9)


@pytest.mark.parametrize("top_p", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("spread", [0.2, 1.0, 4.0])
def test_the_nucleus_is_what_transformers_keeps_with_the_same_probabilities(
    top_p: float, spread: float
) -> None:
    scores = torch.randn((24, 300), generator=torch.Generator().manual_seed(3)) * spread
    scores[::3, 40:60] = -float("inf")
    wanted = TopPLogitsWarper(top_p)(torch.zeros((24, 1), dtype=torch.long), scores)
    got = nucleus(scores, top_p)
    assert (got == -float("inf")).any(1).all()
    assert torch.equal(got.isfinite(), wanted.isfinite())
    assert torch.equal(got.softmax(-1), wanted.softmax(-1))


def test_one_token_always_stays() -> None:
    scores = torch.tensor([[0.0, 9.0, 0.0]])
    assert nucleus(scores, 1e-6).softmax(-1).tolist() == [[0, 1, 0]]


def test_tokens_are_drawn_as_often_as_they_are_likely() -> None:
    scores = torch.tensor([0.5, 0.0, 0.3, 0.2]).log()
    draws = uniform_draws(1, 20_000, 11)[0]
    taken = drawn(scores.expand(len(draws), 4), draws)
    shares = torch.bincount(taken, minlength=4) / len(draws)
    assert shares.tolist() == pytest.approx([0.5, 0.0, 0.3, 0.2], abs=0.015)


def test_the_ends_of_the_unit_interval_fall_on_tokens_that_can_be_said() -> None:
    scores = torch.tensor([[-float("inf"), 0.0, 0.0, -float("inf")]] * 2)
    tiny, whole = torch.finfo(torch.float64).tiny, 1.0
    assert drawn(scores, torch.tensor([tiny, whole], dtype=torch.float64)).tolist() == [1, 2]


def test_draws_are_of_the_seed_and_differ_between_texts() -> None:
    first = uniform_draws(3, 8, 5)
    assert torch.equal(first, uniform_draws(3, 8, 5))
    assert not torch.equal(first, uniform_draws(3, 8, 6))
    assert len({tuple(row) for row in first.tolist()}) == 3
    assert first.min() > 0


class Fixed:
    """A decoder that wants the same whatever was said, one row of scores for each picture."""

    def __init__(self, scores: Tensor) -> None:
        self._scores = scores
        self.rows = torch.arange(len(scores))
        self.asked: list[list[list[int]]] = []

    def next_scores(self, ids: Tensor) -> Tensor:
        self.asked.append(ids.tolist())
        return self._scores[self.rows]

    def reorder(self, rows: Tensor) -> None:
        self.rows = self.rows[rows]


def test_a_text_stops_at_its_end_and_the_others_go_on() -> None:
    ending = torch.tensor([-20.0, 20.0, -20.0, -20.0])
    endless = torch.tensor([-20.0, -20.0, 20.0, -20.0])
    telling = Fixed(torch.stack([ending, endless]))
    beginning = torch.tensor([[3], [3]])
    ids, likely = sample(telling, beginning, _RULES, uniform_draws(4, 8, 0), 0.9)
    assert ids.tolist() == [[3, 1, *[0] * 7]] * 2 + [[3, *[2] * 8]] * 2
    assert telling.asked[0] == [[3], [3]], "the beginning is read once a picture"
    assert likely.tolist() == pytest.approx([0] * 4, abs=1e-5)


def test_likelihood_is_the_mean_over_what_was_drawn() -> None:
    scores = torch.tensor([[-9.0, 0.4, 1.0, 0.2, 0.1]])
    ids, likely = sample(Fixed(scores), torch.tensor([[3]]), _RULES, uniform_draws(6, 8, 2), 1.0)
    each = scores.log_softmax(-1)[0]
    for row, told in zip(ids.tolist(), likely.tolist(), strict=True):
        said = row[1 : row.index(1) + 1] if 1 in row else row[1:]
        assert told == pytest.approx(float(each[said].mean()), abs=1e-6)


def test_a_beginning_that_fills_the_room_is_given_back() -> None:
    beginning = torch.full((1, 9), 3)
    ids, likely = sample(Fixed(torch.zeros((1, 4))), beginning, _RULES, uniform_draws(2, 1, 0), 0.9)
    assert ids.tolist() == [[3] * 9] * 2
    assert likely.tolist() == [0, 0]


def test_rules_hold_for_what_is_drawn() -> None:
    rules = Rules(end=1, padding=0, max_length=9, min_length=6, no_repeat=2, forbidden=((2,),))
    scores = torch.tensor([[-9.0, 5.0, 5.0, 0.0, 0.0, 0.0, 0.0]])
    ids, _ = sample(Fixed(scores), torch.tensor([[3]]), rules, uniform_draws(8, 8, 0), 0.95)
    for row in ids.tolist():
        assert 2 not in row
        assert 1 not in row[:6]
        said = row[: row.index(1)] if 1 in row else row
        pairs = list(itertools.pairwise(said))
        assert len(set(pairs)) == len(pairs)
