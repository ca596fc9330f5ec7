"""What can describe: checkpoints in transformers' own layout, found and checked without torch.

A *describer set* is a captioner, a matcher and an answerer, each a checkpoint at a revision: one
folder that holds the first two (the sample, whose sub-folder “answerer” is the third), a folder of
one part, or a folder with one sub-folder for each part.
The hub's cache layout (``models--OWNER--NAME/snapshots/COMMIT``) is understood too.
"""

import json
import os
import re
import struct
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from engine.installed import installed_folders
from engine.match_bands import UNCALIBRATED, MatchBands
from engine.protocol import CheckpointRef

SAMPLE = "sample"
CAPTIONER_CLASS = "BlipForConditionalGeneration"
MATCHER_CLASS = "BlipForImageTextRetrieval"
ANSWERER_CLASS = "BlipForQuestionAnswering"

_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_TOKENIZERS = ("tokenizer.json", "vocab.txt")
_PREPROCESSOR = "preprocessor_config.json"
_REAL_TEXT_WIDTH, _REAL_TEXT_HEADS, _LIBRARY_TEXT_HEADS = 768, 12, 8
_BLOCK_BYTES, _BLOCKS = 1 << 16, 16
_HINT = "Use “sample”, or a folder with a BLIP checkpoint as it comes from the model hub."


class CheckpointError(Exception):
    """A checkpoint that cannot be used: ``message`` and ``hint`` are for people."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class DescriberSet:
    """What describes. ``note`` says in one sentence what it knows; any part may be absent.

    ``match_bands``: from which scores on its matcher is sure. ``search_floor``: from which cosine
    on a photo is worth showing for a query; None where nobody measured it.
    """

    name: str
    captioner: CheckpointRef | None
    matcher: CheckpointRef | None
    knows_drawn_scenes_only: bool
    note: str
    licence: str
    answerer: CheckpointRef | None = None
    match_bands: MatchBands = UNCALIBRATED
    search_floor: float | None = None


def find_set(
    name_or_folder: str, *, sample_dir: Path, store_dir: Path | None = None
) -> DescriberSet:
    """Return the set of this name ("sample", or one that is installed) or in this folder.

    ``store_dir`` is where installed sets are; ``PHOTO_NARRATOR_CHECKPOINTS`` where none is given.
    Raises CheckpointError.
    """
    if name_or_folder == SAMPLE:
        return sample_set(sample_dir)
    store = store_dir or os.environ.get("PHOTO_NARRATOR_CHECKPOINTS")
    installed = installed_folders(Path(store), name_or_folder) if store else None
    if installed is not None:
        inside = [each for folder in installed for each in _with_answerer(folder)]
        return _set_of(name_or_folder, inside)
    folder = Path(os.path.expanduser(name_or_folder))  # noqa: PTH111 - Path's raises for an unknown ~name
    try:
        return _set_in(name_or_folder, folder)
    except OSError as error:
        message = f"The checkpoint “{name_or_folder}” cannot be read: {error.strerror or error}."
        raise CheckpointError(message, "Check its permissions, or copy it again.") from error


def sample_set(sample_dir: Path) -> DescriberSet:
    """Return the bundled set; raises CheckpointError where the program's files are damaged."""
    if not (sample_dir / "config.json").is_file():
        message = f"The sample checkpoint is missing: there is no “config.json” in {sample_dir}."
        raise CheckpointError(message, "Install the program again.")
    return _set_of(SAMPLE, _with_answerer(sample_dir.absolute()))


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a checkpoint's JSON file; raises CheckpointError."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(f"“{path.name}” is missing in {path.parent}.", _HINT) from error
    except (OSError, ValueError) as error:
        message = f"“{path.name}” in {path.parent} cannot be read: {error}."
        raise CheckpointError(message, "Copy the checkpoint again.") from error
    if not isinstance(value, dict):
        raise CheckpointError(f"“{path.name}” in {path.parent} is no configuration.", _HINT)
    return value


def weights_file(folder: Path) -> Path:
    """Return the file of weights in a checkpoint's folder; raises CheckpointError."""
    return folder / _required(folder, _WEIGHTS)


def vision_folder(folder: Path, config: dict[str, Any]) -> Path:
    """Return the folder whose vision weights a checkpoint uses: mostly its own.

    An answerer may leave them out and name another checkpoint's, relative to its folder.
    """
    named = _own(config).get("vision")
    return Path(os.path.normpath(folder / named)) if isinstance(named, str) else folder


def check_checkpoint(folder: Path) -> CheckpointRef:
    """Check what can be told of a checkpoint without loading it; raises CheckpointError."""
    return _checked(folder, read_json(folder / "config.json"))


def check_config(folder: Path) -> None:
    """Check a checkpoint's configuration before its weights are there; raises CheckpointError."""
    config = read_json(folder / "config.json")
    if not any(str(name).startswith("Blip") for name in config.get("architectures") or ()):
        raise CheckpointError(f"The config in {folder} is not that of a BLIP.", _HINT)
    _check_heads(folder, config)


def revision_of(folder: Path) -> str:
    """Return the hub's commit where the folder tells it, else a hash of the content.

    Of big files the size and sixteen blocks are hashed: a few milliseconds, whatever their size.
    """
    if folder.parent.name == "snapshots" and re.fullmatch(r"[0-9a-f]{40}", folder.name):
        return folder.name
    digest = blake2b(digest_size=16)
    for name in ("config.json", _PREPROCESSOR, *_TOKENIZERS, *_WEIGHTS):
        path = folder / name
        if path.is_file():
            digest.update(f"{name}:{path.stat().st_size}:".encode())
            _hash_blocks(path, digest)
    return digest.hexdigest()


def _set_in(name: str, folder: Path) -> DescriberSet:
    if not folder.is_dir():
        raise CheckpointError(f"There is no checkpoint “{name}”.", _HINT)
    folder = _snapshot(folder.absolute())
    if (folder / "config.json").is_file():
        return _set_of(_title(folder), _with_answerer(folder))
    inside = sorted(_snapshot(entry) for entry in folder.iterdir() if entry.is_dir())
    found = [entry for entry in inside if (entry / "config.json").is_file()]
    if not found:
        raise CheckpointError(f"“config.json” is missing in {folder}.", _HINT)
    return _set_of(folder.name, found)


def _with_answerer(folder: Path) -> list[Path]:
    """A checkpoint's folder, and the sub-folder “answerer” where there is one."""
    inside = _snapshot(folder / "answerer")
    return [folder, inside] if (inside / "config.json").is_file() else [folder]


def _hash_blocks(path: Path, digest: "blake2b") -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= _BLOCK_BYTES * _BLOCKS:
            digest.update(file.read())
            return
        for number in range(_BLOCKS):
            file.seek((size - _BLOCK_BYTES) * number // (_BLOCKS - 1))
            digest.update(file.read(_BLOCK_BYTES))


def _snapshot(folder: Path) -> Path:
    """Step from a folder of the hub's cache to the snapshot that it names, if it is one."""
    snapshots = folder / "snapshots"
    if not snapshots.is_dir():
        return folder
    reference = folder / "refs" / "main"
    if reference.is_file():
        named = snapshots / reference.read_text(encoding="ascii", errors="replace").strip()
        if named.is_dir():
            return named
    newest = max(snapshots.iterdir(), key=lambda entry: entry.stat().st_mtime, default=folder)
    return newest if newest.is_dir() else folder


def _title(folder: Path) -> str:
    """The hub's OWNER/NAME where the path tells it, else the folder's name."""
    if folder.parent.name == "snapshots":
        repository = folder.parent.parent.name
        return repository.removeprefix("models--").replace("--", "/")
    return folder.name


_Part = tuple[CheckpointRef, dict[str, Any]]


def _set_of(name: str, folders: list[Path]) -> DescriberSet:
    parts: dict[str, _Part] = {}
    for folder in folders:
        config = read_json(folder / "config.json")
        known = (CAPTIONER_CLASS, MATCHER_CLASS, ANSWERER_CLASS)
        classes = [each for each in known if each in (config.get("architectures") or [])]
        for each in classes:
            if each in parts:
                raise CheckpointError(
                    f"{folder.parent} holds two checkpoints for the same part: "
                    f"{parts[each][0].id} and {_title(folder)}.",
                    "Name the folder of one of them.",
                )
        if classes:
            part = (_checked(folder, config), config)
            parts |= dict.fromkeys(classes, part)
    if not parts:
        message = f"{folders[0]} holds no BLIP that makes captions or matches text."
        raise CheckpointError(message, _HINT)
    return _described(name, parts)


def _described(name: str, parts: dict[str, _Part]) -> DescriberSet:
    drawn = any("drawn" in str(_own(config).get("domain", "")) for _, config in parts.values())
    captioner, matcher, answerer = (
        parts[each][0] if each in parts else None
        for each in (CAPTIONER_CLASS, MATCHER_CLASS, ANSWERER_CLASS)
    )
    if drawn:
        note = "It knows the drawn scenes of the sample gallery only, not real photos."
    elif captioner is None and matcher is None:
        note = "It answers questions about photos, but makes no captions."
    elif captioner is None:
        note = "It finds photos by what is in them, but makes no captions."
    elif matcher is None:
        note = "It makes captions of photos, but cannot search by what is in them."
    else:
        note = "It makes captions of photos and finds them by what is in them."
    licences = dict.fromkeys(_licence(ref, config) for ref, config in parts.values())
    bands, floor = UNCALIBRATED, None
    if MATCHER_CLASS in parts:
        bands, floor = _match_bands(*parts[MATCHER_CLASS]), _search_floor(*parts[MATCHER_CLASS])
    licence = "; ".join(licences)
    return DescriberSet(name, captioner, matcher, drawn, note, licence, answerer, bands, floor)


def _own(config: dict[str, Any]) -> dict[str, Any]:
    own = config.get("photo_narrator")
    return own if isinstance(own, dict) else {}


def _match_bands(ref: CheckpointRef, config: dict[str, Any]) -> MatchBands:
    """The bands that were measured for a matcher; cautious ones where nobody did."""
    told = _own(config).get("match_bands")
    if told is None:
        return UNCALIBRATED
    try:
        return MatchBands(float(told["certain"]), float(told["probably"]), calibrated=True)
    except (KeyError, TypeError, ValueError) as error:
        message = f"The “match_bands” in “config.json” in {ref.folder} are no bands of scores."
        raise CheckpointError(message, "Copy the checkpoint again.") from error


def _search_floor(ref: CheckpointRef, config: dict[str, Any]) -> float | None:
    """The cosine that was measured for a matcher, if any was."""
    told = _own(config).get("search_floor")
    if told is None:
        return None
    try:
        floor = float(told["cosine"])
    except (KeyError, TypeError, ValueError):
        floor = 2.0
    if not -1 <= floor <= 1:
        message = f"The “search_floor” in “config.json” in {ref.folder} is no cosine."
        raise CheckpointError(message, "Copy the checkpoint again.")
    return floor


def _licence(ref: CheckpointRef, config: dict[str, Any]) -> str:
    own = _own(config)
    if own:
        return str(own.get("licence", "Apache-2.0"))
    card = Path(ref.folder) / "README.md"
    if card.is_file():
        text = card.read_text(encoding="utf-8", errors="replace")[:4000]
        found = re.search(r"^license:\s*(\S+)", text, re.MULTILINE)
        if found:
            return found[1]
    return "not told by the checkpoint (the published BLIP weights are BSD-3-Clause)"


def _checked(folder: Path, config: dict[str, Any]) -> CheckpointRef:
    """Check what can be told before loading; return the reference."""
    weights = folder / _required(folder, _WEIGHTS)
    _required(folder, _TOKENIZERS)
    _required(folder, (_PREPROCESSOR,))
    _check_heads(folder, config)
    if weights.suffix == ".safetensors":
        _check_whole(weights)
    name = str(_own(config).get("name") or _title(folder))
    return CheckpointRef(name, _revision_with_vision(folder, config), str(folder))


def _check_heads(folder: Path, config: dict[str, Any]) -> None:
    text = config.get("text_config") or {}
    width = text.get("hidden_size", _REAL_TEXT_WIDTH)
    heads = text.get("num_attention_heads", _LIBRARY_TEXT_HEADS)
    if width == _REAL_TEXT_WIDTH and heads != _REAL_TEXT_HEADS:
        raise CheckpointError(
            f"The config in {folder} gives the text network {heads} attention heads; BLIP has 12, "
            "and with another number it writes nonsense.",
            "Get a revision of the checkpoint from after April 2023.",
        )


def _revision_with_vision(folder: Path, config: dict[str, Any]) -> str:
    seeing = vision_folder(folder, config)
    if seeing == folder:
        return revision_of(folder)
    _required(seeing, ("config.json",))
    _required(seeing, _WEIGHTS)
    both = f"{revision_of(folder)}:{revision_of(seeing)}"
    return blake2b(both.encode(), digest_size=16).hexdigest()


def _required(folder: Path, names: tuple[str, ...]) -> str:
    for name in names:
        if (folder / name).is_file():
            return name
    wanted = " or ".join(f"“{name}”" for name in names)
    raise CheckpointError(f"{wanted} is missing in {folder}.", "Copy the checkpoint again.")


def _check_whole(path: Path) -> None:
    """Tell a download that broke off: the header says where the last weight ends."""
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > size:
                raise ValueError("the header is longer than the file")
            header = json.loads(file.read(length))
        ends = [entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__"]
        whole = 8 + length + max(ends, default=0)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        message = f"“{path.name}” in {path.parent} is no file of weights."
        raise CheckpointError(message, "Copy the checkpoint again.") from error
    if size != whole:
        message = f"“{path.name}” in {path.parent} is cut off: {size:,} of {whole:,} bytes."
        raise CheckpointError(message, "Copy the checkpoint again.")
