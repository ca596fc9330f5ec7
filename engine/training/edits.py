"""Minimal pairs: contents that differ from a scene in exactly one respect."""

import random
from dataclasses import replace

from engine.training.things import BY_NAME, COLOURS, NOUNS, RELATIONS, SETTINGS, Thing
from engine.training.wording import Content, Meaning, caption, entails, phrase, read


def _other_noun(thing: Thing, taken: set[str], rng: random.Random) -> Thing:
    """Return `thing` as another noun, tintable exactly where it was."""
    tintable = BY_NAME[thing.noun].tintable
    names = [n.name for n in NOUNS if n.tintable == tintable and n.name not in taken]
    return replace(thing, noun=rng.choice(names))


def _changed(things: tuple[Thing, ...], index: int, thing: Thing) -> tuple[Thing, ...]:
    return (*things[:index], thing, *things[index + 1 :])


def edited(content: Content, rng: random.Random) -> Content:
    """Return `content` with one thing, colour, count, relation or setting changed."""
    things = content.things
    index = rng.randrange(len(things))
    thing = things[index]
    kinds = ["noun", "noun", "setting"]
    kinds += ["relation"] * 4 if content.relation else []
    kinds += ["colour"] * 2 if thing.colour else []
    kinds += ["count"] * (2 if thing.count > 1 or len(things) == 1 else 1)
    kind = rng.choice(kinds)
    if kind == "relation" and content.relation:
        if len(things) == 2 and content.relation != "next to" and rng.random() < 0.5:
            return replace(content, things=things[::-1])
        others = [r for r in RELATIONS[len(things) == 3 :] if r != content.relation]
        return replace(content, relation=rng.choice(others))
    if kind == "setting":
        return replace(content, setting=rng.choice([s for s in SETTINGS if s != content.setting]))
    if kind == "colour":
        thing = replace(thing, colour=rng.choice([c for c in COLOURS if c != thing.colour]))
    elif kind == "count":
        counts = [c for c in (1, 2, 3, 4) if c != thing.count and abs(c - thing.count) < 3]
        thing = replace(thing, count=rng.choice(counts))
    else:
        thing = _other_noun(thing, {t.noun for t in things}, rng)
    return replace(content, things=_changed(things, index, thing))


def wording_of(content: Content, seed: int | None) -> str:
    """Return the caption (`seed` None), or the other wording that `seed` chooses."""
    return caption(content) if seed is None else phrase(content, seed)


def wrong_wording(content: Content, truth: Meaning, seed: int | None, rng: random.Random) -> str:
    """Return a text in the same style that differs little and is not true of `truth`."""
    for _ in range(8):
        text = wording_of(edited(content, rng), seed)
        meant = read(text)
        if meant is not None and not entails(truth, meant):
            return text
    elsewhere = [setting for setting in SETTINGS if setting != content.setting]
    return caption(replace(content, setting=rng.choice(elsewhere)).canonical())
