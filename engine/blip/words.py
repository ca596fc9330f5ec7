"""Text to token ids and back, by the checkpoint's own tokenizer files."""

import re
from pathlib import Path
from typing import Any

from tokenizers import Encoding, Tokenizer, decoders, models, normalizers, pre_tokenizers

from engine.checkpoints import CheckpointError, read_json

_UNKNOWN = "[UNK]"
_WORD = re.compile(r"\w+(?:['’]\w+)*")


class Words:
    """A checkpoint's tokenizer and its special token ids."""

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        text = config.get("text_config") or {}
        self._tokenizer = _tokenizer(folder)
        self.pad: int = text.get("pad_token_id", 0)
        self.dec: int = text.get("bos_token_id", 30522)
        self.sep: int = text.get("sep_token_id", 102)
        self.cls = self._id("[CLS]", folder)
        self.enc = self._enc_id(config)
        self._unknown = self._id(_UNKNOWN, folder)

    def ids(self, text: str, first: int, *, max_length: int) -> list[int]:
        """Token ids of ``text`` between ``first`` and [SEP], cut to ``max_length`` tokens."""
        body = self._tokens(text)
        return [first, *body[: max_length - 2], self.sep]

    def known_ids(self, text: str, first: int, *, max_length: int) -> list[int]:
        """The same, but tokens that stand for an unknown word are left out."""
        known = [token for token in self._tokens(text) if token != self._unknown]
        return [first, *known[: max_length - 2], self.sep]

    def text(self, ids: list[int]) -> str:
        """The words of ``ids`` up to the first [SEP]; special tokens are no words."""
        end = ids.index(self.sep) if self.sep in ids else len(ids)
        special = {self.pad, self.dec, self.enc, self.cls}
        words = [token for token in ids[:end] if token not in special]
        return str(self._tokenizer.decode(words, skip_special_tokens=True)).strip()

    def continued(self, ids: list[int], begun: int) -> str:
        """What ``ids`` add to the text of their first ``begun``, with the space between them."""
        before, whole = self.text(ids[:begun]), self.text(ids)
        known = begun > 0 and ids[begun - 1] != self._unknown  # nothing joins an unknown word
        if known and before and whole.startswith(before):
            return whole[len(before) :]
        more = self.text(ids[begun:])  # the first words may be written otherwise with the rest
        return f" {more}" if more else ""

    def sequences(self, words: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
        """The token ids of each word that this tokenizer can write."""
        each = dict.fromkeys(tuple(self._tokens(word)) for word in words)
        return tuple(ids for ids in each if ids and self._unknown not in ids)

    def places(self, text: str, phrase: str, *, max_length: int) -> tuple[int, ...]:
        """Where the pieces of a phrase stand in the :meth:`ids` of a text that holds it.

        The first time that it stands there in whole words, however it is written in capitals; ()
        where it does not, or stands past ``max_length``.
        """
        wanted = r"\s+".join(map(re.escape, phrase.split()))
        found = re.search(rf"(?<!\w){wanted}(?!\w)", text, re.IGNORECASE) if wanted else None
        if found is None:
            return ()
        spans = self._encoded(text).offsets
        pieces = (
            number
            for number, (begin, end) in enumerate(spans, 1)
            if begin < found.end() and end > found.start()
        )
        return tuple(number for number in pieces if number < max_length - 1)

    def unknown_words(self, text: str) -> tuple[str, ...]:
        """The words of a query that the tokenizer does not know, in order, each once."""
        words = dict.fromkeys(_WORD.findall(text))
        return tuple(word for word in words if self._unknown in self._tokens(word))

    def _tokens(self, text: str) -> list[int]:
        ids: list[int] = self._encoded(text).ids
        return ids

    def _encoded(self, text: str) -> Encoding:
        whole = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair is no text
        return self._tokenizer.encode(whole, add_special_tokens=False)

    def _id(self, token: str, folder: Path) -> int:
        found = self._tokenizer.token_to_id(token)
        if found is None:
            raise CheckpointError(f"The tokenizer in {folder} has no {token}.")
        return int(found)

    def _enc_id(self, config: dict[str, Any]) -> int:
        """[ENC], the first token of image-grounded texts.

        The hub's tokenizer lacks it: there it follows [DEC], as the last of the vocabulary.
        """
        own = config.get("photo_narrator")
        if isinstance(own, dict) and "enc_token_id" in own:
            return int(own["enc_token_id"])
        found = self._tokenizer.token_to_id("[ENC]")
        return int(found) if found is not None else self.dec + 1


def _tokenizer(folder: Path) -> Tokenizer:
    path = folder / "tokenizer.json"
    try:
        if path.is_file():
            tokenizer = Tokenizer.from_file(str(path))
        else:
            path = folder / "vocab.txt"
            tokenizer = _wordpiece(path)
    except Exception as error:  # the tokenizers library raises the base class itself
        message = f"“{path.name}” in {folder} is no tokenizer."
        raise CheckpointError(message, "Copy the checkpoint again.") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _wordpiece(vocabulary: Path) -> Tokenizer:
    """BERT's tokenizer from a bare list of tokens, one a line."""
    settings = vocabulary.parent / "tokenizer_config.json"
    lower = read_json(settings).get("do_lower_case", True) if settings.is_file() else True
    table = models.WordPiece.read_file(str(vocabulary))
    tokenizer = Tokenizer(models.WordPiece(vocab=table, unk_token=_UNKNOWN))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=bool(lower))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(
        [token for token in ("[PAD]", _UNKNOWN, "[CLS]", "[SEP]", "[MASK]") if token in table]
    )
    return tokenizer
