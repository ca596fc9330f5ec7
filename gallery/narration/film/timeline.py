"""When everything of a film happens: derived from how long the sentences really last."""

from collections.abc import Sequence
from dataclasses import dataclass

from gallery.domain import Clip
from gallery.narration.script import reading_time_ms
from gallery.narration.story import Line, Story


@dataclass(frozen=True, slots=True)
class Pace:
    """The times that make the rhythm of a film, in milliseconds.

    ``fade``: how long two pictures are seen together; ``before`` the voice, once the picture is
    there; ``after`` the voice, until the next begins to come; ``least``: a slide's shortest time.
    """

    least: int = 4_000
    fade: int = 800
    before: int = 250
    after: int = 700


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture from its first frame to its last, fades included.

    ``line`` None: the title card. ``clip`` None: nothing is said, the words are read.
    """

    line: Line | None
    text: str
    clip: Clip | None
    start_ms: int
    end_ms: int
    voice_ms: int  # when its sentence begins

    @property
    def voice_end_ms(self) -> int:
        """When its sentence ends; where nothing is said: when it was read."""
        length = reading_time_ms(self.text) if self.clip is None else self.clip.duration_ms
        return self.voice_ms + length


@dataclass(frozen=True, slots=True)
class Chapter:
    """A stretch that players can jump to; without gaps from the first to the last."""

    title: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The scenes in order; each begins ``fade_ms`` before the one before it ends."""

    title: str
    scenes: tuple[Scene, ...]
    fade_ms: int

    @property
    def duration_ms(self) -> int:
        """How long the film is."""
        return self.scenes[-1].end_ms if self.scenes else 0

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """A chapter for each scene, from where its picture is more than half there."""
        starts = [scene.start_ms + self.fade_ms // 2 for scene in self.scenes]
        ends = [*starts[1:], self.duration_ms]
        return tuple(
            Chapter(_short(_name(scene, self.title)), start if number else 0, end)
            for number, (scene, start, end) in enumerate(
                zip(self.scenes, starts, ends, strict=True)
            )
        )


def timeline_of(story: Story, clips: Sequence[Clip | None], pace: Pace | None = None) -> Timeline:
    """Lay a story out in time.

    ``clips``: what is said, for the title card (where the story has one) and each line; None where
    nothing is said.
    """
    pace = pace or Pace()
    said: list[tuple[Line | None, str]] = [(line, line.said) for line in story.lines]
    if story.opening:
        said.insert(0, (None, story.opening))
    scenes = []
    start = 0
    for (line, text), clip in zip(said, clips, strict=True):
        voice = start + pace.fade + pace.before
        length = reading_time_ms(text) if clip is None else clip.duration_ms
        end = max(voice + length + pace.after + pace.fade, start + pace.least + pace.fade)
        scenes.append(Scene(line, text, clip, start, end, voice))
        start = end - pace.fade
    return Timeline(story.title or _first_name(story), tuple(scenes), pace.fade)


def _first_name(story: Story) -> str:
    return story.lines[0].caption if story.lines else ""


def _name(scene: Scene, title: str) -> str:
    return title if scene.line is None else scene.line.caption.rstrip(".")


def _short(text: str, most: int = 70) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
