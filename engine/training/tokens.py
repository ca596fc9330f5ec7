"""The sample checkpoint's tokenizers: BERT's layout over a small vocabulary of whole words.

There are two vocabularies: the one of captions and queries, and the one of questions and answers.
"""

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from engine.training.lexicon import words
from engine.training.question_words import question_words

PAD, UNK, CLS, SEP, DEC, ENC = range(6)
SPECIAL: tuple[str, ...] = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[DEC]", "[ENC]")


_PIECE = re.compile(r"\w+|[^\w\s]")  # as BERT cuts text


class Vocabulary:
    """Tokens in the order of their ids: the special ones, then whole words."""

    def __init__(self, words_: Sequence[str]) -> None:
        """Give each of the words an id."""
        self.tokens: tuple[str, ...] = (*SPECIAL, *words_)
        self.ids = {token: index for index, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        """Return how many tokens there are."""
        return len(self.tokens)

    def encode(self, text: str, first: int) -> list[int]:
        """Return the ids of `text` between `first` (CLS, DEC or ENC) and SEP."""
        return [first, *(self.ids.get(word, UNK) for word in _PIECE.findall(text.lower())), SEP]

    def decode(self, ids: list[int]) -> str:
        """Return the words of `ids` up to the first SEP, special tokens left out."""
        end = ids.index(SEP) if SEP in ids else len(ids)
        return " ".join(self.tokens[i] for i in ids[:end] if i >= len(SPECIAL))

    def padded(self, texts: Sequence[str], first: int) -> tuple[list[list[int]], list[list[int]]]:
        """Return ids and attention mask of `texts`, padded with PAD to the longest."""
        rows = [self.encode(text, first) for text in texts]
        longest = max(map(len, rows))
        ids = [row + [PAD] * (longest - len(row)) for row in rows]
        mask = [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
        return ids, mask


@cache
def captions() -> Vocabulary:
    """Return the vocabulary of captions and queries."""
    return Vocabulary(words())


@cache
def answers() -> Vocabulary:
    """Return the vocabulary of questions and answers."""
    return Vocabulary(question_words())


def save(vocabulary: Vocabulary, folder: Path, max_length: int) -> None:
    """Write vocab.txt, tokenizer.json and their configuration into `folder`."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordPiece(vocab=vocabulary.ids, unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", SEP), ("[CLS]", CLS))
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "vocab.txt").write_text("\n".join(vocabulary.tokens) + "\n", encoding="utf-8")
    named = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[UNK]"}
    special: dict[str, object] = {f"{key}_token": token for key, token in named.items()}
    special["bos_token"] = "[DEC]"  # noqa: S105
    special["additional_special_tokens"] = ["[ENC]"]
    _write(folder / "special_tokens_map.json", special)
    settings = {
        "tokenizer_class": "BertTokenizer",
        "do_lower_case": True,
        "model_max_length": max_length,
    }
    _write(folder / "tokenizer_config.json", special | settings)


def _write(path: Path, data: dict[str, object]) -> None:
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
