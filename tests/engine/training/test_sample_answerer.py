"""The answerer that ships: small, on the sample's own eyes, and right about drawn scenes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from engine.blip.loading import Checkpoint
from engine.checkpoints import sample_set
from engine.training.answer_reference import AnswerReference
from engine.training.evaluate_answers import answer_scores
from engine.training.held_out import held_out, see
from engine.training.reference import Reference

_SAMPLE = Path(__file__).resolve().parents[3] / "resources" / "checkpoints" / "sample"
_ANSWERER = _SAMPLE / "answerer"
#: Percent; set below what the model card reports.
_LEAST_RIGHT = 85


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_it_is_at_most_8_megabytes_and_holds_no_eyes() -> None:
    assert sum(path.stat().st_size for path in _ANSWERER.iterdir()) <= 8_000_000
    assert b"vision_model" not in (_ANSWERER / "model.safetensors").read_bytes()


def test_it_was_trained_on_the_eyes_that_ship_with_it() -> None:
    own = json.loads((_ANSWERER / "config.json").read_text(encoding="utf-8"))["photo_narrator"]
    assert own["vision"] == ".."
    assert own["vision_hash"] == Checkpoint(_SAMPLE).vision_hash()
    assert own["trained_at_step"] > 0
    answerer = sample_set(_SAMPLE).answerer
    assert answerer is not None
    assert answerer.folder == str(_ANSWERER)


def test_questions_about_held_out_scenes_are_mostly_answered_right() -> None:
    scenes = held_out(60, from_withheld=False)
    seen = see(Reference(_SAMPLE), scenes)
    scores = answer_scores(AnswerReference(_ANSWERER), scenes, seen)
    assert scores["in all"] >= _LEAST_RIGHT
