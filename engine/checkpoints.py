"""What can describe: sets of checkpoints, found by name or folder, without torch.

A *describer set* is a captioner, a matcher and an answerer, each a checkpoint at a revision: one
folder that holds the first two (the sample, whose sub-folder “answerer” is the third), a folder of
one part, or a folder with one sub-folder for each part.
The hub's cache layout (``models--OWNER--NAME/snapshots/COMMIT``) is understood too.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.checkpoint_files import (
    HINT,
    CheckpointError,
    check_checkpoint,
    check_config,
    own_part,
    read_json,
    revision_of,
    title_of,
    vision_folder,
    weights_file,
)
from engine.installed import installed_folders
from engine.likeness import UNCALIBRATED_LIKENESS, Likeness
from engine.match_bands import UNCALIBRATED, MatchBands
from engine.protocol import CheckpointRef

__all__ = [
    "ANSWERER_CLASS",
    "CAPTIONER_CLASS",
    "MATCHER_CLASS",
    "SAMPLE",
    "CheckpointError",
    "DescriberSet",
    "check_checkpoint",
    "check_config",
    "find_set",
    "read_json",
    "revision_of",
    "sample_set",
    "vision_folder",
    "weights_file",
]

SAMPLE = "sample"
CAPTIONER_CLASS = "BlipForConditionalGeneration"
MATCHER_CLASS = "BlipForImageTextRetrieval"
ANSWERER_CLASS = "BlipForQuestionAnswering"


@dataclass(frozen=True, slots=True)
class DescriberSet:
    """What describes. ``note`` says in one sentence what it knows; any part may be absent.

    ``match_bands``: from which scores on its matcher is sure. ``search_floor``: from which cosine
    on a photo is worth showing for a query; None where nobody measured it. ``likeness``: from
    which cosines on two photos are copies of one, or shots of one moment.
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
    likeness: Likeness = UNCALIBRATED_LIKENESS


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


def _set_in(name: str, folder: Path) -> DescriberSet:
    if not folder.is_dir():
        raise CheckpointError(f"There is no checkpoint “{name}”.", HINT)
    folder = _snapshot(folder.absolute())
    if (folder / "config.json").is_file():
        return _set_of(title_of(folder), _with_answerer(folder))
    inside = sorted(_snapshot(entry) for entry in folder.iterdir() if entry.is_dir())
    found = [entry for entry in inside if (entry / "config.json").is_file()]
    if not found:
        raise CheckpointError(f"“config.json” is missing in {folder}.", HINT)
    return _set_of(folder.name, found)


def _with_answerer(folder: Path) -> list[Path]:
    """A checkpoint's folder, and the sub-folder “answerer” where there is one."""
    inside = _snapshot(folder / "answerer")
    return [folder, inside] if (inside / "config.json").is_file() else [folder]


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
                    f"{parts[each][0].id} and {title_of(folder)}.",
                    "Name the folder of one of them.",
                )
        if classes:
            part = (check_checkpoint(folder), config)
            parts |= dict.fromkeys(classes, part)
    if not parts:
        message = f"{folders[0]} holds no BLIP that makes captions or matches text."
        raise CheckpointError(message, HINT)
    return _described(name, parts)


def _described(name: str, parts: dict[str, _Part]) -> DescriberSet:
    drawn = any("drawn" in str(own_part(config).get("domain", "")) for _, config in parts.values())
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
    bands, floor, likeness = UNCALIBRATED, None, UNCALIBRATED_LIKENESS
    if MATCHER_CLASS in parts:
        bands, floor = _match_bands(*parts[MATCHER_CLASS]), _search_floor(*parts[MATCHER_CLASS])
        likeness = _likeness(*parts[MATCHER_CLASS])
    licence = "; ".join(licences)
    return DescriberSet(
        name, captioner, matcher, drawn, note, licence, answerer, bands, floor, likeness
    )


def _match_bands(ref: CheckpointRef, config: dict[str, Any]) -> MatchBands:
    """The bands that were measured for a matcher; cautious ones where nobody did."""
    told = own_part(config).get("match_bands")
    if told is None:
        return UNCALIBRATED
    try:
        return MatchBands(float(told["certain"]), float(told["probably"]), calibrated=True)
    except (KeyError, TypeError, ValueError) as error:
        message = f"The “match_bands” in “config.json” in {ref.folder} are no bands of scores."
        raise CheckpointError(message, "Copy the checkpoint again.") from error


def _search_floor(ref: CheckpointRef, config: dict[str, Any]) -> float | None:
    """The cosine that was measured for a matcher, if any was."""
    told = own_part(config).get("search_floor")
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


def _likeness(ref: CheckpointRef, config: dict[str, Any]) -> Likeness:
    """From which cosines pictures are copies or shots of one; cautious where nobody measured."""
    told = own_part(config).get("likeness")
    if told is None:
        return UNCALIBRATED_LIKENESS
    try:
        return Likeness(float(told["copies"]), float(told["shots"]), calibrated=True)
    except (KeyError, TypeError, ValueError) as error:
        message = f"The “likeness” in “config.json” in {ref.folder} has no cosines."
        raise CheckpointError(message, "Copy the checkpoint again.") from error


def _licence(ref: CheckpointRef, config: dict[str, Any]) -> str:
    own = own_part(config)
    if own:
        return str(own.get("licence", "Apache-2.0"))
    card = Path(ref.folder) / "README.md"
    if card.is_file():
        text = card.read_text(encoding="utf-8", errors="replace")[:4000]
        found = re.search(r"^license:\s*(\S+)", text, re.MULTILINE)
        if found:
            return found[1]
    return "not told by the checkpoint (the published BLIP weights are BSD-3-Clause)"
