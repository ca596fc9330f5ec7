"""The words of bert-base-uncased, which BLIP's files do not hold: found on disk, and checked."""

import json
from pathlib import Path

from engine.checkpoints import CheckpointError

_NAMES = ("vocab.txt", "tokenizer.json")
_NEEDED = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
_ADDED = ("[DEC]", "[ENC]")
_HINT = (
    "Name a folder that has “vocab.txt” or “tokenizer.json” of bert-base-uncased "
    "(--vocabulary FOLDER); every published BLIP checkpoint has them too."
)


def find_words(named: Path | None, beside: Path, count: int) -> list[str]:
    """Return BERT's ``count`` words by their ids, without BLIP's own [DEC] and [ENC].

    From the folder (or file) that is named, else from what lies ``beside`` a file: in its folder,
    or in a folder “bert-base-uncased” there. Raises CheckpointError.
    """
    places = [named] if named else [beside.parent, beside.parent / "bert-base-uncased"]
    candidates = [place / name for place in places for name in _NAMES]
    if named is not None and named.is_file():
        candidates = [named]
    path = next((candidate for candidate in candidates if candidate.is_file()), None)
    if path is None:
        looked = " or ".join(str(place) for place in places)
        raise CheckpointError(f"The words of bert-base-uncased are not in {looked}.", _HINT)
    words = [word for word in _words(path) if word not in _ADDED]
    lacking = [word for word in _NEEDED if word not in words]
    if lacking or len(words) != count or len(set(words)) != count:
        message = f"{path} is not the vocabulary of this file: it has {len(words):,} words"
        message += f" and lacks {', '.join(lacking)}" if lacking else ""
        raise CheckpointError(f"{message}; {count:,} are needed.", _HINT)
    return words


def _words(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".json":
            return text.removesuffix("\n").split("\n")  # some words hold other line separators
        ids = json.loads(text)["model"]["vocab"]
        return [word for word, _ in sorted(ids.items(), key=lambda entry: int(entry[1]))]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{path} cannot be read as a vocabulary.", _HINT) from error
