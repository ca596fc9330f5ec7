"""Whether what a question takes for granted is in the picture at all, asked of the matcher.

An answerer says what fits the words of a question best: of a picture without a penguin it may
still tell how many there are. Image-text matching (ITM) knows better, by the thing's name alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.protocol import Guess

PRESENCE_FLOOR = 0.02
"""Below this ITM probability of its name a thing is taken to be absent.

Measured on held-out scenes with the sample checkpoint (``engine.training.evaluate_answers``).
"""

NONE, NO = "none", "no"
_SAYS_NONE = {NONE, NO, "nothing", "zero", "0", ""}
_LONGEST_NAME = 3
_SEEN = re.compile(
    r"\s+(?:here|there|in (?:the|this) (?:picture|photo|image|photograph))$", re.IGNORECASE
)
_ENDS = re.compile(
    r"\s+(?:are there|are here|do you see|can you see|can be seen|are visible|"
    r"does (?:the|this) (?:picture|photo|image) show|are(?= in (?:the|this) )).*$"
)
_BEFORE = re.compile(
    r"^(?:an?|any|some|the|this|that|these|those|only|just|more than|at least|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|several|many|\d+)\s+"
)
_JOINING = re.compile(
    r"\b(?:on|in|at|by|with|and|or|of|to|near|next|left|right|above|below|under|over|behind|"
    r"beside|between|before|it|this|that|you|picture|photo|image)\b"
)
_ODD = {
    "people": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "mice": "mouse",
    "geese": "goose",
    "feet": "foot",
    "teeth": "tooth",
}


class Asks(StrEnum):
    """What a question wants to know of a thing."""

    COUNT = "count"
    PRESENCE = "presence"
    PROPERTY = "property"


_QUESTIONS = (
    (Asks.COUNT, re.compile(r"^how many (?P<thing>.+)$")),
    (Asks.PRESENCE, re.compile(r"^(?:is|are) there (?P<thing>.+)$")),
    (Asks.PRESENCE, re.compile(r"^(?:do|can) you see (?P<thing>.+)$")),
    (
        Asks.PRESENCE,
        re.compile(r"^does (?:the|this) (?:picture|photo|image) show (?P<thing>.+)$"),
    ),
    (
        Asks.PROPERTY,
        re.compile(r"^(?:what|which) colou?r (?:is|are) (?P<thing>(?:the|this|these) .+)$"),
    ),
    (Asks.PROPERTY, re.compile(r"^what is the colou?r of (?P<thing>.+)$")),
    (Asks.PROPERTY, re.compile(r"^where (?:is|are) (?P<thing>the .+)$")),
)


@dataclass(frozen=True, slots=True)
class AskedAbout:
    """The thing of a question ("penguins") and its names to match ("penguins", "penguin", ...)."""

    asks: Asks
    thing: str
    names: tuple[str, ...]


def asked_about(question: str) -> AskedAbout | None:
    """Return what a question is about, where its wording tells; None where it does not."""
    plain = " ".join(question.lower().replace("?", " ").split()).rstrip(" .!")
    for asks, pattern in _QUESTIONS:
        found = pattern.match(plain)
        if found and (thing := _thing(found["thing"])):
            return AskedAbout(asks, thing, _names(thing))
    return None


def is_absent(presence: float | None) -> bool:
    """Whether a thing is taken to be absent, by the ITM probability of its names."""
    return presence is not None and presence < PRESENCE_FLOOR


def corrected(
    about: AskedAbout, guesses: Sequence[Guess], presence: float | None
) -> tuple[Guess, ...]:
    """Return the guesses with "none" or "no" in front where the matcher misses the thing.

    What was guessed before stays behind it. A property of an absent thing has no right answer:
    these guesses stay as they are.
    """
    said = guesses[0].text.lower() if guesses else ""
    if not guesses or presence is None or not is_absent(presence) or said in _SAYS_NONE:
        return tuple(guesses)
    if about.asks is Asks.COUNT:
        return (Guess(NONE, 1 - presence), *guesses)
    if about.asks is Asks.PRESENCE:
        return (Guess(NO, 1 - presence), *(each for each in guesses if each.text.lower() != NO))
    return tuple(guesses)


def denies(guesses: Sequence[Guess]) -> bool:
    """Whether the likeliest guess says itself that there is nothing."""
    return bool(guesses) and guesses[0].text.lower() in _SAYS_NONE


def _thing(words: str) -> str:
    """The bare name: "any red cars in the picture" is "red cars"; empty where it is no name."""
    words = _SEEN.sub("", _ENDS.sub("", words))
    while (shorter := _BEFORE.sub("", words)) != words:
        words = shorter
    plain = all(letter.isalpha() or letter in " -'’" for letter in words)
    short = 0 < len(words.split()) <= _LONGEST_NAME
    return words if plain and short and not _JOINING.search(words) else ""


def _names(thing: str) -> tuple[str, ...]:
    *before, last = thing.split()
    singulars = [" ".join([*before, one]) for one in _singulars(last)]
    with_article = [f"{'an' if one[0] in 'aeiou' else 'a'} {one}" for one in singulars or [thing]]
    return tuple(dict.fromkeys([thing, *singulars, *with_article]))


def _singulars(word: str) -> list[str]:
    """What a word may be the plural of; a wrong one matches nothing and does no harm."""
    if word in _ODD:
        return [_ODD[word]]
    if not word.endswith("s") or word.endswith("ss") or len(word) < 4:
        return []
    found = [word[:-1]]
    if word.endswith("ies"):
        found.insert(0, word[:-3] + "y")
    elif word.endswith("ves"):
        found = [word[:-3] + "f", word[:-3] + "fe", *found]
    elif word.endswith("es"):
        found.append(word[:-2])
    return found
