"""Token ids and wording."""

from collections.abc import Callable
from pathlib import Path

import pytest
from transformers import BertTokenizer

from engine.blip.words import Words, plain_caption
from engine.checkpoints import CheckpointError, read_json

Make = Callable[..., Path]


def _words(folder: Path) -> Words:
    return Words(folder, read_json(folder / "config.json"))


@pytest.mark.parametrize("parts", ["both", "captioner"])
def test_ids_and_words_are_those_of_transformers(make_checkpoint: Make, parts: str) -> None:
    folder = make_checkpoint(parts)
    words, reference = _words(folder), BertTokenizer.from_pretrained(folder)
    for text in ("A Cat on the table", "two  dogs, red-blue!", "", "sea's cat"):
        ids = words.ids(text, words.cls, max_length=35)
        assert ids == reference(text).input_ids
        assert words.text(ids[1:]) == reference.decode(ids[1:], skip_special_tokens=True).strip()


def test_long_texts_are_cut_and_still_end(make_checkpoint: Make) -> None:
    words = _words(make_checkpoint("both"))
    ids = words.ids("cat " * 100, words.enc, max_length=12)
    assert len(ids) == 12
    assert (ids[0], ids[-1]) == (words.enc, words.sep)


def test_unknown_words_are_told_once_and_punctuation_is_none(make_checkpoint: Make) -> None:
    words = _words(make_checkpoint("both"))
    asked = "A cat, a Zebra & two zebras on the table?! Zebra"
    assert words.unknown_words(asked) == ("Zebra", "zebras")
    assert words.unknown_words("...") == ()
    assert words.unknown_words("cat \udce9") == ()
    assert (
        words.known_ids("cat \udce9", words.cls, max_length=9)[1:2]
        == words.ids("cat", words.cls, max_length=9)[1:2]
    )
    known = words.known_ids("zebra cat", words.cls, max_length=9)
    assert known == words.ids("cat", words.cls, max_length=9)


def test_a_broken_tokenizer_is_told(make_checkpoint: Make, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(CheckpointError, match="is no tokenizer"):
        Words(tmp_path, {})
    (tmp_path / "tokenizer.json").unlink()
    (tmp_path / "vocab.txt").write_text("cat\ndog\n")
    with pytest.raises(CheckpointError, match=r"has no \[CLS\]"):
        Words(tmp_path, {})


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
        ("", ""),
    ],
)
def test_a_caption_loses_what_says_nothing(said: str, plain: str) -> None:
    assert plain_caption(said, "a picture of") == plain
    assert plain_caption(said, "") == plain


def test_a_caption_of_the_prompt_alone_says_nothing() -> None:
    assert plain_caption("a picture of", "a picture of") == ""
