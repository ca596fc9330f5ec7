"""Scenes: what is shown and where everything stands, decided by a seed, before any drawing.

Lengths are in units of the picture's shorter side; x runs right and y down from the top left.
"""

import hashlib
import random
from dataclasses import dataclass, replace

from engine.training import arrange
from engine.training.arrange import Item
from engine.training.things import COLOURS, NOUNS, RELATIONS, SETTINGS, Noun, Relation, Thing
from engine.training.wording import Content, Meaning, caption, meaning

ASPECTS: tuple[float, ...] = (4 / 3, 3 / 2, 16 / 9, 1.0, 3 / 4)
#: Share of unordered pairs of nouns that training never shows together.
WITHHELD_SHARE = 0.04

#: Seeds: training counts up from 0; these ranges are drawn for measuring and showing only.
HELD_OUT_FIRST = 2_000_000_000
SAMPLES_FIRST = 3_000_000_000


@dataclass(frozen=True)
class Scene:
    """A picture to be drawn: contents, items in drawing order (back first), and decoration."""

    content: Content
    items: tuple[Item, ...]
    aspect: float
    horizon: float
    decor_seed: int

    @property
    def caption(self) -> str:
        """Return the scene's one caption."""
        return caption(self.content)

    @property
    def meaning(self) -> Meaning:
        """Return every fact of the scene."""
        return meaning(self.content)

    @property
    def kind(self) -> str:
        """Return "one", "count", "pair" or "three"."""
        if len(self.content.things) == 1:
            return "one" if self.content.things[0].count == 1 else "count"
        return "pair" if len(self.content.things) == 2 else "three"


def withheld(first: str, second: str) -> bool:
    """Return whether training never shows the two nouns in one picture."""
    low, high = sorted((first, second))
    digest = hashlib.sha256(f"{low}|{high}".encode()).digest()
    return int.from_bytes(digest[:4], "big") < WITHHELD_SHARE * 2**32


def _any_withheld(names: list[str]) -> bool:
    return any(withheld(a, b) for i, a in enumerate(names) for b in names[i + 1 :])


def _nouns(rng: random.Random, count: int, from_withheld: bool) -> list[Noun]:
    while True:
        nouns = rng.sample(NOUNS, count)
        if _any_withheld([noun.name for noun in nouns]) == from_withheld:
            return nouns


def _thing(rng: random.Random, noun: Noun, count: int = 1) -> Thing:
    return Thing(noun.name, rng.choice(COLOURS) if noun.tintable else None, count)


@dataclass(frozen=True)
class Mix:
    """How often each kind of scene is sampled; the weights need not add up to one.

    `several`: the share of pairs that show several of one thing; None for 3 in 11.
    """

    one: float = 0.14
    count: float = 0.16
    pair: float = 0.45
    three: float = 0.25
    several: float | None = None


_SINGLE = (1, 1)
_SEVERAL = ((2, 1), (1, 2), (3, 1))


def _pair_counts(rng: random.Random, several: float | None) -> tuple[int, int]:
    if several is None:
        return rng.choice((_SINGLE,) * 8 + _SEVERAL)
    return rng.choice(_SEVERAL) if rng.random() < several else _SINGLE


def _content(rng: random.Random, mix: Mix, from_withheld: bool) -> Content:
    kinds = ("one", "count", "pair", "three")
    weights = (
        (0, 0, mix.pair, mix.three) if from_withheld else (mix.one, mix.count, mix.pair, mix.three)
    )
    kind = rng.choices(kinds, weights)[0]
    setting = rng.choice(SETTINGS)
    if kind in ("one", "count"):
        count = 1 if kind == "one" else rng.choice((2, 3, 4))
        return Content((_thing(rng, rng.choice(NOUNS), count),), None, setting)
    if kind == "pair":
        relation: Relation = rng.choice(RELATIONS)
        counts = _pair_counts(rng, mix.several)
        if relation in ("in front of", "behind"):
            counts = (min(2, counts[0]), counts[1])
        nouns = _nouns(rng, 2, from_withheld)
        things = tuple(_thing(rng, n, c) for n, c in zip(nouns, counts, strict=True))
        return Content(things, relation, setting)
    relation = rng.choice(RELATIONS[1:])
    things = tuple(_thing(rng, noun) for noun in _nouns(rng, 3, from_withheld))
    return Content(things, relation, setting)


def sample(seed: int, mix: Mix | None = None, *, from_withheld: bool = False) -> Scene:
    """Return the scene of `seed`: the same one always, on every machine.

    `from_withheld` asks for a scene with a pair of nouns that training never shows together;
    otherwise such pairs never occur.
    """
    rng = random.Random(seed)
    content = _content(rng, mix or Mix(), from_withheld).canonical()
    return place(content, rng)


def place(content: Content, rng: random.Random, aspect: float | None = None) -> Scene:
    """Return a scene of `content` with everything placed by `rng`."""
    aspect = aspect or rng.choice(ASPECTS)
    frame = (max(1.0, aspect), max(1.0, 1 / aspect))
    horizon = rng.uniform(0.46, 0.66)
    items = arrange.arrange(content, frame, horizon, rng)
    return Scene(content, tuple(items), aspect, horizon, rng.randrange(2**31))


def with_setting(scene: Scene, setting: str) -> Scene:
    """Return `scene` moved to another setting."""
    return replace(scene, content=replace(scene.content, setting=setting))
