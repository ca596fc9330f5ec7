"""Token ids and wording."""

from collections.abc import Callable
from pathlib import Path

import pytest
from transformers import BertTokenizer

from engine.blip.words import Words
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


def test_what_a_text_adds_to_its_beginning_is_told_with_its_space(make_checkpoint: Make) -> None:
    words = _words(make_checkpoint("captioner"))

    def ids(*tokens: str) -> list[int]:
        return [
            found for token in tokens for found in words.ids(token, words.dec, max_length=9)[1:-1]
        ]

    start = [words.dec, *ids("a cat")]
    assert (
        words.continued([*start, *ids("on the table"), words.sep, 0], len(start)) == " on the table"
    )
    (cut,) = words.sequences(("as",))  # "a" and "##s": the word goes on
    assert words.continued([*start, *cut[1:], words.sep], len(start)) == "s"
    assert words.continued([*start, words.sep], len(start)) == ""
    assert words.continued(start, len(start)) == ""
    unknown = [words.dec, *ids("zebra")]
    assert words.continued([*unknown, *ids("on the table"), words.sep], len(unknown)) == (
        " on the table"
    )
    assert words.continued([*unknown, words.sep], len(unknown)) == ""


def test_words_that_a_tokenizer_cannot_write_need_not_be_forbidden(make_checkpoint: Make) -> None:
    words = _words(make_checkpoint("both"))
    cat = words.ids("cat", words.cls, max_length=9)[1:-1]
    assert words.sequences(("arafed", "cat", "Cat")) == (tuple(cat),)
    letters = _words(make_checkpoint("captioner")).sequences(("arafed",))
    assert [len(ids) for ids in letters] == [6]


@pytest.mark.parametrize(
    ("text", "phrase", "there"),
    [
        ("a cat on the table", "cat", "cat"),
        ("A  Red   CAT, and a cat", "red cat", "red cat"),
        ("concat cat", "cat", "cat"),
        ("a catdog and a dog", "dog", "dog"),
        ("été: a cat", "cat", "cat"),
        ("a cat", "dog", ""),
        ("a cat", "", ""),
    ],
)
def test_the_pieces_of_a_phrase_are_found_in_a_text(
    make_checkpoint: Make, text: str, phrase: str, there: str
) -> None:
    for parts in ("both", "captioner"):
        words = _words(make_checkpoint(parts))
        ids = words.ids(text, words.enc, max_length=40)
        places = words.places(text, phrase, max_length=40)
        assert [ids[place] for place in places] == words.ids(there, words.enc, max_length=40)[1:-1]


def test_a_word_of_several_pieces_stands_at_all_of_them(make_checkpoint: Make) -> None:
    words = _words(make_checkpoint("captioner"))
    assert words.places("a sealed", "sealed", max_length=40) == (2, 3, 4, 5)  # sea ##l ##e ##d
    assert words.places("a sealed", "sealed", max_length=5) == (2, 3)
