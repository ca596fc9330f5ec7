"""Subtitles of a film: each scene's sentence in pieces short enough to be read, with its times."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gallery.domain import Clip
from gallery.narration.film.timeline import Scene, Timeline

_LINE = 42  # characters, as broadcasters and WCAG's advisers have it
_MOST = 2 * _LINE
_AFTERGLOW_MS = 400  # so long the words stay when they were said
_CLOSING = (".", "!", "?", "…", ";", ":", ",")


@dataclass(frozen=True, slots=True)
class Cue:
    """A piece of text, in at most two lines, and when it is shown."""

    text: str
    start_ms: int
    end_ms: int


def cues_of(timeline: Timeline) -> tuple[Cue, ...]:
    """Return the subtitles in order; none overlaps the next."""
    return tuple(cue for scene in timeline.scenes for cue in _scene_cues(scene))


def as_srt(cues: Sequence[Cue]) -> str:
    """Return a SubRip file."""
    return "\n".join(
        f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}\n{cue.text}\n"
        for number, cue in enumerate(cues, 1)
    )


def as_vtt(cues: Sequence[Cue], language: str) -> str:
    """Return a WebVTT file; ``language`` is BCP 47."""
    pieces = [f"WEBVTT\nLanguage: {language}\n"]
    pieces += [
        f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}\n{vtt_text(cue.text)}\n"
        for cue in cues
    ]
    return "\n".join(pieces)


def vtt_text(text: str) -> str:
    """Escape what WebVTT takes for its own marks."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _scene_cues(scene: Scene) -> Iterator[Cue]:
    pieces = _pieces(scene.text)
    starts = [_said_at(scene, place) for place, _ in pieces]
    end_ms = min(scene.voice_end_ms + _AFTERGLOW_MS, scene.end_ms)
    for (_, piece), (start, end) in zip(pieces, pairwise([*starts, end_ms]), strict=True):
        if end > start:
            yield Cue("\n".join(textwrap.wrap(piece, _LINE)), start, end)


def _pieces(text: str) -> list[tuple[int, str]]:
    """Cut a text into pieces of two lines; each with the place of its first character."""
    pieces: list[tuple[int, str]] = []
    place, rest = 0, text
    while rest.strip():
        skipped = len(rest) - len(rest.lstrip())
        place, rest = place + skipped, rest[skipped:]
        length = _cut(rest)
        pieces.append((place, rest[:length].rstrip()))
        place, rest = place + length, rest[length:]
    return pieces


def _cut(text: str) -> int:
    """Return how many characters go into one piece: to a stop if it can be, else to a space."""
    if len(textwrap.wrap(text, _LINE)) <= 2:
        return len(text)
    lines = textwrap.wrap(text, _LINE)[:2]
    most = min(_MOST + 1, _length_of(text, lines))
    stops = [
        place + 1
        for place in range(most // 2, most - 1)
        if text[place] in _CLOSING and text[place + 1].isspace()
    ]
    return stops[-1] if stops else most


def _length_of(text: str, lines: Sequence[str]) -> int:
    """Return where these wrapped lines end in the text that they were wrapped from."""
    place = 0
    for line in lines:
        for word in line.split():
            place = text.index(word, place) + len(word)
    return place


def _said_at(scene: Scene, place: int) -> int:
    """Return when the word at or after a place of the text sounds."""
    if scene.clip is None:
        share = place / max(1, len(scene.text))
        return scene.voice_ms + round(share * (scene.voice_end_ms - scene.voice_ms))
    return scene.voice_ms + _word_ms(scene.clip, place)


def _word_ms(clip: Clip, place: int) -> int:
    if place == 0:
        return 0
    return next((word.at_ms for word in clip.words if word.start >= place), clip.duration_ms)


def _clock(ms: int, point: str) -> str:
    seconds, ms = divmod(ms, 1_000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{ms:03}"
