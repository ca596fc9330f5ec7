"""Scenes are decided by their seed, keep withheld pairs apart, and make each relation plain."""

from itertools import combinations

import pytest

from engine.training.arrange import Item, bounds
from engine.training.drawing import seen_items
from engine.training.scenes import Scene, sample, withheld
from engine.training.things import NOUNS

SEEDS = range(40_000, 41_200)
SCENES = [sample(seed) for seed in SEEDS]


def items_of(scene: Scene, index: int) -> list[Item]:
    noun = scene.content.things[index].noun
    return [item for item in scene.items if item.noun == noun]


def groups(scene: Scene) -> tuple[list[Item], list[Item]]:
    last = items_of(scene, -1)
    return [item for item in scene.items if item not in last], last


def of_relation(relation: str) -> list[Scene]:
    return [scene for scene in SCENES if scene.content.relation == relation]


def test_the_same_seed_gives_the_same_scene() -> None:
    assert [sample(seed) for seed in SEEDS[:50]] == SCENES[:50]


def test_withheld_pairs_never_meet_in_training_scenes() -> None:
    for scene in SCENES:
        for first, second in combinations({thing.noun for thing in scene.content.things}, 2):
            assert not withheld(first, second)


def test_withheld_pairs_are_a_few_percent_and_can_be_asked_for() -> None:
    pairs = list(combinations([noun.name for noun in NOUNS], 2))
    share = sum(withheld(a, b) for a, b in pairs) / len(pairs)
    assert 0.025 < share < 0.055
    assert all(withheld(a, b) == withheld(b, a) for a, b in pairs[:100])
    scene = sample(1, from_withheld=True)
    names = [thing.noun for thing in scene.content.things]
    assert any(withheld(a, b) for a, b in combinations(names, 2))


def test_counts_and_colours_are_drawn_as_said() -> None:
    for scene in SCENES:
        for index, thing in enumerate(scene.content.things):
            shown = items_of(scene, index)
            assert len(shown) == thing.count
            assert {item.colour for item in shown} == {thing.colour}


def test_everything_stands_inside_the_picture() -> None:
    for scene in SCENES:
        left, top, right, bottom = bounds(list(scene.items))
        assert min(left, top) > -0.03
        assert right < max(1.0, scene.aspect) + 0.03
        assert bottom < max(1.0, 1 / scene.aspect) + 0.03


def test_next_to_is_side_by_side() -> None:
    for scene in of_relation("next to"):
        first, second = sorted(map(bounds, groups(scene)))
        assert first[2] < second[0] + 1e-6
        assert abs(first[3] - second[3]) < 0.1


@pytest.mark.parametrize("relation", ["above", "under"])
def test_above_and_under_are_one_over_the_other(relation: str) -> None:
    for scene in of_relation(relation):
        figure, ground = map(bounds, groups(scene))
        upper, lower = (figure, ground) if relation == "above" else (ground, figure)
        assert upper[3] < lower[1]
        assert min(upper[2], lower[2]) > max(upper[0], lower[0])


@pytest.mark.parametrize("relation", ["in front of", "behind"])
def test_what_is_behind_is_partly_hidden_and_still_to_be_seen(relation: str) -> None:
    plain = 0
    scenes = of_relation(relation)
    for scene in scenes:
        figure, ground = groups(scene)
        front, back = (figure, ground) if relation == "in front of" else (ground, figure)
        assert list(scene.items) == [*back, *front]
        alone = seen_items(Scene(scene.content, tuple(back), scene.aspect, 0.5, 0), 64)
        together = seen_items(scene, 64)
        seen = ((together == alone) & (alone > 0)).sum() / (alone > 0).sum()
        plain += bool(0.5 < seen < 0.97)
    assert plain / len(scenes) > 0.97
