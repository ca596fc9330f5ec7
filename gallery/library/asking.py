"""Questions about a photo and their answers, which are always guesses."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.protocol import Guess, RequestFailed
from gallery.errors import KnownError
from gallery.library.engine_client import EngineClient
from gallery.library.reliance import is_unsure

LONGEST_QUESTION = 200
"""Characters; a describer reads 35 tokens."""


@dataclass(frozen=True, slots=True)
class PhotoAnswer:
    """What was said to a question: the guesses with the likeliest first, and by which checkpoint.

    No guesses: no word of the question is known. ``settings`` tells how they were found ("beam 3",
    "choices", "yes or no"). ``unsure``: the describer knows drawn scenes, and this is none.
    """

    question: str
    guesses: tuple[Guess, ...]
    settings: str
    answered_by: str
    unsure: bool
    unknown_words: tuple[str, ...]

    @property
    def best(self) -> Guess | None:
        """The likeliest guess that says anything."""
        return next((guess for guess in self.guesses if guess.text), None)


def ask_photo(
    engine: EngineClient, path: Path, question: str, choices: Sequence[str] = ()
) -> PhotoAnswer:
    """Ask about a photo and wait for the answer; raises ``KnownError`` where there is none."""
    question = " ".join(question.split())[:LONGEST_QUESTION]
    answerer = engine.describer_set.answerer
    if not question:
        raise KnownError("There is no question.", "Ask something like “how many dogs are there?”.")
    if answerer is None:
        name = engine.describer_set.name
        raise KnownError(
            f"“{name}” answers no questions.",
            "It needs an answerer: a folder with a BLIP for question answering beside the others.",
        )
    said = engine.ask(question, path, [choice.strip() for choice in choices if choice.strip()])
    if said is None:
        detail = engine.state.detail or "The describer gave no answer in time."
        raise KnownError(detail, "Ask again.")
    if isinstance(said, RequestFailed):
        raise KnownError(said.message)
    (guesses,) = said.answers
    if guesses is None:
        shown = os.fspath(path).encode("utf-8", "replace").decode()
        raise KnownError(f"The photo {shown} cannot be read.", "Check that it is still there.")
    unsure = is_unsure(engine.describer_set, path)
    unknown = said.unknown_words
    return PhotoAnswer(question, guesses, said.settings, answerer.id, unsure, unknown)
