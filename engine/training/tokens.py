"""The sample checkpoint's tokenizer: BERT's layout over a small vocabulary of whole words."""

import json
from functools import cache
from pathlib import Path

from engine.training.lexicon import words

PAD, UNK, CLS, SEP, DEC, ENC = range(6)
SPECIAL: tuple[str, ...] = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[DEC]", "[ENC]")


@cache
def vocabulary() -> tuple[str, ...]:
    """Return every token in the order of its id: the special ones, then whole words."""
    return (*SPECIAL, *words())


@cache
def _ids() -> dict[str, int]:
    return {token: index for index, token in enumerate(vocabulary())}


def encode(text: str, first: int) -> list[int]:
    """Return the ids of `text` between `first` (CLS, DEC or ENC) and SEP."""
    return [first, *(_ids().get(word, UNK) for word in text.lower().split()), SEP]


def decode(ids: list[int]) -> str:
    """Return the words of `ids` up to the first SEP, special tokens left out."""
    end = ids.index(SEP) if SEP in ids else len(ids)
    return " ".join(vocabulary()[i] for i in ids[:end] if i >= len(SPECIAL))


def padded(texts: list[str], first: int) -> tuple[list[list[int]], list[list[int]]]:
    """Return ids and attention mask of `texts`, padded with PAD to the longest."""
    rows = [encode(text, first) for text in texts]
    longest = max(map(len, rows))
    ids = [row + [PAD] * (longest - len(row)) for row in rows]
    mask = [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
    return ids, mask


def save(folder: Path, max_length: int) -> None:
    """Write vocab.txt, tokenizer.json and their configuration into `folder`."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    table = _ids()
    tokenizer = Tokenizer(models.WordPiece(vocab=table, unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", SEP), ("[CLS]", CLS))
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "vocab.txt").write_text("\n".join(vocabulary()) + "\n", encoding="utf-8")
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
