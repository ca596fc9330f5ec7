"""Before a film is written: which photos can be shown, what is said, and how long it takes."""

import io
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gallery.domain import Clip, Failure, Photo
from gallery.errors import KnownError
from gallery.narration.film.formats import Format, encoder_of
from gallery.narration.film.job import FilmJob, Skipped, Stage
from gallery.narration.film.timeline import Pace, Timeline, timeline_of
from gallery.narration.script import MISSING_TEXT
from gallery.narration.story import Story

_CHECKED_PX = 64  # a JPEG is read whole for it, but decoded at an eighth of its size
_SPARE_BYTES = 50_000_000
_COVER_PX = 1_280


@dataclass(frozen=True, slots=True)
class Materials:
    """What a film is made of; both may be called from any thread, and block.

    ``picture``: a photo as an upright JPEG within so many pixels squared, or why there is none.
    ``say``: a sentence as a clip; None for a film without a voice, whose words are only read.
    """

    picture: Callable[[Photo, int], bytes | Failure]
    say: Callable[[str], Clip] | None


def readable(
    photos: Sequence[Photo], materials: Materials, job: FilmJob
) -> tuple[list[Photo], list[Skipped]]:
    """Return the photos that can be shown, in order, and those that cannot."""
    shown: list[Photo] = []
    skipped: list[Skipped] = []
    for number, photo in enumerate(photos):
        job.progress(Stage.PREPARING, number, 2 * len(photos))
        if photo.missing:
            skipped.append(Skipped(photo.name, MISSING_TEXT))
            continue
        found = materials.picture(photo, _CHECKED_PX)
        if isinstance(found, Failure):
            skipped.append(Skipped(photo.name, found.detail))
        else:
            shown.append(photo)
    return shown, skipped


def timed(story: Story, materials: Materials, pace: Pace, job: FilmJob) -> Timeline:
    """Have everything spoken and lay it out in time; raises ``KnownError`` without a voice."""
    texts = [story.opening] if story.opening else []
    texts += [line.said for line in story.lines]
    clips: list[Clip | None] = []
    for number, text in enumerate(texts):
        job.progress(Stage.PREPARING, len(texts) + number, 2 * len(texts))
        clips.append(None if materials.say is None else materials.say(text))
    return timeline_of(story, clips, pace)


def cover_of(story: Story, materials: Materials) -> tuple[bytes | None, tuple[int, int]]:
    """Return the first photo as a JPEG for players to show, with its size; None without one."""
    for line in story.lines[:1]:
        jpeg = materials.picture(line.photo, _COVER_PX)
        if not isinstance(jpeg, Failure):
            with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as opened:
                return jpeg, opened.size
    return None, (0, 0)


def estimated_bytes(
    form: Format, duration_ms: int, size: tuple[int, int] = (0, 0), fps: int = 0
) -> int:
    """Return about how large a file gets: rather too much than too little."""
    bits = encoder_of(form.audio).bits
    if form.video:
        bits += encoder_of(form.video).bits * size[0] * size[1] * fps
    return round(bits / 8 * duration_ms / 1_000)


def check_room(path: Path, needed_bytes: int) -> None:
    """Raise ``KnownError`` where the disk that ``path`` will lie on has too little room."""
    try:
        free = shutil.disk_usage(path.parent).free
    except OSError as error:
        raise KnownError(
            f"There is no folder {path.parent} to write into.", "Choose another folder."
        ) from error
    if free < needed_bytes + _SPARE_BYTES:
        raise KnownError(
            f"{path.name} takes about {needed_bytes / 1e6:,.0f} MB, and only "
            f"{free / 1e6:,.0f} MB are free in {path.parent}.",
            "Free some space, or choose a smaller size or another folder.",
        )
