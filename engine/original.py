"""Make a checkpoint of a file of the authors', all of BLIP around one image encoder.

``python -m engine.original FILE.pth FOLDER [--vocabulary FOLDER] [--image-size 384]``

The file is read as data, never run; nothing is downloaded. The folder is in transformers' own
layout, whole or not there at all.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.checkpoints import CheckpointError, find_set
from engine.vocabulary import find_words

if TYPE_CHECKING:
    from torch import Tensor

_DONE, _WRONG_USE = 0, 2
_SPARE_BYTES = 16 << 20
_BLOCK_BYTES = 1 << 20
_MEAN, _STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
_CARD = """---
license: bsd-3-clause
---
# BLIP, from the authors' own file

Made by Photo Narrator from “{name}” (sha256 {digest}), whose weights are those of
salesforce/BLIP: BSD-3-Clause, released for research purposes. The tensors are unchanged{places};
what only training used (momentum copies, queues) is left out. Everything stands around one image
encoder, so that captions and vectors need one look at a photo.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Import a file; returns 0, or 2 for one that cannot be used."""
    options = _options(arguments)
    try:
        made = import_original(
            options.file, options.folder, vocabulary=options.vocabulary, image_px=options.image_size
        )
    except CheckpointError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
        return _WRONG_USE
    for name in made:
        print(f"Left out, as BLIP has no use for it: {name}", file=sys.stderr)
    chosen = find_set(str(options.folder), sample_dir=options.folder)
    print(f"{options.folder}: {chosen.note}")
    return _DONE


def import_original(
    file: Path, folder: Path, *, vocabulary: Path | None = None, image_px: int | None = None
) -> tuple[str, ...]:
    """Write a checkpoint from the authors' file; returns the names of tensors that are left out.

    ``image_px``: the side of the pictures that it will take, by default the file's own. Raises
    CheckpointError; then there is no folder.
    """
    file, folder = file.expanduser(), folder.expanduser()
    _check_paths(file, folder)
    from engine.blip import original
    from engine.blip.whole import check_whole  # torch: seconds

    read = original.read_original(file)
    config = original.config_of(read.tensors, file)
    text = config["text_config"]
    words = find_words(vocabulary, file, text["bos_token_id"])
    text |= {"pad_token_id": words.index("[PAD]"), "sep_token_id": words.index("[SEP]")}
    text["eos_token_id"] = text["sep_token_id"]
    own = config["vision_config"]["image_size"]
    tensors = original.at_size(read.tensors, config, own if image_px is None else image_px)
    check_whole(tensors, config, file)
    moved = "" if image_px in (None, own) else f" but for the places, interpolated from {own} px"
    card = _CARD.format(name=file.name, digest=_sha256(file), places=moved)
    _write(folder, tensors, config, words, card)
    return read.left_out


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m engine.original", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE.pth")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the checkpoint to make")
    parser.add_argument(
        "--vocabulary", type=Path, metavar="FOLDER", help="where bert-base-uncased's words are"
    )
    parser.add_argument(
        "--image-size", type=int, metavar="PX", help="of the pictures it takes (the file's own)"
    )
    return parser.parse_args(arguments)


def _check_paths(file: Path, folder: Path) -> None:
    if not file.is_file():
        raise CheckpointError(f"There is no file {file}.", "Check its name.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CheckpointError(f"{folder} is there already.", "Name a new folder.")
    if not folder.absolute().parent.is_dir():
        message = f"There is no folder {folder.absolute().parent}."
        raise CheckpointError(message, "Make it, or name another place.")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _write(
    folder: Path, tensors: dict[str, "Tensor"], config: dict[str, Any], words: list[str], card: str
) -> None:
    """Write everything beside the folder first, so that it is whole or not there."""
    from engine.blip.whole import save_weights

    size = sum(4 * tensor.numel() for tensor in tensors.values())
    fresh = folder.absolute().with_name(f".{folder.name[:80]}.{os.getpid()}.new")
    try:
        if shutil.disk_usage(fresh.parent).free < size + _SPARE_BYTES:
            message = f"There is not enough room for {size / 1e9:.1f} GB in {fresh.parent}."
            raise CheckpointError(message, "Make room, or name another place.")
        fresh.mkdir()
        try:
            texts = _texts(config, words, card)
            for name, text in texts.items():
                (fresh / name).write_text(text, encoding="utf-8")
            save_weights(tensors, fresh / "model.safetensors")
            if folder.is_dir():
                folder.rmdir()  # empty; not every system replaces it
            fresh.rename(folder.absolute())
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        message = f"{folder} cannot be written: {error.strerror or error}."
        raise CheckpointError(message, "Name another place, or make room.") from error


def _texts(config: dict[str, Any], words: list[str], card: str) -> dict[str, str]:
    side = config["vision_config"]["image_size"]
    preprocessor = {
        "image_processor_type": "BlipImageProcessor",
        "do_convert_rgb": True,
        "do_resize": True,
        "size": {"height": side, "width": side},
        "resample": 3,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": _MEAN,
        "image_std": _STD,
    }
    tokenizer = {"tokenizer_class": "BertTokenizer", "do_lower_case": True}
    return {
        "config.json": json.dumps(config, indent=2) + "\n",
        "preprocessor_config.json": json.dumps(preprocessor, indent=2) + "\n",
        "tokenizer_config.json": json.dumps(tokenizer, indent=2) + "\n",
        "vocab.txt": "\n".join(words) + "\n",
        "README.md": card,
    }


if __name__ == "__main__":
    sys.exit(main())
