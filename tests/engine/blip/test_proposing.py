"""Candidates: sampled as transformers would sample, scored as it scores, the same in any batch."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import (
    LogitsProcessorList,
    MinLengthLogitsProcessor,
    NoBadWordsLogitsProcessor,
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
    TopPLogitsWarper,
)

from engine.blip.describer import BlipDescriber
from engine.blip.proposing import Draft, folded, ranked
from engine.blip.sampling import drawn, sample, uniform_draws
from engine.checkpoints import CheckpointError, find_set
from engine.protocol import Candidate
from tests.engine.blip.test_blip_parity import _SAMPLE, Pair, _enc, _guards, _pair

Make = Callable[..., Path]
_COUNT = 4


@pytest.fixture(scope="module", params=["tiny", "hub layout", "sample"])
def pair(request: pytest.FixtureRequest, make_checkpoint: Make) -> Pair:
    if request.param == "tiny":
        folder = make_checkpoint("both")
        return _pair(folder, folder, prompt="", max_length=16)
    if request.param == "hub layout":
        captioner, matcher = make_checkpoint("captioner"), make_checkpoint("matcher", vision_seed=2)
        return _pair(captioner, matcher, prompt="a picture of", **_guards(captioner))
    return _pair(_SAMPLE, _SAMPLE, prompt="", max_length=24)


@pytest.fixture
def photos(pictures_dir: Path) -> list[Path]:
    return sorted(pictures_dir.iterdir())


def _processors(settings: dict[str, Any], end: int) -> LogitsProcessorList:
    """What ``generate(do_sample=True, top_p=0.9)`` applies, in its order."""
    found = LogitsProcessorList()
    if "repetition_penalty" in settings:
        found.append(RepetitionPenaltyLogitsProcessor(settings["repetition_penalty"]))
        found.append(NoRepeatNGramLogitsProcessor(settings["no_repeat_ngram_size"]))
        found.append(NoBadWordsLogitsProcessor(settings["bad_words_ids"]))
        found.append(MinLengthLogitsProcessor(settings["min_length"], end, device="cpu"))
    found.append(TopPLogitsWarper(0.9))
    return found


@torch.inference_mode()
def _sampled(pair: Pair, paths: list[Path], draws: Tensor) -> Tensor:
    describer = pair[0]
    writer = describer._writer
    assert writer is not None
    start = writer._start("")
    rules = writer._rules(len(start), len(start))
    pixels = [describer.prepare(path).pixels[0] for path in paths]
    seen = describer._vision.tokens(pixels)
    telling = writer._network.about(seen, rules.max_length)
    return sample(telling, torch.tensor([start] * len(paths)), rules, draws, 0.9)[0]


@torch.inference_mode()
def test_every_token_is_what_transformers_lets_the_same_draw_fall_on(
    pair: Pair, photos: list[Path]
) -> None:
    _, reference, settings = pair
    text = reference.captioner.config.text_config
    prompt = reference.tokenizer(settings["prompt"]).input_ids[:-1] if settings["prompt"] else [0]
    steps = settings["max_length"] - len(prompt)
    draws = uniform_draws(_COUNT, steps, 7).repeat(2, 1)
    ids = _sampled(pair, photos[:2], draws)
    assert len({tuple(row) for row in ids.tolist()}) > 2, "the samples differ"
    seen = reference.captioner.vision_model(reference.pixels(photos[:2])).last_hidden_state
    logits = reference.captioner.text_decoder(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        encoder_hidden_states=seen.repeat_interleave(_COUNT, 0),
    ).logits
    process = _processors(settings, text.sep_token_id)
    for row, draw, scores in zip(ids, draws, logits, strict=True):
        said = row.tolist()
        end = said.index(text.sep_token_id) if text.sep_token_id in said else len(said) - 1
        for place in range(len(prompt), end + 1):
            allowed = process(row[None, :place], scores[None, place - 1])
            wanted = drawn(allowed, draw[place - len(prompt)][None])
            assert said[place] == int(wanted[0])


def test_scores_are_transformers_with_enc_first(pair: Pair, photos: list[Path]) -> None:
    describer, reference, _ = pair
    enc = _enc(describer)
    pictures = [describer.prepare(path) for path in photos[:3]]
    for path, candidates in zip(
        photos, describer.propose(pictures, candidates=_COUNT), strict=False
    ):
        assert candidates
        for one in candidates:
            logits = reference.match(path, one.text, enc=enc)
            assert one.score == pytest.approx(float(logits.softmax(-1)[0, 1]), abs=1e-4)
    texts = ["a cat on the table", "two dogs in the sea", "beach"]
    scores = describer.score(texts, pictures)
    for path, text, score in zip(photos[:3], texts, scores, strict=True):
        logits = reference.match(path, text, enc=enc)
        assert score == pytest.approx(float(logits.softmax(-1)[0, 1]), abs=1e-4)


def test_the_same_photo_gets_the_same_candidates_in_any_batch_and_order(
    pair: Pair, photos: list[Path]
) -> None:
    describer = pair[0]
    pictures = [describer.prepare(path) for path in photos]
    together = describer.propose(pictures, candidates=_COUNT, seed=3)
    back = describer.propose(pictures[::-1], candidates=_COUNT, seed=3)[::-1]
    for picture, one, other in zip(pictures, together, back, strict=True):
        (alone,) = describer.propose([picture], candidates=_COUNT, seed=3)
        for those in (other, alone):
            assert {(item.text, item.settings) for item in one} == {
                (item.text, item.settings) for item in those
            }
            for first, second in zip(one, those, strict=True):
                assert first.score == pytest.approx(second.score, abs=1e-4)


def test_candidates_are_the_searched_caption_and_samples_best_first_each_once(
    pair: Pair, photos: list[Path]
) -> None:
    describer = pair[0]
    pictures = [describer.prepare(path) for path in photos]
    searched = describer.caption(pictures, careful=True)
    for said, candidates in zip(
        searched, describer.propose(pictures, candidates=_COUNT, seed=9), strict=True
    ):
        scores = [one.score for one in candidates]
        assert scores == sorted(scores, reverse=True)
        assert len({one.text.lower() for one in candidates}) == len(candidates) <= _COUNT + 1
        assert {one.settings for one in candidates} <= {"beam 3", "nucleus 0.9, seed 9"}
        best = {one.text: one.score for one in candidates if one.settings == "beam 3"}
        if said.caption:  # a random network may say nothing at all
            assert best == {said.caption: pytest.approx(said.score, abs=1e-4)}


def test_another_seed_proposes_other_words(make_checkpoint: Make, photos: list[Path]) -> None:
    chosen = find_set(str(make_checkpoint("both")), sample_dir=_SAMPLE)
    describer = BlipDescriber(chosen.captioner, chosen.matcher, "cpu")
    picture = describer.prepare(photos[0])
    texts = [
        {one.text for one in describer.propose([picture], candidates=_COUNT, seed=seed)[0]}
        for seed in (1, 2)
    ]
    assert texts[0] != texts[1]


def test_without_a_matcher_candidates_are_ranked_by_likelihood(
    make_checkpoint: Make, photos: list[Path]
) -> None:
    chosen = find_set(str(make_checkpoint("captioner")), sample_dir=_SAMPLE)
    describer = BlipDescriber(chosen.captioner, None, "cpu")
    pictures = [describer.prepare(path) for path in photos]
    for candidates in describer.propose(pictures, candidates=_COUNT):
        assert {one.score for one in candidates} == {None}
    with pytest.raises(CheckpointError, match="needs a matcher"):
        describer.score(["a cat"], pictures[:1])


def test_what_is_not_loaded_or_does_not_fit_is_told(
    make_checkpoint: Make, photos: list[Path]
) -> None:
    chosen = find_set(str(make_checkpoint("matcher")), sample_dir=_SAMPLE)
    describer = BlipDescriber(None, chosen.matcher, "cpu")
    picture = describer.prepare(photos[0])
    with pytest.raises(CheckpointError, match="needs a captioner"):
        describer.propose([picture])
    with pytest.raises(ValueError, match="2 texts for 1 pictures"):
        describer.score(["a cat", "a dog"], [picture])
    assert describer.score([], []) == []
    assert describer.unknown_words("a cat and ж") == ("ж",)


def test_wordings_that_say_the_same_words_are_one_and_empty_ones_none() -> None:
    drafts = [
        Draft("A cat, asleep.", -1.0, "beam 3"),
        Draft("a cat asleep", -0.5, "nucleus"),
        Draft("", -0.1, "nucleus"),
        Draft("a cat", -2.0, "nucleus"),
    ]
    assert folded(drafts) == [drafts[0], drafts[3]]


def test_equal_scores_are_ranked_by_likelihood() -> None:
    drafts = [Draft("rare", -3.0, "s"), Draft("common", -1.0, "s"), Draft("best", -9.0, "s")]
    said = [one.text for one in ranked(drafts, [0.5, 0.5, 0.9])]
    assert said == ["best", "common", "rare"]
    assert ranked(drafts, [None] * 3)[0] == Candidate("common", None, "s")
