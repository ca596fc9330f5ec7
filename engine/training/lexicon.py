"""The words that captions and queries about drawn scenes may use, and what each stands for."""

from dataclasses import dataclass

from engine.training.things import COLOURS, COUNTS, NOUNS, RELATIONS, Relation

ARTICLES: tuple[str, ...] = ("a", "an", "the")
JOIN: tuple[str, ...] = ("and", "with")

#: What may stand before a caption without adding to its meaning, longest first.
LEADS: tuple[tuple[str, ...], ...] = (
    ("a", "photo", "of"),
    ("a", "picture", "of"),
    ("there", "is"),
    ("photo", "of"),
    ("picture", "of"),
)

#: How each relation may be said; the first way is the caption's own.
RELATION_WORDS: dict[Relation, tuple[str, ...]] = {
    "next to": ("next to", "beside", "near"),
    "above": ("above", "over"),
    "under": ("under", "below", "beneath"),
    "in front of": ("in front of",),
    "behind": ("behind",),
}

#: How each setting may be said: the caption's own way, another in a sentence, then bare words.
SETTING_WORDS: dict[str, tuple[str, ...]] = {
    "on a beach": ("on a beach", "on the beach", "beach", "at the beach"),
    "in the snow": ("in the snow", "in snow", "snow", "winter"),
    "at night": ("at night", "at night", "night"),
    "in a city": ("in a city", "in the city", "city", "in a town"),
    "in a room": ("in a room", "in the room", "room", "indoors"),
    "in a field": ("in a field", "in the field", "field", "in a meadow"),
    "at sunset": ("at sunset", "at sunset", "sunset"),
    "in a forest": ("in a forest", "in the forest", "forest", "in the woods"),
}


@dataclass(frozen=True)
class Sign:
    """What a phrase stands for: its kind and canonical value (a relation has its own field)."""

    kind: str
    value: str = ""
    relation: Relation | None = None


def plural_of(word: str) -> str:
    """Return the plural of a synonym: all of them are regular."""
    if word.endswith("y"):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith("ch") else "s")


def _phrases() -> dict[str, Sign]:
    known = {article: Sign("article", "1") for article in ARTICLES}
    known |= {word: Sign("join") for word in JOIN}
    known["something"] = Sign("something")
    known |= {colour: Sign("colour", colour) for colour in COLOURS}
    known |= {word: Sign("count", str(n)) for n, word in COUNTS.items() if n > 1}
    for setting, ways in SETTING_WORDS.items():
        known |= {way: Sign("setting", setting) for way in ways}
    for relation in RELATIONS:
        for way in RELATION_WORDS[relation]:
            known[way] = Sign("relation", relation, relation)
    for noun in NOUNS:
        known[noun.name] = Sign("noun", noun.name)
        known[noun.plural] = Sign("nouns", noun.name)
        for synonym in noun.synonyms:
            known[plural_of(synonym)] = Sign("nouns", noun.name)
            known[synonym] = Sign("noun", noun.name)
    return known


#: Every phrase that `wording.read` knows.
PHRASES: dict[str, Sign] = _phrases()
LONGEST_PHRASE: int = max(len(phrase.split()) for phrase in PHRASES)


def words() -> list[str]:
    """Return every single word of the language, sorted: the tokenizer's vocabulary."""
    found = {word for phrase in PHRASES for word in phrase.split()}
    found |= {word for lead in LEADS for word in lead}
    return sorted(found)
