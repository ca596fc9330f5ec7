"""From what a network wrote to a caption that can be read and spoken."""

import pytest

from engine.blip.wording import has_opening, plain_caption, tidy


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("a picture of a dog on a beach", "a dog on a beach"),
        ("there is a cat that is sitting on a table", "a cat that is sitting on a table"),
        ("there are two dogs running", "two dogs running"),
        ("a close up of a bird on a branch", "a bird on a branch"),
        ("a close - up view of a bird", "a bird"),
        ("an aerial view of a city", "a city"),
        ("araffe cat sitting on a couch", "a cat sitting on a couch"),
        ("an arafed dog running", "a dog running"),
        ("a woman holding a picture of a cat", "a woman holding a picture of a cat"),
        ("a man bald bald bald bald", "a man bald"),
        ("a dog and a dog and a dog and a cat", "a dog and a cat"),
        ("a cat next to a cat next to a dog", "a cat next to a cat next to a dog"),
        ("two dogs dogs", "two dogs"),
        ("a cat catches a cat", "a cat catches a cat"),
        ("", ""),
    ],
)
def test_a_caption_loses_what_says_nothing(said: str, plain: str) -> None:
    assert plain_caption(said, "a picture of") == plain
    assert plain_caption(said, "") == plain


def test_a_caption_of_the_prompt_alone_says_nothing() -> None:
    assert plain_caption("a picture of", "a picture of") == ""


@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        ("a man standing in front of a", "a man standing in front"),
        ("a cat next to the", "a cat"),
        ("a dog that is", "a dog"),
        ("a cat on a table", "a cat on a table"),
        ("with a", ""),
    ],
)
def test_a_caption_that_was_cut_off_does_not_end_in_the_air(cut: str, whole: str) -> None:
    assert tidy(cut, ended=False) == whole
    assert tidy(cut, ended=True) == cut
    assert tidy("a cat with a hat on", ended=True) == "a cat with a hat on"


def test_openings_are_told_from_other_beginnings() -> None:
    for text in ("a picture of", "There is a dog", "this is", "a close up of my", "an image of"):
        assert has_opening(text)
    for text in ("my grandmother's garden with", "a dog", "", "there was", "pictures of"):
        assert not has_opening(text)
