"""How fast films and sentences are made here, and how much memory a long film takes.

``python -m gallery.narration.film.bench [--full-size] [--json FILE]``

Each film is made in a process of its own, so that its peak of memory is its own. Pictures are
those of the sample gallery, enlarged to 12 megapixels; nothing is described.
"""

import argparse
import itertools
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from PIL import Image

from engine.images import DecodeError, thumbnail_jpeg
from gallery.domain import Caption, Clip, Failure, Origin, Photo
from gallery.errors import KnownError
from gallery.narration.film.making import write_film
from gallery.narration.film.preparing import Materials
from gallery.narration.film.settings import SIZES, FilmSettings
from gallery.narration.film.timeline import Pace
from gallery.narration.speech import Speech
from gallery.paths import sample_gallery_dir

_PHOTOS = 6
_PHOTO_PX = (4_000, 3_000)
_KINDS = ("red", "small", "old", "wooden", "striped", "shiny", "round", "muddy", "tall", "quiet")
_THINGS = ("dog", "boat", "bicycle", "house", "tree", "chair", "kite", "lamp", "horse", "cup")
_PLACES = ("beach", "hill", "street", "table", "lake", "field", "roof", "bridge", "bench", "wall")
_SHORT = Pace(least=600, fade=200, before=0, after=0)


@dataclass(frozen=True, slots=True)
class FilmMeasure:
    """One film: its length, the time and processor time it took, and the peak of memory."""

    slides: int
    size: str
    kind: str
    film_s: float
    took_s: float
    cpu_s: float
    peak_mb: float | None

    @property
    def speed(self) -> float:
        """Seconds of film made in a second."""
        return self.film_s / self.took_s


@dataclass(frozen=True, slots=True)
class SpeechMeasure:
    """Sentences made: how many, how long all took, and the middle of single waits."""

    sentences: int
    took_s: float
    new_ms: float
    known_ms: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns 0, or 2 where something is missing on this computer."""
    parser = argparse.ArgumentParser(prog="photo-narrator bench narration", description=__doc__)
    parser.add_argument("--full-size", action="store_true", help="a film of 1,000 slides too")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="photo-narrator-bench-") as made:
            speech, films = _measured(Path(made), full=options.full_size)
    except KnownError as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        told = {"speech": asdict(speech), "films": [asdict(film) for film in films]}
        options.json.write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    return 0


def measure_film(
    folder: Path, slides: int, size: str, ending: str, pace: Pace, *, voiced: bool
) -> FilmMeasure:
    """Make one film of so many slides; to be run in a process of its own."""
    photos = _photos(folder, slides)
    path = folder / f"film {slides}{ending}"
    speech = Speech(folder / "speech")
    settings = FilmSettings(size=SIZES[size])
    say = speech.synthesize if voiced else None
    began, cpu = time.perf_counter(), time.process_time()
    try:
        written = write_film(photos, path, Materials(_picture, say), settings, title="", pace=pace)
    finally:
        speech.stop()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    path.unlink()
    return FilmMeasure(slides, size, ending, written.duration_ms / 1e3, took, cpu, _peak_mb())


def measure_speech(folder: Path, count: int) -> SpeechMeasure:
    """Have so many different sentences spoken, then some of them again."""
    speech = Speech(folder / "sentences")
    try:
        speech.synthesize("The first one starts the voice.")
        began = time.perf_counter()
        sentences = list(itertools.islice(_sentences(), count))
        waits = [_timed(speech, text) for text in sentences]
        took = time.perf_counter() - began
        again = [_timed(speech, text) for text in sentences[:50]]
    finally:
        speech.stop()
    return SpeechMeasure(
        count, took, statistics.median(waits) * 1e3, statistics.median(again) * 1e3
    )


def _measured(folder: Path, *, full: bool) -> tuple[SpeechMeasure, list[FilmMeasure]]:
    speech = measure_speech(folder, 1_000)
    print(
        f"speech  {speech.sentences:,} captions in {speech.took_s:.1f} s; a new sentence "
        f"{speech.new_ms:.0f} ms, a known one {speech.known_ms:.1f} ms",
        flush=True,
    )
    films = []
    for ending in (".mp4", ".webm"):
        film = _alone(measure_film, folder, 8, "1080p", ending, Pace(), voiced=True)
        films.append(film)
        print(
            f"film    1080p30 {ending[1:]:4} with effects: {film.speed:.2f} s of film a second, "
            f"{film.cpu_s / film.film_s:.2f} processor seconds each; "
            f"{film.film_s:.0f} s, peak {_mb(film.peak_mb)}",
            flush=True,
        )
    first: FilmMeasure | None = None
    for slides in (10, 200, *((1_000,) if full else ())):
        film = _alone(measure_film, folder, slides, "360p", ".mp4", _SHORT, voiced=False)
        films.append(film)
        first = first or film
        ratio = film.peak_mb / first.peak_mb if film.peak_mb and first.peak_mb else 1.0
        print(
            f"memory  {slides:5,} slides: peak {_mb(film.peak_mb)}, {ratio:.2f} of the first",
            flush=True,
        )
    return speech, films


def _alone(work: object, *arguments: object, voiced: bool) -> FilmMeasure:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, *arguments, voiced=voiced).result()  # type: ignore[arg-type]


def _photos(folder: Path, count: int) -> list[Photo]:
    """Return photos of the size that cameras make; a few files, again and again."""
    files = []
    for number, source in enumerate(sorted(sample_gallery_dir().rglob("*.jpg"))[:_PHOTOS]):
        path = folder / f"{number}.jpg"
        if not path.exists():
            with Image.open(source, formats=("JPEG",)) as opened:
                opened.convert("RGB").resize(_PHOTO_PX).save(path, quality=88)
        files.append(path)
    taken = datetime(2024, 5, 3, 9)  # noqa: DTZ001 - a camera's time has no zone
    caption = Caption(1, 1, "", Origin.MODEL, "en", None, None, None, 0.9, False, taken)
    return [
        Photo(
            *(number, 1, files[number % len(files)], 1, *_PHOTO_PX, taken, "exif", False),
            replace(caption, text=text),
            None,
        )
        for number, text in zip(range(1, count + 1), itertools.cycle(_sentences()), strict=False)
    ]


def _picture(photo: Photo, max_px: int) -> bytes | Failure:
    """As the decoder process answers, but here: its memory counts too."""
    try:
        return thumbnail_jpeg(photo.path, max_px)
    except DecodeError as error:
        return Failure(error.reason, error.detail)


def _sentences() -> "itertools.chain[str]":
    return itertools.chain(
        f"a {kind} {thing} in front of a {place}"
        for kind, thing, place in itertools.product(_KINDS, _THINGS, _PLACES)
    )


def _timed(speech: Speech, text: str) -> float:
    began = time.perf_counter()
    clip: Clip = speech.synthesize(text)
    assert clip.duration_ms
    return time.perf_counter() - began


def _peak_mb() -> float | None:
    """Return the most memory this process had; None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _mb(megabytes: float | None) -> str:
    return "not told here" if megabytes is None else f"{megabytes:.0f} MB"


if __name__ == "__main__":
    sys.exit(main())
