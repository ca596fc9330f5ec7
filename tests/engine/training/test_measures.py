"""What evaluation counts is what it says it counts."""

import numpy as np

from engine.training.evaluate import table
from engine.training.held_out import part_queries, photo
from engine.training.measures import calibration, caption_scores, first_right, found
from engine.training.scenes import HELD_OUT_FIRST, sample
from engine.training.wording import read

SCENES = [sample(HELD_OUT_FIRST + i) for i in range(60)]


def test_true_captions_are_all_right() -> None:
    scores = caption_scores(SCENES, [scene.caption for scene in SCENES])
    assert (scores.right, scores.exact, scores.relation, scores.things) == (100, 100, 100, 100)
    assert set(scores.by_kind) == {"one", "count", "pair", "three"}


def test_a_turned_caption_is_right_but_not_exact() -> None:
    scene = next(s for s in SCENES if s.caption.count(" next to ") == 1 and s.kind == "pair")
    first, rest = scene.caption.split(" next to ")
    second = rest.removesuffix(" " + scene.content.setting)
    scores = caption_scores([scene], [f"{second} next to {first} {scene.content.setting}"])
    assert (scores.right, scores.exact) == (100, 0)


def test_nonsense_is_counted_as_wrong() -> None:
    scores = caption_scores(SCENES, ["a a a"] * len(SCENES))
    assert (scores.right, scores.exact) == (0, 0)


def test_the_first_hit_may_be_any_picture_of_equal_meaning() -> None:
    twins = [SCENES[0], SCENES[0], SCENES[1]]
    scores = np.array([[0.1, 0.9, 0.2], [0.9, 0.1, 0.2], [0.9, 0.1, 0.2]])
    assert first_right(scores, twins) == 66.7


def test_precision_at_the_number_of_true_matches() -> None:
    query = read(SCENES[0].content.setting)
    assert query is not None
    truth = np.array([query <= scene.meaning for scene in SCENES], float)
    assert found(truth, query, SCENES) == 1.0
    assert found(-truth, query, SCENES) == 0.0
    assert found(truth, frozenset({("thing", "zeppelin")}), SCENES) is None


def test_calibration_counts_sure_and_right() -> None:
    figures = calibration(np.array([0.95, 0.6, 0.05, 0.95]), np.array([True, True, False, False]))
    assert figures["right at 0.5"] == 75.0
    assert figures["true where p > 0.9"] == 50.0
    assert figures["untrue where p < 0.1"] == 100.0


def test_every_query_of_the_evaluation_can_be_read() -> None:
    for queries in part_queries(SCENES).values():
        for query in queries:
            assert read(query), query


def test_a_photo_has_its_scenes_shape() -> None:
    for scene in SCENES[:6]:
        image = photo(scene, 120)
        assert abs(image.width / image.height - scene.aspect) < 0.02


def test_the_table_names_every_figure() -> None:
    text = table({"one row": {"a": 1.0, "b": {"c": 2.0}}, "other": {"a": 3.0, "b": {}}})
    assert [line.split()[0] for line in text.splitlines()] == ["one", "a", "b", "c"]
