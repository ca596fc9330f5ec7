"""Films and recordings, from photos to a finished file."""

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from gallery.domain import Clip, Failure, Photo
from gallery.errors import KnownError
from gallery.narration.film import plates
from gallery.narration.film.formats import Format, film_format, sound_format
from gallery.narration.film.frames import FrameMaker
from gallery.narration.film.job import FilmJob, Skipped, Stage, Written
from gallery.narration.film.loudness import Meter, level
from gallery.narration.film.motion import ZOOM
from gallery.narration.film.output import Output, written_whole
from gallery.narration.film.preparing import (
    Materials,
    check_room,
    cover_of,
    estimated_bytes,
    readable,
    timed,
)
from gallery.narration.film.settings import FilmSettings
from gallery.narration.film.sound import Mix, Sound, read_sound
from gallery.narration.film.subtitles import Cue, as_srt, as_vtt, cues_of
from gallery.narration.film.timeline import Pace, Timeline
from gallery.narration.story import Detail, Story, story_of

_SOUND_PACE = Pace(least=0, fade=0, before=0, after=700)
_SOUND_AHEAD_S = 1.0
_TAIL = 2_048  # samples left out at the end: an encoder's last frame would outlast the picture
_ECHO_PX = 320
_MADE_BY = "Photo Narrator"


def write_film(
    photos: Sequence[Photo],
    path: Path,
    materials: Materials,
    settings: FilmSettings,
    *,
    title: str,
    detail: Detail = Detail.DATED,
    pace: Pace | None = None,
    job: FilmJob | None = None,
) -> Written:
    """Write a film of these photos, with .srt and .vtt beside it; blocks until it is there.

    A photo that cannot be read is left out and told. Nothing is left behind where it is stopped
    or fails; raises ``KnownError`` then.
    """
    job = job or FilmJob()
    form = film_format(path)
    shown, skipped = readable(photos, materials, job)
    if not shown:
        raise KnownError("There is nothing to show: none of the photos can be read.")
    story = story_of(shown, title=title, detail=detail)
    timeline = timed(story, materials, pace or Pace(), job)
    check_room(path, estimated_bytes(form, timeline.duration_ms, settings.size, settings.fps))
    with (
        written_whole(path.with_suffix(".vtt")) as vtt,
        written_whole(path.with_suffix(".srt")) as srt,
        written_whole(path) as part,
    ):
        film = _Film(story, timeline, materials, settings, job)
        try:
            lufs = film.write(part, form)
        finally:
            film.close()
        srt.write_text(as_srt(film.cues), "utf-8")
        vtt.write_text(as_vtt(film.cues, settings.language), "utf-8")
    paths = (path, path.with_suffix(".srt"), path.with_suffix(".vtt"))
    return Written(paths, timeline.duration_ms, lufs, (*skipped, *film.unseen))


def write_sound(
    photos: Sequence[Photo],
    path: Path,
    materials: Materials,
    settings: FilmSettings,
    *,
    title: str,
    detail: Detail = Detail.DATED,
    job: FilmJob | None = None,
) -> Written:
    """Write what is said of these photos as a recording with chapters and, where it can, a cover.

    Nothing is left behind where it is stopped or fails; raises ``KnownError`` then.
    """
    job = job or FilmJob()
    form = sound_format(path)
    if not photos:
        raise KnownError("There is nothing to record.")
    story = story_of(photos, title=title, detail=detail)
    timeline = timed(story, materials, _SOUND_PACE, job)
    check_room(path, estimated_bytes(form, timeline.duration_ms))
    mix, gain = _levelled(timeline, materials, settings, job)
    meter = Meter()
    with written_whole(path) as part:
        output = Output(part, form, _tags(timeline), settings.language_code)
        try:
            output.add_audio(timeline.title)
            output.begin(timeline.chapters, *cover_of(story, materials))
            for number, block in enumerate(meter.through(mix.blocks(), gain)):
                if number % 8 == 0:
                    job.progress(Stage.WRITING, output.seconds, timeline.duration_ms / 1_000)
                output.write_sound(block)
            output.finish()
        finally:
            output.abandon()
    return Written((path,), timeline.duration_ms, meter.lufs, ())


class _Film:
    """One film on its way into a file."""

    def __init__(
        self,
        story: Story,
        timeline: Timeline,
        materials: Materials,
        settings: FilmSettings,
        job: FilmJob,
    ) -> None:
        self._story, self._timeline = story, timeline
        self._materials, self._settings, self._job = materials, settings, job
        self.cues = cues_of(timeline)
        self.unseen: list[Skipped] = []
        self._unseen_lock = threading.Lock()
        self._maker = FrameMaker(
            timeline,
            self._plate,
            size=settings.size,
            fps=settings.fps,
            moving=settings.moving,
        )

    def write(self, part: Path, form: Format) -> float | None:
        """Write everything; returns the loudness of what was encoded."""
        mix, gain = _levelled(self._timeline, self._materials, self._settings, self._job)
        meter = Meter()
        settings = self._settings
        output = Output(part, form, _tags(self._timeline), settings.language_code)
        try:
            output.add_video(settings.size, settings.fps, os.cpu_count() or 2)
            output.add_audio("Narration")
            output.add_subtitles()
            output.begin(self._timeline.chapters, *cover_of(self._story, self._materials))
            sound = _shortened(meter.through(mix.blocks(), gain), mix.samples - _TAIL)
            self._write_all(output, sound)
            output.finish()
        finally:
            output.abandon()
        return meter.lufs

    def close(self) -> None:
        """End the threads."""
        self._maker.close()

    def _write_all(self, output: Output, sound: Iterator[Sound]) -> None:
        fps, total_s = self._settings.fps, self._timeline.duration_ms / 1_000
        cues: Iterator[Cue] = iter(self.cues)
        cue = next(cues, None)
        for number, frame in enumerate(self._maker.frames()):
            now = number / fps
            self._job.check()
            if number % fps == 0:
                self._job.progress(Stage.WRITING, now, total_s)
            while cue is not None and cue.start_ms <= (now + _SOUND_AHEAD_S) * 1_000:
                output.write_cue(cue)
                cue = next(cues, None)
            while output.seconds < now + _SOUND_AHEAD_S:
                block = next(sound, None)
                if block is None:
                    break
                output.write_sound(block)
            output.write_frame(frame, number, fps)
        for block in sound:
            output.write_sound(block)

    def _plate(self, index: int) -> plates.Plate:
        """Return the picture of a scene; a photo that is gone by now is told, not shown."""
        settings, scene = self._settings, self._timeline.scenes[index]
        if scene.line is None:
            first = self._materials.picture(self._story.lines[0].photo, _ECHO_PX)
            echo = None if isinstance(first, Failure) else first
            story = self._story
            return plates.title_plate(story.title, story.subtitle, settings.size, echo)
        photo = scene.line.photo
        jpeg = self._materials.picture(photo, _wanted_px(photo, settings))
        if isinstance(jpeg, Failure):
            with self._unseen_lock:
                self.unseen.append(Skipped(photo.name, jpeg.detail))
            return plates.message_plate(photo.name, settings.size)
        return plates.photo_plate(jpeg, settings.size, moving=settings.moving)


def _levelled(
    timeline: Timeline, materials: Materials, settings: FilmSettings, job: FilmJob
) -> tuple[Mix, float]:
    """Return the sound of a film, and the gain that gives it the loudness that is wanted."""

    def say(text: str) -> Clip:
        assert materials.say is not None  # or there would be no clip to make again
        return materials.say(text)

    job.progress(Stage.LEVELLING, 0, 1)
    mix = Mix(timeline, say, music=settings.music)
    music = read_sound(settings.music) if settings.music is not None else None
    return mix, level(mix, music, settings.loudness_lufs, job.check)


def _wanted_px(photo: Photo, settings: FilmSettings) -> int:
    """Return how large a photo is needed, so that its plate covers the frame when it is nearest."""
    width, height = settings.size
    zoom = ZOOM if settings.moving else 1.0
    if not photo.width_px or not photo.height_px:
        return round(max(settings.size) * zoom)
    scale = max(width / photo.width_px, height / photo.height_px)
    longest = max(photo.width_px, photo.height_px) * scale
    return round(min(longest, 2 * max(settings.size)) * zoom)


def _shortened(blocks: Iterable[Sound], samples: int) -> Iterator[Sound]:
    for block in blocks:
        if samples > 0:
            yield block[:samples]
        samples -= len(block)  # the rest is drawn too, so that the meter hears it all


def _tags(timeline: Timeline) -> dict[str, str]:
    return {"title": timeline.title, "artist": _MADE_BY, "comment": "Narrated by Photo Narrator"}
