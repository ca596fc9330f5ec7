"""Questions about a photo and their answers, which are always guesses."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.checkpoints import DescriberSet
from engine.match_bands import MatchWord
from engine.presence import asked_about, corrected, denies, is_absent
from engine.protocol import Guess, RequestFailed
from gallery.errors import KnownError
from gallery.library.engine_client import EngineClient
from gallery.library.reliance import is_unsure

LONGEST_QUESTION = 200
"""Characters; a describer reads 35 tokens."""
_CHECKED = ", corrected by ITM"


@dataclass(frozen=True, slots=True)
class PhotoAnswer:
    """What was said to a question: the guesses with the likeliest first, and by which checkpoint.

    No guesses: no word of the question is known. ``settings`` tells how they were found ("beam 3",
    "choices", "yes or no"). ``unsure``: the describer knows drawn scenes, and this is none.
    ``sure``: how sure the likeliest guess is, by bands of the answerer's; never surer than what the
    matcher sees. ``may_not_show``: the thing that the question takes for granted, where the matcher
    does not see it and the guess does not say so.
    """

    question: str
    guesses: tuple[Guess, ...]
    settings: str
    answered_by: str
    unsure: bool
    unknown_words: tuple[str, ...]
    sure: MatchWord = MatchWord.UNSURE
    may_not_show: str = ""

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
    (presence,) = said.presence or (None,)
    return _judged(
        PhotoAnswer(
            question,
            guesses,
            said.settings,
            answerer.id,
            is_unsure(engine.describer_set, path),
            said.unknown_words,
        ),
        engine.describer_set,
        presence,
        open_question=not choices,
    )


def _judged(
    answer: PhotoAnswer, chosen: DescriberSet, presence: float | None, *, open_question: bool
) -> PhotoAnswer:
    """Add how sure it is, and correct what the matcher knows better.

    Only a matcher that was measured corrects; another one raises doubts. Answers that a person
    gave to choose from stay as they are.
    """
    about = asked_about(answer.question) if is_absent(presence) else None
    guesses = answer.guesses
    if about is not None and chosen.match_bands.calibrated and open_question:
        guesses = corrected(about, guesses, presence)
    if not guesses:
        return answer
    sure = chosen.answer_bands.word(guesses[0].probability)
    if guesses != answer.guesses and sure is MatchWord.CERTAIN:
        sure = MatchWord.PROBABLY  # answerer and matcher disagree
    doubted = about.thing if about is not None and not denies(guesses) else ""
    if answer.unsure or doubted:
        sure = MatchWord.UNSURE
    settings = answer.settings + (_CHECKED if guesses != answer.guesses else "")
    return replace(answer, guesses=guesses, settings=settings, sure=sure, may_not_show=doubted)
