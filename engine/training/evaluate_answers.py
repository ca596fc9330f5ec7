"""Measure an answerer: questions about scenes that training never drew, counted by meaning."""

import random
from collections import defaultdict

from torch import Tensor

from engine.training.answer_reference import AnswerReference
from engine.training.measures import share
from engine.training.question_words import KINDS, meaning_of
from engine.training.questions import Question, questions
from engine.training.scenes import Scene

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
