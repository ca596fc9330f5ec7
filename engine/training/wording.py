"""What a drawn scene means, the one caption that says it, other ways to say it, and reading back.

A meaning is a frozenset of facts, each a tuple whose first word names its kind::

    ("thing", noun)  ("count", noun, n)  ("many", noun)  ("colour", noun, colour)
    ("above", upper, lower)  ("front", front, back)  ("next", a, b) with a < b  ("setting", setting)

Relations have one direction only ("under" is the other thing's "above"), so that two captions say
the same exactly when their meanings are equal, and a query fits a scene exactly when its facts are
a subset of the scene's.
"""

import random
from dataclasses import dataclass, replace

from engine.training.lexicon import (
    ARTICLES,
    JOIN,
    LEADS,
    LONGEST_PHRASE,
    PHRASES,
    RELATION_WORDS,
    SETTING_WORDS,
    Sign,
    plural_of,
)
from engine.training.things import BY_NAME, SIZE_RANK, Relation, Thing

Fact = tuple[str, ...]
Meaning = frozenset[Fact]

REVERSED: dict[Relation, Relation] = {
    "next to": "next to",
    "above": "under",
    "under": "above",
    "in front of": "behind",
    "behind": "in front of",
}


@dataclass(frozen=True)
class Content:
    """What a scene shows: one to three things, how they stand, and where.

    Two things: the first is `relation` the second. Three: the first is next to the second, and both
    are `relation` the third.
    """

    things: tuple[Thing, ...]
    relation: Relation | None
    setting: str

    def canonical(self) -> "Content":
        """Return the same content with the naturally smaller thing said first."""
        rank = [SIZE_RANK[thing.noun] for thing in self.things]
        if len(self.things) == 1 or rank[0] <= rank[1]:
            return self
        swapped = (self.things[1], self.things[0], *self.things[2:])
        if len(self.things) == 3 or self.relation is None:
            return replace(self, things=swapped)
        return replace(self, things=swapped, relation=REVERSED[self.relation])


def _thing_facts(thing: Thing) -> set[Fact]:
    facts: set[Fact] = {("thing", thing.noun), ("count", thing.noun, str(thing.count))}
    if thing.count > 1:
        facts.add(("many", thing.noun))
    if thing.colour:
        facts.add(("colour", thing.noun, thing.colour))
    return facts


def relation_fact(first: str, relation: Relation, second: str) -> Fact:
    """Return the fact that one noun stands so to another, in its one direction."""
    if relation == "next to":
        low, high = sorted((first, second))
        return ("next", low, high)
    if relation in ("under", "behind"):
        first, second = second, first
    return ("above" if relation in ("above", "under") else "front", first, second)


def meaning(content: Content) -> Meaning:
    """Return every fact that holds in `content`."""
    facts: set[Fact] = {("setting", content.setting)}
    for thing in content.things:
        facts |= _thing_facts(thing)
    names = [thing.noun for thing in content.things]
    if len(names) == 3:
        facts.add(relation_fact(names[0], "next to", names[1]))
    if content.relation:
        facts.update(relation_fact(n, content.relation, names[-1]) for n in names[:-1])
    return frozenset(facts)


def caption(content: Content) -> str:
    """Return the one caption of `content`: smaller thing first, relation, setting."""
    said = content.canonical()
    words = [said.things[0].text()]
    if len(said.things) == 3:
        words += ["next to", said.things[1].text()]
    if said.relation:
        words += [said.relation, said.things[-1].text()]
    return " ".join([*words, said.setting])


def entails(scene: Meaning, query: Meaning) -> bool:
    """Return whether everything that `query` says holds in `scene`."""
    return query <= scene


@dataclass
class _Phrase:
    """A noun phrase as read: bare words leave count and colour open."""

    noun: str | None = None
    colour: str | None = None
    count: int | None = None
    plural: bool = False

    def facts(self) -> set[Fact]:
        """Return what the phrase says."""
        if self.noun is None:
            return set()
        facts: set[Fact] = {("thing", self.noun)}
        if self.count is not None:
            facts.add(("count", self.noun, str(self.count)))
        if self.plural or (self.count or 0) > 1:
            facts.add(("many", self.noun))
        if self.colour:
            facts.add(("colour", self.noun, self.colour))
        return facts


def _signs(text: str) -> list[Sign] | None:
    """Return `text` cut into known phrases, longest first; None at the first unknown word."""
    words = text.lower().replace(",", " ").replace(".", " ").split()
    for lead in LEADS:
        if words[: len(lead)] == list(lead) and len(words) > len(lead):
            words = words[len(lead) :]
            break
    signs: list[Sign] = []
    while words:
        for length in range(min(LONGEST_PHRASE, len(words)), 0, -1):
            sign = PHRASES.get(" ".join(words[:length]))
            if sign:
                signs.append(sign)
                words = words[length:]
                break
        else:
            return None
    return signs


def _noun_phrase(signs: list[Sign]) -> _Phrase | None:
    """Take one noun phrase off the front of `signs`; None when there is none."""
    phrase = _Phrase()
    while signs and signs[0].kind in ("article", "count", "colour"):
        sign = signs.pop(0)
        if sign.kind == "colour":
            phrase.colour = sign.value
        else:
            phrase.count = int(sign.value)
    if not signs or signs[0].kind not in ("noun", "nouns", "something"):
        return None
    sign = signs.pop(0)
    if sign.kind == "something":
        return phrase
    phrase.noun = sign.value
    phrase.plural = sign.kind == "nouns"
    both = BY_NAME[sign.value].plural == sign.value
    if phrase.count is not None and not both and (phrase.count > 1) != phrase.plural:
        return None
    phrase.plural = phrase.plural and not (both and phrase.count in (None, 1))
    return phrase


def _joined(phrases: list[_Phrase], joins: list[Relation | None]) -> set[Fact] | None:
    """Return the relation facts between phrases; None for a chain that says nothing clear."""
    names = [phrase.noun for phrase in phrases]
    if any(name is None for name in names) and any(joins):
        return None
    known = [name for name in names if name is not None]
    if len(joins) == 1 and joins[0]:
        return {relation_fact(known[0], joins[0], known[1])}
    if len(joins) < 2 or not any(joins):
        return set()
    loose: tuple[Relation | None, ...] = ("next to", None)
    if joins[0] in loose and joins[1] and joins[1] != "next to":
        facts = {relation_fact(name, joins[1], known[2]) for name in known[:2]}
        pair, link = known[:2], joins[0]
    elif joins[1] in loose and joins[0] and joins[0] != "next to":
        facts = {relation_fact(known[0], joins[0], name) for name in known[1:]}
        pair, link = known[1:], joins[1]
    else:
        return None
    return facts | {relation_fact(pair[0], "next to", pair[1])} if link else facts


def read(text: str) -> Meaning | None:
    """Return the facts that `text` states, or None where it is no wording of a drawn scene."""
    signs = _signs(text)
    if not signs:
        return None
    facts: set[Fact] = set()
    if signs[0].kind == "article" and len(signs) == 2 and signs[1].kind == "setting":
        signs.pop(0)
    if signs[-1].kind == "setting":
        facts.add(("setting", signs.pop().value))
    phrases: list[_Phrase] = []
    joins: list[Relation | None] = []
    while signs:
        phrase = _noun_phrase(signs)
        if phrase is None or len(phrases) == 3:
            return None
        phrases.append(phrase)
        if signs:
            sign = signs.pop(0)
            if sign.kind not in ("relation", "join") or not signs:
                return None
            joins.append(sign.relation)
    names = [phrase.noun for phrase in phrases]
    between = _joined(phrases, joins) if phrases else set()
    if between is None or len(set(names)) < len(names):
        return None
    return frozenset(facts.union(between, *(phrase.facts() for phrase in phrases)))


def _spoken(thing: Thing, rng: random.Random, bare: bool) -> str:
    noun = BY_NAME[thing.noun]
    text = thing.text()
    if noun.synonyms and rng.random() < 0.25:
        other = rng.choice(noun.synonyms)
        old = noun.name if thing.count == 1 else noun.plural
        text = text.removesuffix(old) + (other if thing.count == 1 else plural_of(other))
    words = text.split()
    return " ".join(words[1:]) if bare and words[0] in ARTICLES else text


def phrase(content: Content, seed: int) -> str:
    """Return one of the other ways to say `content`, or a part of it, chosen by `seed`."""
    rng = random.Random(seed)
    things = list(content.things)
    relation = content.relation
    bare = rng.random() < 0.25
    with_setting = rng.random() < 0.5
    lead = rng.choice(LEADS) if rng.random() < 0.2 else ()
    part = rng.random()
    pick = rng.randrange(6)
    turned = rng.random() < 0.5
    words: list[str] = []
    if part < 0.07 or not things:
        words, with_setting = (["something"] if rng.random() < 0.3 and not lead else []), True
    elif len(things) == 1 or part < 0.35:
        thing = things[pick % len(things)]
        words = [_spoken(thing, rng, bare)]
        if bare and rng.random() < 0.5:
            words = [thing.noun]
    elif part < 0.45 or relation is None:
        first, second = things[pick % len(things)], things[(pick + 1) % len(things)]
        words = [_spoken(first, rng, bare), rng.choice(JOIN), _spoken(second, rng, bare)]
    else:
        said = rng.choice(RELATION_WORDS[REVERSED[relation] if turned else relation])
        group = [_spoken(thing, rng, bare) for thing in things[:-1]]
        if len(group) == 2:
            if pick % 2:
                group.reverse()
            group.insert(1, rng.choice(RELATION_WORDS["next to"]))
        last = [_spoken(things[-1], rng, bare)]
        words = [*last, said, *group] if turned else [*group, said, *last]
    if with_setting:
        options = SETTING_WORDS[content.setting]
        words.append(rng.choice(options[1:] if bare or not words else options[:2]))
    return " ".join([*lead, *words])
