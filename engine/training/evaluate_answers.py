"""Measure an answerer: questions about scenes that training never drew, counted by meaning."""

import random
from collections import defaultdict

from torch import Tensor

from engine.presence import asked_about, corrected
from engine.protocol import Guess
from engine.training.answer_reference import AnswerReference
from engine.training.measures import share
from engine.training.question_words import KINDS, NONE, NUMBERS, meaning_of
from engine.training.questions import Question, questions
from engine.training.reference import Reference
from engine.training.scenes import Scene
from engine.training.things import BY_NAME, NOUNS

_A_SCENE = 4
_SEED = 11


def asked_of(scenes: list[Scene]) -> list[tuple[int, Question]]:
    """Return four questions about each scene, with its place in `scenes`."""
    rng = random.Random(_SEED)
    return [
        (place, question)
        for place, scene in enumerate(scenes)
        for question in questions(scene.content, _A_SCENE, rng)
    ]


def is_right(question: Question, said: str) -> bool:
    """Return whether an answer says what the scene's own does: "dog" is "a dog"."""
    return meaning_of(said) == meaning_of(question.answer)


def presence_of(matcher: Reference, question: str, seen: Tensor) -> float | None:
    """Return how well a name of what a question is about fits one picture (1, tokens, width).

    As the describer does: by ITM, the best of its known names; None where the wording tells none.
    """
    about = asked_about(question)
    known = matcher.tokenizer.get_vocab()
    names = [] if about is None else [n for n in about.names if all(w in known for w in n.split())]
    if not names:
        return None
    logits = matcher.match_logits(names, seen.expand(len(names), -1, -1))
    return float(logits.softmax(-1)[:, 1].max())


def honesty(
    reference: AnswerReference, matcher: Reference, scenes: list[Scene], seen: Tensor
) -> dict[str, float]:
    """Return the share of right answers (percent) about things that are there and that are not.

    "how many" of one thing that each scene shows and of one that it does not: as the answerer says
    it, and after the matcher was asked whether the thing is there at all.
    """
    rng = random.Random(_SEED)
    asked = [question for scene in scenes for question in _there_and_not(scene, rng)]
    rows = seen.repeat_interleave(2, 0)
    said = reference.answers([question.text for question in asked], rows)
    right: dict[str, list[bool]] = defaultdict(list)
    for question, answer, picture in zip(asked, said, rows, strict=True):
        what = "absent" if question.answer == NONE else "present"
        presence = presence_of(matcher, question.text, picture[None])
        right[f"{what} things, by the answerer"].append(is_right(question, answer))
        about = asked_about(question.text)
        assert about is not None
        checked = corrected(about, [Guess(answer, 0.0)], presence)[0].text
        right[f"{what} things, after the matcher"].append(is_right(question, checked))
    return {name: share(hits) for name, hits in sorted(right.items())}


def _there_and_not(scene: Scene, rng: random.Random) -> list[Question]:
    """How many there are of a thing that is there, and of one that is not."""
    there = {thing.noun: thing.count for thing in scene.content.things}
    shown = rng.choice(list(there))
    absent = rng.choice([noun.name for noun in NOUNS if noun.name not in there])
    return [
        Question("how many", f"how many {BY_NAME[noun].plural} are there?", answer)
        for noun, answer in ((shown, NUMBERS[there[shown]]), (absent, NONE))
    ]


def answer_scores(
    reference: AnswerReference, scenes: list[Scene], seen: Tensor
) -> dict[str, float]:
    """Return the share of right answers in percent, in all and by kind of question.

    `seen` (scenes, tokens, width): the image tokens of the scenes' photos.
    """
    asked = asked_of(scenes)
    rows = seen[[place for place, _ in asked]]
    said = reference.answers([question.text for _, question in asked], rows)
    right: dict[str, list[bool]] = defaultdict(list)
    for (_, question), answer in zip(asked, said, strict=True):
        right[question.kind].append(is_right(question, answer))
    in_all = share([hit for hits in right.values() for hit in hits])
    return {"in all": in_all} | {kind: share(right[kind]) for kind in KINDS}
