"""Questions about a scene, each with its one answer, drawn by a seed.

Now and then a question has a word that the vocabulary lacks. As a thing it is not there, as a
property of a thing ("the xyzzy dog") it changes nothing: without such questions in training, "is
there a zebra?" would be answered like "is there a …?", with yes.

Yes/no questions are answered "no" half of the time: what they ask about is then true of a scene
that differs from this one in a single respect (`edits.edited`).
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from engine.training.edits import edited
from engine.training.lexicon import RELATION_WORDS, SETTING_WORDS, plural_of
from engine.training.question_words import (
    CLOSED,
    KINDS,
    NO,
    NONE,
    NOTHING,
    NUMBERS,
    PLACES,
    SEEN,
    UNKNOWN,
    WORDINGS,
    YES,
)
from engine.training.scenes import Mix
from engine.training.things import BY_NAME, NOUNS, RELATIONS, Relation, Thing
from engine.training.wording import REVERSED, Content, Fact, Meaning, meaning, relation_fact

#: Scenes to ask about: more of several things and of relations than captions are trained on.
MIX = Mix(one=0.06, count=0.18, pair=0.46, three=0.30, several=0.45)

_SHARES: dict[str, float] = dict(zip(KINDS, (2, 6, 3, 1, 1.5, 1.5, 3, 1.5, 1, 0.5), strict=True))
_SYNONYM, _COLOUR_SAID, _NOT_THERE, _NO_MARK = 0.15, 0.4, 0.06, 0.15
_UNKNOWN_THING, _UNKNOWN_IN_A_PHRASE = 0.05, 0.02
_EDITS = 24


@dataclass(frozen=True)
class Question:
    """A question of one of `KINDS` and its answer."""

    kind: str
    text: str
    answer: str


@dataclass(frozen=True)
class _Claim:
    """What a yes/no question asks: the parts of its wording, and the facts that make it true."""

    kind: str
    parts: dict[str, str]
    facts: Meaning


@dataclass(frozen=True)
class _Link:
    """`things` stand so to `other`."""

    things: tuple[Thing, ...]
    relation: Relation
    other: Thing


def ask(content: Content, rng: random.Random) -> Question:
    """Return one question about `content` that `rng` chooses."""
    content = content.canonical()
    while True:
        kind = rng.choices(KINDS, [_SHARES[kind] for kind in KINDS])[0]
        if kind in CLOSED:
            found = _closed(kind, content, rng)
        else:
            found = _OPEN[kind](content, rng)
        if found is not None:
            parts, answer = found
            return Question(kind, _worded(kind, parts, rng), answer)


def questions(content: Content, count: int, rng: random.Random) -> list[Question]:
    """Return `count` questions about `content`, as far as there are so many, each only once."""
    found: dict[str, Question] = {}
    for _ in range(4 * count):
        question = ask(content, rng)
        found.setdefault(question.text, question)
        if len(found) == count:
            break
    return [*found.values(), *(ask(content, rng) for _ in range(count - len(found)))]


def _worded(kind: str, parts: dict[str, str], rng: random.Random) -> str:
    fitting = [
        wording for wording in WORDINGS[kind] if "{thing}" not in wording or "thing" in parts
    ]
    text = rng.choice(fitting).format(**parts, seen=rng.choice(SEEN))
    return text if rng.random() < _NO_MARK else f"{text}?"


_Found = tuple[dict[str, str], str] | None


def _what_is_there(content: Content, rng: random.Random) -> _Found:
    """All things; three are only named, so that the answer stays short."""
    things = content.things
    if len(things) == 3:
        first, second, third = (thing.noun for thing in things)
        return {}, f"{first}, {second} and {third}"
    return {}, " and ".join(thing.text() for thing in things)


def _what_is_where(content: Content, rng: random.Random) -> _Found:
    chance = rng.random()
    if chance < _UNKNOWN_IN_A_PHRASE:
        parts = {"is": "is", "thing": f"the {UNKNOWN}"}
        return parts | {"relation": _said(rng.choice(RELATIONS), rng)}, NOTHING
    if chance < _NOT_THERE:
        return _nothing_there(content, rng)
    if not content.relation:
        return None
    link = rng.choice(_both_ways(content))
    answer = " and ".join(thing.text() for thing in link.things)
    return _parts(link.other, rng) | {"relation": _said(link.relation, rng)}, answer


def _nothing_there(content: Content, rng: random.Random) -> _Found:
    """A thing to which nothing stands in this way."""
    thing = rng.choice(content.things)
    taken = {link.relation for link in _both_ways(content) if link.other == thing}
    relation = rng.choice([relation for relation in RELATIONS if relation not in taken])
    return _parts(thing, rng) | {"relation": _said(relation, rng)}, NOTHING


def _how_many(content: Content, rng: random.Random) -> _Found:
    if rng.random() < _UNKNOWN_THING:
        return {"many": UNKNOWN}, NONE
    there = {thing.noun: thing.count for thing in content.things}
    if rng.random() < 2 * _NOT_THERE:
        noun = rng.choice([noun.name for noun in NOUNS if noun.name not in there])
        return {"many": _name(Thing(noun, None, 2), rng)}, NONE
    noun = rng.choices(list(there), [3 if count > 1 else 1 for count in there.values()])[0]
    return {"many": _name(Thing(noun, None, 2), rng)}, NUMBERS[there[noun]]


def _where(content: Content, rng: random.Random) -> _Found:
    return _parts(rng.choice(content.things), rng), PLACES[content.setting]


def _what_colour(content: Content, rng: random.Random) -> _Found:
    coloured = [thing for thing in content.things if thing.colour]
    if not coloured:
        return None
    thing = rng.choice(coloured)
    return _parts(Thing(thing.noun, None, thing.count), rng), str(thing.colour)


_OPEN: dict[str, Callable[[Content, random.Random], _Found]] = {
    "what is there": _what_is_there,
    "what is where": _what_is_where,
    "how many": _how_many,
    "where": _where,
    "what colour": _what_colour,
}


def _closed(kind: str, content: Content, rng: random.Random) -> _Found:
    truth = meaning(content)
    if kind == "is there" and rng.random() < _UNKNOWN_THING:
        return {"is": "is", "some": f"a {UNKNOWN}"}, NO
    if rng.random() < 0.5:
        claims = _claims(kind, content, rng)
        return (rng.choice(claims).parts, YES) if claims else None
    for _ in range(_EDITS):
        claims = _claims(kind, edited(content, rng), rng)
        untrue = [claim for claim in claims if not claim.facts <= truth]
        if untrue:
            return rng.choice(untrue).parts, NO
    return None


def _claims(kind: str, content: Content, rng: random.Random) -> list[_Claim]:
    """Return every claim of this kind that holds in `content`."""
    made: list[tuple[dict[str, str], set[Fact]]] = []
    if kind == "is it where":
        links = _both_ways(content)
        made = [_standing(link, thing, rng) for link in links for thing in link.things]
    elif kind == "is it that place":
        place = rng.choice(SETTING_WORDS[content.setting][:2])
        made = [({"place": place}, {("setting", content.setting)})]
    else:
        made = [
            claim for thing in content.things if (claim := _CLAIMS[kind](thing, rng)) is not None
        ]
    return [_Claim(kind, parts, frozenset(facts)) for parts, facts in made]


_Made = tuple[dict[str, str], set[Fact]]


def _standing(link: _Link, thing: Thing, rng: random.Random) -> _Made:
    """Colours are left out: the claim is about how the two stand, and about nothing else."""
    parts = _parts(Thing(thing.noun, None, thing.count), rng)
    parts["some"] = _some(thing.noun, None, thing.count, rng)
    parts["relation"] = _said(link.relation, rng)
    parts["other"] = _parts(Thing(link.other.noun, None, link.other.count), rng)["thing"]
    return parts, {relation_fact(thing.noun, link.relation, link.other.noun)}


def _present(thing: Thing, rng: random.Random) -> _Made:
    facts: set[Fact] = {("thing", thing.noun)}
    colour = thing.colour if rng.random() < _COLOUR_SAID else None
    if colour:
        facts.add(("colour", thing.noun, colour))
    parts = {"is": _is(thing.count), "some": _some(thing.noun, colour, thing.count, rng)}
    return parts, facts


def _counted(thing: Thing, rng: random.Random) -> _Made:
    parts = {"is": _is(thing.count), "counted": f"{NUMBERS[thing.count]} {_name(thing, rng)}"}
    return parts, {("count", thing.noun, str(thing.count))}


def _coloured(thing: Thing, rng: random.Random) -> _Made | None:
    if not thing.colour:
        return None
    parts = _parts(Thing(thing.noun, None, thing.count), rng) | {"colour": thing.colour}
    return parts, {("colour", thing.noun, thing.colour)}


_CLAIMS: dict[str, Callable[[Thing, random.Random], _Made | None]] = {
    "is there": _present,
    "are there so many": _counted,
    "is it that colour": _coloured,
}


def _both_ways(content: Content) -> list[_Link]:
    """Return how things stand to each other, said from either side."""
    things, relation = content.things, content.relation
    if relation is None:
        return []
    back = REVERSED[relation]
    links = [_Link(things[:-1], relation, things[-1])]
    links += [_Link(things[-1:], back, thing) for thing in things[:-1]]
    if len(things) == 3:
        first, second, _ = things
        links += [_Link((first,), "next to", second), _Link((second,), "next to", first)]
    return links


def _parts(thing: Thing, rng: random.Random) -> dict[str, str]:
    """Return `{is}` and `{thing}`: "the car", "the red car", "the dogs", "the two dogs"."""
    words = [_name(thing, rng)]
    if thing.colour and rng.random() < _COLOUR_SAID:
        words.insert(0, thing.colour)
    if thing.count > 1 and rng.random() < 0.3:
        words.insert(0, NUMBERS[thing.count])
    return {"is": _is(thing.count), "thing": " ".join(["the", *words])}


def _name(thing: Thing, rng: random.Random) -> str:
    name = _plain_name(thing, rng)
    return f"{UNKNOWN} {name}" if rng.random() < _UNKNOWN_IN_A_PHRASE else name


def _plain_name(thing: Thing, rng: random.Random) -> str:
    noun = BY_NAME[thing.noun]
    if noun.synonyms and rng.random() < _SYNONYM:
        other = rng.choice(noun.synonyms)
        return other if thing.count == 1 else plural_of(other)
    return noun.name if thing.count == 1 else noun.plural


def _some(noun: str, colour: str | None, count: int, rng: random.Random) -> str:
    name = _name(Thing(noun, None, count), rng)
    words = f"{colour} {name}" if colour else name
    if count > 1:
        return f"any {words}"
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _said(relation: Relation, rng: random.Random) -> str:
    return rng.choice(RELATION_WORDS[relation])


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
