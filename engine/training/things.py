"""The things, colours, counts, relations and settings that drawn scenes are made of."""

from dataclasses import dataclass
from typing import Literal

Relation = Literal["next to", "above", "under", "in front of", "behind"]

COLOURS: tuple[str, ...] = ("red", "blue", "green", "yellow", "purple")
COUNTS: dict[int, str] = {1: "a", 2: "two", 3: "three", 4: "four"}
RELATIONS: tuple[Relation, ...] = ("next to", "above", "under", "in front of", "behind")
SETTINGS: tuple[str, ...] = (
    "on a beach",
    "in the snow",
    "at night",
    "in a city",
    "in a room",
    "in a field",
    "at sunset",
    "in a forest",
)


@dataclass(frozen=True)
class Noun:
    """One kind of thing: its name, how to draw it, and how to speak of several.

    `glyph` is the emoji drawn for it; an empty string means that the atlas script draws it itself.
    `tintable` things exist in every colour of `COLOURS`, and the colour is then always said.
    """

    name: str
    glyph: str
    plural: str
    tintable: bool = False
    synonyms: tuple[str, ...] = ()

    @property
    def article(self) -> str:
        """Return the indefinite article that the bare name takes."""
        return "an" if self.name[0] in "aeiou" else "a"


def _noun(
    name: str,
    glyph: str,
    plural: str = "",
    *,
    tintable: bool = False,
    synonyms: tuple[str, ...] = (),
) -> Noun:
    return Noun(name, glyph, plural or name + "s", tintable, synonyms)


#: Every noun, from the naturally smallest to the largest: the order in which captions name things.
NOUNS: tuple[Noun, ...] = (
    _noun("bee", "🐝"),
    _noun("butterfly", "🦋", "butterflies"),
    _noun("snail", "🐌"),
    _noun("strawberry", "🍓", "strawberries"),
    _noun("key", "🔑"),
    _noun("mushroom", "🍄"),
    _noun("rose", "🌹"),
    _noun("mouse", "🐁", "mice"),
    _noun("apple", "🍎"),
    _noun("banana", "🍌"),
    _noun("crab", "🦀"),
    _noun("bird", "🐦"),
    _noun("cup", "☕"),
    _noun("sunflower", "🌻"),
    _noun("book", "📕", tintable=True),
    _noun("camera", "📷"),
    _noun("clock", "⏰"),
    _noun("hat", "🧢", tintable=True, synonyms=("cap",)),
    _noun("ball", "⚽"),
    _noun("pizza", "🍕"),
    _noun("heart", "❤", tintable=True),
    _noun("gift", "🎁", tintable=True, synonyms=("present",)),
    _noun("cake", "🎂"),
    _noun("balloon", "🎈", tintable=True),
    _noun("squirrel", "🐿"),
    _noun("rabbit", "🐇", synonyms=("bunny",)),
    _noun("owl", "🦉"),
    _noun("duck", "🦆"),
    _noun("fish", "🐟", "fish"),
    _noun("cat", "🐈"),
    _noun("turtle", "🐢"),
    _noun("pumpkin", "🎃"),
    _noun("penguin", "🐧"),
    _noun("monkey", "🐒"),
    _noun("umbrella", "☂", tintable=True),
    _noun("kite", "🪁"),
    _noun("guitar", "🎸"),
    _noun("dog", "🐕"),
    _noun("chair", "🪑", tintable=True),
    _noun("snowman", "⛄", "snowmen"),
    _noun("pig", "🐖"),
    _noun("sheep", "🐑", "sheep"),
    _noun("table", ""),
    _noun("bicycle", "🚲", synonyms=("bike",)),
    _noun("sofa", "🛋", tintable=True, synonyms=("couch",)),
    _noun("bed", "🛏"),
    _noun("tiger", "🐅"),
    _noun("horse", "🐎"),
    _noun("cow", "🐄"),
    _noun("camel", "🐪"),
    _noun("cactus", "🌵", "cacti"),
    _noun("tent", "⛺"),
    _noun("car", "🚗", tintable=True),
    _noun("elephant", "🐘"),
    _noun("giraffe", "🦒"),
    _noun("boat", "⛵", tintable=True, synonyms=("sailboat",)),
    _noun("truck", "🚚"),
    _noun("helicopter", "🚁"),
    _noun("bus", "🚌", "buses"),
    _noun("rocket", "🚀"),
    _noun("tree", "🌳"),
    _noun("palm tree", "🌴"),
    _noun("dinosaur", "🦕"),
    _noun("whale", "🐋"),
    _noun("train", "🚂"),
    _noun("airplane", "✈", synonyms=("plane",)),
    _noun("house", "🏠"),
    _noun("castle", "🏰"),
    _noun("mountain", "⛰"),
)

SIZE_RANK: dict[str, int] = {noun.name: rank for rank, noun in enumerate(NOUNS)}
BY_NAME: dict[str, Noun] = {noun.name: noun for noun in NOUNS}


@dataclass(frozen=True)
class Thing:
    """One or several things of a kind, as a caption speaks of them ("two red cars")."""

    noun: str
    colour: str | None = None
    count: int = 1

    def text(self) -> str:
        """Return the noun phrase, with article or number, colour, and the right plural."""
        noun = BY_NAME[self.noun]
        name = noun.name if self.count == 1 else noun.plural
        words = f"{self.colour} {name}" if self.colour else name
        if self.count > 1:
            return f"{COUNTS[self.count]} {words}"
        return f"{'a' if self.colour else noun.article} {words}"
