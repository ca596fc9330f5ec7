"""The sample gallery's pictures: which folder, when, what they show, and how they are stored."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.training.things import BY_NAME, COLOURS, Relation, Thing
from engine.training.wording import Content

_ASPECTS: dict[str, float] = {
    "wide": 16 / 9,
    "photo": 3 / 2,
    "classic": 4 / 3,
    "square": 1.0,
    "tall": 3 / 4,
}

#: Folder, first day, and its pictures: shape, things, relation, setting, placement (a seed chosen
#: by eye), and options: "png", "webp", "turn3", "turn6", "turn8", "gps".
_FOLDERS: tuple[tuple[str, str, tuple[tuple[str, str, Relation | None, str, int, str], ...]], ...]
_FOLDERS = (
    (
        "Beach trip",
        "2024-07-13",
        (
            ("classic", "crab", None, "on a beach", 0, "gps"),
            ("photo", "red umbrella, palm tree", "next to", "on a beach", 0, ""),
            ("wide", "blue boat", None, "on a beach", 4, "gps"),
            ("tall", "bird, palm tree", "above", "on a beach", 0, "turn6"),
            ("classic", "dog, ball", "next to", "on a beach", 0, ""),
            ("photo", "2 turtle", None, "on a beach", 1, ""),
            ("classic", "camera, yellow hat", "next to", "on a beach", 0, ""),
            ("wide", "whale", None, "on a beach", 0, ""),
            ("classic", "cat, purple chair", "in front of", "on a beach", 0, "turn3"),
            ("square", "kite, camel", "above", "on a beach", 0, "png"),
            ("photo", "3 fish", None, "on a beach", 0, ""),
            ("wide", "airplane, palm tree", "above", "at sunset", 0, "gps"),
            ("classic", "green boat, house", "in front of", "at sunset", 6, ""),
        ),
    ),
    (
        "Winter",
        "2024-12-21",
        (
            ("classic", "snowman", None, "in the snow", 0, ""),
            ("photo", "3 penguin", None, "in the snow", 6, ""),
            ("classic", "red gift, snowman", "next to", "in the snow", 0, ""),
            ("tall", "red heart, house", "above", "in the snow", 0, "turn8"),
            ("wide", "rabbit, snowman, house", "in front of", "in the snow", 0, ""),
            ("classic", "owl, tree", "in front of", "at night", 0, ""),
            ("photo", "train, mountain", "in front of", "in the snow", 0, ""),
            ("square", "cup, clock", "next to", "in a room", 0, "webp"),
            ("classic", "cake, table", "above", "in a room", 0, ""),
            ("photo", "dog, blue sofa", "in front of", "in a room", 0, ""),
            ("classic", "2 purple gift, table", "under", "in a room", 0, ""),
            ("wide", "rocket, castle", "above", "at night", 0, ""),
        ),
    ),
    (
        "City",
        "2025-05-02",
        (
            ("wide", "red car", None, "in a city", 0, ""),
            ("photo", "bicycle, bus", "next to", "in a city", 0, ""),
            ("classic", "helicopter, yellow car", "above", "in a city", 0, ""),
            ("tall", "4 green balloon", None, "in a city", 0, "turn6"),
            ("classic", "pizza, clock", "next to", "in a city", 0, "gps"),
            ("photo", "purple car, truck", "next to", "in a city", 0, ""),
            ("classic", "dog, bicycle", "in front of", "in a city", 0, ""),
            ("square", "green umbrella", None, "in a city", 0, "png"),
            ("classic", "cat, mouse, table", "under", "in a room", 0, ""),
            ("photo", "2 red book", None, "in a room", 2, ""),
            ("classic", "guitar, yellow chair", "next to", "in a room", 1, "webp"),
            ("wide", "blue car, castle", "in front of", "at night", 0, ""),
            ("classic", "banana, apple, table", "above", "in a room", 0, ""),
        ),
    ),
    (
        "Garden",
        "2025-08-23",
        (
            ("classic", "butterfly, sunflower", "above", "in a field", 0, ""),
            ("photo", "2 horse", None, "in a field", 3, "gps"),
            ("wide", "cow, sheep, tree", "under", "in a field", 1, ""),
            ("classic", "bee, rose", "next to", "in a field", 0, ""),
            ("tall", "yellow balloon, giraffe", "above", "in a field", 0, "turn8"),
            ("classic", "squirrel, mushroom", "next to", "in a forest", 0, ""),
            ("photo", "4 mushroom", None, "in a forest", 1, ""),
            ("classic", "snail, strawberry", "next to", "in a field", 0, ""),
            ("photo", "tiger, tree", "behind", "in a forest", 0, ""),
            ("square", "tent", None, "in a forest", 0, "png"),
            ("classic", "pig, sheep, house", "in front of", "in a field", 0, "turn3"),
            ("wide", "elephant, dinosaur", "next to", "at sunset", 5, ""),
            ("classic", "monkey, tent", "next to", "at night", 0, ""),
            ("photo", "3 pumpkin", None, "at sunset", 3, "webp"),
        ),
    ),
)


@dataclass(frozen=True)
class Sample:
    """One picture of the gallery: its place, its time, what it shows, how it is stored."""

    path: str
    taken: datetime
    content: Content
    aspect: float
    placement: int
    options: frozenset[str]


def _thing(text: str) -> Thing:
    words = text.split()
    count = int(words.pop(0)) if words[0].isdigit() else 1
    colour = words.pop(0) if words[0] in COLOURS else None
    return Thing(BY_NAME[" ".join(words)].name, colour, count)


def samples() -> list[Sample]:
    """Return every picture of the gallery in the order of its file name."""
    found: list[Sample] = []
    for folder, day, rows in _FOLDERS:
        taken = datetime.fromisoformat(day).replace(hour=9, minute=12, tzinfo=UTC)
        for index, (shape, things, relation, setting, placement, options) in enumerate(rows):
            number = 12 + 3 * len(found) + index
            chosen = frozenset(options.split())
            suffix = next((s for s in ("png", "webp") if s in chosen), "jpg")
            content = Content(tuple(map(_thing, things.split(", "))), relation, setting)
            when = taken + timedelta(days=index // 4, minutes=47 * (index % 4) + 7 * index)
            found.append(
                Sample(
                    f"{folder}/IMG_{number:04}.{suffix}",
                    when,
                    content.canonical(),
                    _ASPECTS[shape],
                    placement,
                    chosen,
                )
            )
    return found
