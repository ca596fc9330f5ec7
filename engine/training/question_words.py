"""How questions about drawn scenes are worded, the words they need, and what answers mean."""

from engine.training.lexicon import SETTING_WORDS, words
from engine.training.things import COLOURS, COUNTS
from engine.training.wording import Meaning, read

#: The kinds of question, as the evaluation names them.
KINDS: tuple[str, ...] = (
    "what is there",
    "what is where",
    "how many",
    "where",
    "what colour",
    "is there",
    "is it where",
    "are there so many",
    "is it that colour",
    "is it that place",
)
#: Those that are answered with yes or no.
CLOSED: tuple[str, ...] = KINDS[5:]

YES, NO, NONE, NOTHING = "yes", "no", "none", "nothing"
NUMBERS: dict[int, str] = {1: "one"} | {n: word for n, word in COUNTS.items() if n > 1}
PLACES: dict[str, str] = {
    setting: f"outside {setting}" if setting.startswith("at ") else setting
    for setting in SETTING_WORDS
}

#: Stands for any word that the vocabulary lacks: it becomes [UNK].
UNKNOWN = "xyzzy"

#: What may stand where `{seen}` is; mostly nothing does.
SEEN: tuple[str, ...] = (
    *("",) * 4,
    " here",
    " in the picture",
    " in the photo",
    " in the image",
    " in this picture",
    " in this photo",
)
_PICTURES = ("picture", "photo", "image")

#: The wordings of each kind. `{is}` agrees with the thing asked about, `{thing}` is "the red car"
#: or "the two dogs", `{some}` "a red car" or "any dogs", `{many}` "dogs", `{counted}` "two dogs".
WORDINGS: dict[str, tuple[str, ...]] = {
    "what is there": (
        *(f"what is in the {word}" for word in _PICTURES),
        *(f"what is in this {word}" for word in _PICTURES),
        *(f"what is on the {word}" for word in _PICTURES),
        *(f"what does the {word} show" for word in _PICTURES),
        *(f"what does this {word} show" for word in _PICTURES),
        "what's in the picture",
        "what's in this photo",
        "what do you see{seen}",
        "what can you see{seen}",
        "what is there{seen}",
        "what is this",
        "what's this",
        "what is shown{seen}",
        "which things are{seen}",
    ),
    "what is where": (
        "what is {relation} {thing}{seen}",
        "what is {relation} {thing}",
        "what's {relation} {thing}",
        "what are {relation} {thing}",
        "what stands {relation} {thing}",
        "which thing is {relation} {thing}{seen}",
        "what do you see {relation} {thing}",
        "what can you see {relation} {thing}{seen}",
    ),
    "how many": (
        "how many {many} are there{seen}",
        "how many {many} are there",
        "how many {many} do you see{seen}",
        "how many {many} can you see{seen}",
        "how many {many}",
        "how many {many} does the picture show",
        *(f"how many {{many}} are in the {word}" for word in _PICTURES),
        *(f"how many {{many}} are in this {word}" for word in _PICTURES),
    ),
    "where": (
        "where {is} {thing}",
        "where {is} {thing}",
        "where {is} {thing}{seen}",
        "where is this",
        "where was this taken",
        *(f"where was the {word} taken" for word in _PICTURES),
        *(f"where was this {word} taken" for word in _PICTURES),
    ),
    "what colour": (
        "what colour {is} {thing}",
        "what colour {is} {thing}{seen}",
        "what color {is} {thing}",
        "which colour {is} {thing}",
        "which color {is} {thing}{seen}",
        "what is the colour of {thing}",
        "what is the color of {thing}",
    ),
    "is there": (
        "{is} there {some}{seen}",
        "{is} there {some}",
        "do you see {some}{seen}",
        "can you see {some}{seen}",
        "does the picture show {some}",
        "does this photo show {some}",
    ),
    "is it where": (
        "{is} {thing} {relation} {other}",
        "{is} {thing} {relation} {other}{seen}",
        "{is} there {some} {relation} {other}",
    ),
    "are there so many": (
        "{is} there {counted}{seen}",
        "{is} there only {counted}{seen}",
        "{is} there just {counted}",
        "do you see {counted}{seen}",
        "can you see {counted}{seen}",
    ),
    "is it that colour": (
        "{is} {thing} {colour}",
        "{is} {thing} {colour}{seen}",
    ),
    "is it that place": (
        "is it {place}",
        "is this {place}",
        "is the picture {place}",
        "was this taken {place}",
        *(f"was the {word} taken {{place}}" for word in _PICTURES),
        *(f"was this {word} taken {{place}}" for word in _PICTURES),
    ),
}

_SIGNS: dict[str, Meaning] = {
    word: frozenset({("answer", word)})
    for word in (YES, NO, NONE, NOTHING, *COLOURS, *NUMBERS.values())
}


def question_words() -> list[str]:
    """Return every word and sign that questions and answers use, sorted: a vocabulary."""
    found = {*words(), *_SIGNS, "is", "are", "any", "outside", "?", ",", "'", "s"}
    for text in (*SEEN, *(wording for kind in WORDINGS.values() for wording in kind)):
        plain = " ".join(word for word in text.replace("'", " ' ").split() if "{" not in word)
        found |= set(plain.split())
        found |= {part for word in text.split("{") for part in word.split("}")[-1].split()}
    return sorted(word for word in found if word.isalpha() or word in ("?", ",", "'"))


def meaning_of(answer: str) -> Meaning | None:
    """Return what an answer says, however it is worded; None where it says nothing known.

    One of a thing is the same with an article, a number and neither: "a dog" is "dog".
    """
    said = " ".join(answer.lower().replace(",", " , ").split())
    if said in _SIGNS:
        return _SIGNS[said]
    phrase = said.removeprefix("outside ").replace(" , ", " and ")
    facts = read(" ".join("a" if word == "one" else word for word in phrase.split()))
    if facts is None:
        return None
    return frozenset(fact for fact in facts if fact[0] != "count" or fact[2] != "1")
