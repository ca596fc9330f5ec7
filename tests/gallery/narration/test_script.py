from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.protocol import Reason
from gallery.domain import Caption, Failure, Origin, Photo
from gallery.narration.script import (
    MISSING_TEXT,
    NO_CAPTION_TEXT,
    reading_time_ms,
    slides,
    spoken_text,
)


def _photo(
    text: str | None = None,
    *,
    origin: Origin = Origin.MODEL,
    unsure: bool = False,
    missing: bool = False,
    failure: Failure | None = None,
) -> Photo:
    now = datetime(2026, 5, 3, tzinfo=UTC)
    caption = None
    if text is not None:
        caption = Caption(1, 7, text, origin, "en", None, None, None, None, unsure, now)
    path = Path("/photos/IMG_1.jpg")
    return Photo(7, 1, path, 9, 4, 3, None, None, missing, caption, failure)


@pytest.mark.parametrize(
    ("caption", "said"),
    [
        ("a cat next to a mouse", "A cat next to a mouse."),
        ("a cat.", "A cat."),
        ("  a  cat\n on a\tmat ", "A cat on a mat."),
        ("a cat on a mat,", "A cat on a mat."),
        ("a picture of a dog", "A dog."),
        ("A photo of two dogs", "Two dogs."),
        ("an image of the sea at night", "The sea at night."),
        ("there is a cat on the sofa", "A cat on the sofa."),
        ("there are two people on a beach", "Two people on a beach."),
        ("this is a photograph of a boat", "A boat."),
        ("picture of a hill", "A hill."),
        ("a black and white photo of a man", "A black and white photo of a man."),
        ("a close up of a flower", "A close up of a flower."),
        ("arafed man in a hat", "Man in a hat."),
        ("a picture of", "A picture of."),
        ("there is", "There is."),
        ('a sign saying "stop!"', 'A sign saying "stop!"'),
        ("1 cat", "1 cat."),
        ("éclairs on a plate", "Éclairs on a plate."),
    ],
)
def test_a_caption_becomes_a_sentence(caption: str, said: str) -> None:
    assert spoken_text(_photo(caption)) == said


@pytest.mark.parametrize(
    ("caption", "said"),
    [
        ("a cat on a mat", "Probably a cat on a mat."),
        ("There is a dog", "Probably a dog."),
        ("A TV in a room", "Probably a TV in a room."),
        ("TV in a room", "Probably TV in a room."),
    ],
)
def test_an_unsure_caption_is_hedged(caption: str, said: str) -> None:
    assert spoken_text(_photo(caption, unsure=True)) == said


def test_a_persons_words_are_said_as_they_stand() -> None:
    text = "There is a picture of Grandma on the wall"
    assert spoken_text(_photo(text, origin=Origin.PERSON)) == f"{text}."


@pytest.mark.parametrize("text", ["", "  \x07 ", ",;"])
def test_an_empty_caption_counts_as_none(text: str) -> None:
    assert spoken_text(_photo(text)) == NO_CAPTION_TEXT


def test_what_is_missing_is_said() -> None:
    assert spoken_text(_photo()) == NO_CAPTION_TEXT
    assert spoken_text(_photo(missing=True)) == MISSING_TEXT


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_sentence(reason: Reason) -> None:
    said = spoken_text(_photo(failure=Failure(reason, "whatever")))
    assert said.endswith(".")
    assert len(said.split()) > 4


def test_the_position_comes_first_where_wanted() -> None:
    assert spoken_text(_photo("a cat"), position=(6, 1_204)) == "Photo 6 of 1,204. A cat."


def test_slides_keep_the_order_and_carry_names() -> None:
    (slide,) = slides([_photo("a cat")])
    assert (slide.photo_id, slide.name, slide.text) == (7, "IMG_1.jpg", "A cat.")


def test_reading_takes_longer_for_longer_text() -> None:
    assert reading_time_ms("A cat.") == 1_500
    assert reading_time_ms("x" * 150) == 10_000
