"""Batches for training the answerer: pictures with several questions each, drawn by seed."""

import random
from dataclasses import dataclass

import numpy as np

from engine.training.batches import picture
from engine.training.questions import MIX, questions
from engine.training.scenes import sample


@dataclass(frozen=True)
class AnswerBatch:
    """What one step needs: P pictures, K questions each.

    `pixels` uint8 (P, 128, 128, 3); `questions` and `answers`: P lists of K texts.
    """

    pixels: np.ndarray
    questions: list[list[str]]
    answers: list[list[str]]


def make_answer_batch(step: int, size: int, each: int, seed: int = 0) -> AnswerBatch:
    """Return the batch of `step`: `size` pictures with `each` questions; always the same one."""
    first = (seed * 100_000 + step) * size
    scenes = [sample(first + i, MIX) for i in range(size)]
    rng = random.Random(first)
    asked = [questions(scene.content, each, rng) for scene in scenes]
    return AnswerBatch(
        pixels=np.stack([picture(scene, rng) for scene in scenes]),
        questions=[[question.text for question in some] for some in asked],
        answers=[[question.answer for question in some] for some in asked],
    )
