"""What a person typed into the search box, taken apart: free words, and conditions on photos.

::

    a dog on a beach          free words: found by captions and by content
    "red car"                 these words, one behind the other, must be there
    -snow   -"red car"        must not be there
    dog or cat                either
    before:2024-06  after:2023  on:2024-06-03  year:2024
    folder:lisbon   type:png   type:raw   camera:nikon   rating:>=4   has:gps   has:keywords
    album:rome   album:"summer in rome"
    is:edited  is:described  is:failed  is:missing  is:unsure  is:doubted

Every field can be turned round with ``-`` too (``-is:missing``). A text without any of these is
free words as a whole. What cannot be understood is told and left out; the rest is searched.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gallery.conditions import (
    ByCamera,
    Condition,
    Has,
    HasWords,
    InAlbum,
    InFolder,
    Is,
    Kept,
    OfFormat,
    Rated,
    State,
    Taken,
    Test,
)

_MOST_ALTERNATIVES = 8
_TOKEN = re.compile(
    r'(?P<minus>-)?(?:(?P<field>[^\W\d_]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>\S*))'
)
_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_STARS = re.compile(r"(>=|<=|=|>|<)?([0-5])")
_WORD = re.compile(r"[^\W_]")
_OR = frozenset({"or", "|"})
# As the decoders name them.
_FORMATS = {"jpg": "jpeg", "tif": "tiff", "heic": "heif", "hif": "heif"}


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of the things that may be meant: free words, and what must be there as written."""

    text: str
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked. Without ``alternatives`` only the conditions count.

    ``problems``: a sentence for each part that could not be understood.
    """

    alternatives: tuple[Alternative, ...]
    conditions: tuple[Condition, ...]
    problems: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return not self.alternatives and not self.conditions


def parse(text: str) -> Query:
    """Take a query apart; any text is allowed."""
    words: list[list[str]] = [[]]
    phrases: list[list[Condition]] = [[]]
    conditions: list[Condition] = []
    problems: list[str] = []
    text = text.encode("utf-8", "replace").decode()  # half characters stand for nothing
    for token in _TOKEN.finditer(text):
        minus, name, phrase, word = token.group("minus", "field", "phrase", "word")
        said = phrase if phrase is not None else word or ""
        if name is not None and name.lower() in _FIELDS:
            test = _field(name.lower(), said.strip(), problems)
            if test is not None:
                conditions.append(Condition(test, negated=bool(minus)))
        elif name is None and phrase is None and not minus and said.lower() in _OR:
            words.append([])
            phrases.append([])
        elif minus:
            if _WORD.search(said):
                conditions.append(Condition(HasWords(_whole(name, said)), negated=True))
        elif phrase is not None and _WORD.search(phrase):
            phrases[-1].append(Condition(HasWords(phrase.strip())))
            words[-1].append(phrase.strip())
        elif _whole(name, said):
            words[-1].append(_whole(name, said))
            if name is not None and len(name) > 2 and said[:1].isalnum():
                problems.append(f"There is no field “{name}:”; its words were searched for.")
    return Query(_alternatives(words, phrases), tuple(conditions), tuple(problems))


def _alternatives(
    words: list[list[str]], phrases: list[list[Condition]]
) -> tuple[Alternative, ...]:
    found = [
        Alternative(" ".join(some), tuple(must))
        for some, must in zip(words, phrases, strict=True)
        if some
    ]
    return tuple(found[:_MOST_ALTERNATIVES])


def _whole(name: str | None, said: str) -> str:
    return f"{name}:{said}".strip() if name is not None else said.strip()


def _field(name: str, value: str, problems: list[str]) -> Test | None:
    """What a field asks; None where nothing follows it yet, or nothing that makes sense."""
    if not value:
        return None
    test = _FIELDS[name](value)
    if isinstance(test, str):
        problems.append(test)
        return None
    return test


def _span(value: str) -> tuple[datetime, datetime] | None:
    """The beginning of a year, month or day, and of the next one."""
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    try:
        begin = datetime(year, month or 1, day or 1)  # noqa: DTZ001 - cameras tell no zone
        if day:
            return begin, begin + timedelta(days=1)
        months = year * 12 + (month or 12)
        return begin, begin.replace(year=months // 12, month=months % 12 + 1)
    except (ValueError, OverflowError):
        return None


def _taken(name: str, make: Callable[[datetime, datetime], Taken]) -> "Callable[[str], Test | str]":
    def read(value: str) -> Test | str:
        span = _span(value)
        if span is None:
            return f"“{name}:{value}” names no date; try {name}:2024, {name}:2024-06 or a day."
        return make(*span)

    return read


def _is(value: str) -> Test | str:
    try:
        return Is(State(value.lower()))
    except ValueError:
        return _not_known("is", value, State)


def _has(value: str) -> Test | str:
    try:
        return Has(Kept(value.lower()))
    except ValueError:
        return _not_known("has", value, Kept)


def _not_known(name: str, value: str, known: type[StrEnum]) -> str:
    return f"“{name}:{value}” is not known; there are {', '.join(each.value for each in known)}."


def _rating(value: str) -> Test | str:
    found = _STARS.fullmatch(value)
    if found is None:
        return f"“rating:{value}” is no number of stars; try rating:4 or rating:>=4."
    sign, stars = found[1] or "=", int(found[2])
    least = {">=": stars, ">": stars + 1, "=": stars}.get(sign, 0)
    most = {"<=": stars, "<": stars - 1, "=": stars}.get(sign, 5)
    return Rated(least, most)


def _type(value: str) -> Test:
    lower = value.lower().removeprefix(".")
    return OfFormat(_FORMATS.get(lower, lower))


_FIELDS: "dict[str, Callable[[str], Test | str]]" = {
    "before": _taken("before", lambda begin, _: Taken(None, begin)),
    "after": _taken("after", lambda _, end: Taken(end, None)),
    "on": _taken("on", Taken),
    "year": _taken("year", Taken),
    "folder": InFolder,
    "album": InAlbum,
    "type": _type,
    "is": _is,
    "has": _has,
    "camera": ByCamera,
    "rating": _rating,
}
