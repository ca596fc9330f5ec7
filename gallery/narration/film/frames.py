"""The frames of a film, in order, made by a few threads ahead of the encoder."""

import math
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gallery.narration.film.motion import Move, move_over, still
from gallery.narration.film.plates import Plate, black_plate
from gallery.narration.film.timeline import Scene, Timeline

Frame = NDArray[np.uint8]
"""Planar YUV 4:2:0: the rows of Y, then those of U and V packed; shape (height * 3 / 2, width)."""

_KEPT_BEHIND, _LOADED_AHEAD = 1, 2
_MOST_WORKERS = 4


class FrameMaker:
    """Makes frame after frame of a timeline.

    ``load`` composes the plate of a scene (by its number) and must not fail; it runs on a thread
    of its own, at most two scenes ahead, so that memory does not grow with the film. Close it.
    """

    def __init__(
        self,
        timeline: Timeline,
        load: Callable[[int], Plate],
        *,
        size: tuple[int, int],
        fps: int,
        moving: bool,
    ) -> None:
        self._timeline, self._load = timeline, load
        self._size, self._fps, self._moving = size, fps, moving
        self.count = max(1, round(timeline.duration_ms * fps / 1_000))
        self._black = black_plate(size)
        self._plates: dict[int, Future[Plate]] = {}
        self._loader = ThreadPoolExecutor(1, thread_name_prefix="film plates")
        workers = min(_MOST_WORKERS, max(1, (os.cpu_count() or 2) - 1))
        self._workers = ThreadPoolExecutor(workers, thread_name_prefix="film frames")
        self._ahead = 2 * workers + 1
        self._place = 0  # the scene of the frame asked for last

    def frames(self) -> Iterator[Frame]:
        """Yield every frame; the same array twice where nothing changed. Read only."""
        coming: deque[Future[Frame]] = deque()
        held: tuple[int, Future[Frame]] | None = None  # a still scene and its picture
        for number in range(self.count):
            active = self._active(number)
            self._fetch(active[0][0])
            if len(active) == 1 and active[0][1] == 1.0 and self._is_still(active[0][0]):
                if held is None or held[0] != active[0][0]:
                    held = active[0][0], self._submit(number, active)
                coming.append(held[1])
            else:
                coming.append(self._submit(number, active))
            if len(coming) > self._ahead:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()

    def close(self) -> None:
        """End the threads; waits for what they have in hand."""
        self._workers.shutdown(wait=True, cancel_futures=True)
        self._loader.shutdown(wait=True, cancel_futures=True)

    def _submit(self, number: int, active: list[tuple[int, float]]) -> "Future[Frame]":
        plates = [self._plates[index] for index, _ in active]
        return self._workers.submit(self._render, number, active, plates)

    def _active(self, number: int) -> list[tuple[int, float]]:
        """Return the scenes seen in a frame and how much of each lies over what is before it."""
        ms = number * 1_000 / self._fps
        scenes, fade = self._timeline.scenes, self._timeline.fade_ms
        first = self._scene_at(ms)
        active = [(first, _risen(ms - scenes[first].start_ms, fade) if first == 0 else 1.0)]
        if first + 1 < len(scenes) and ms >= scenes[first + 1].start_ms:
            active.append((first + 1, _risen(ms - scenes[first + 1].start_ms, fade)))
        elif first + 1 == len(scenes):
            left = _risen(scenes[first].end_ms - ms, fade)
            active = [(first, min(active[0][1], left))]
        return active

    def _scene_at(self, ms: float) -> int:
        """Return the earliest scene that is not over; asked in order, so found at once."""
        scenes = self._timeline.scenes
        index = self._place if ms >= scenes[self._place].start_ms else 0
        while index + 1 < len(scenes) and ms >= scenes[index].end_ms:
            index += 1
        self._place = index
        return index

    def _fetch(self, index: int) -> None:
        """Have the plates at hand and those that come next, and let go of the others."""
        last = min(index + _LOADED_AHEAD, len(self._timeline.scenes) - 1)
        for wanted in range(index, last + 1):
            if wanted not in self._plates:
                self._plates[wanted] = self._loader.submit(self._load, wanted)
        for gone in [known for known in self._plates if known < index - _KEPT_BEHIND]:
            del self._plates[gone]

    def _is_still(self, index: int) -> bool:
        return not self._moving or self._timeline.scenes[index].line is None

    def _render(
        self, number: int, active: list[tuple[int, float]], plates: "list[Future[Plate]]"
    ) -> Frame:
        ms = number * 1_000 / self._fps
        under: Plate = self._black
        for (index, share), future in zip(active, plates, strict=True):
            seen = self._seen(self._timeline.scenes[index], future.result(), ms, index)
            under = seen if share >= 1 else _blended(under, seen, share)
        return _packed(under, self._size)

    def _seen(self, scene: Scene, plate: Plate, ms: float, index: int) -> Plate:
        if self._is_still(index) and plate.size == self._size:
            return plate
        move = self._move(scene, plate)
        box = move.at((ms - scene.start_ms) / max(1, scene.end_ms - scene.start_ms)).box
        width, height = self._size
        half = (box[0] / 2, box[1] / 2, box[2] / 2, box[3] / 2)
        chroma = (width // 2, height // 2)
        return Plate(
            plate.y.resize((width, height), Image.Resampling.BICUBIC, box=box),
            plate.u.resize(chroma, Image.Resampling.BILINEAR, box=half),
            plate.v.resize(chroma, Image.Resampling.BILINEAR, box=half),
        )

    def _move(self, scene: Scene, plate: Plate) -> Move:
        if scene.line is None or not self._moving or plate.size == self._size:
            return still(plate.size)
        return move_over(plate.size, self._size, scene.line.photo.id)


def _risen(ms: float, fade_ms: int) -> float:
    """Return how far a fade has come (0 to 1), slowly at both ends."""
    if ms >= fade_ms:
        return 1.0
    return 0.5 - 0.5 * math.cos(math.pi * max(0.0, ms) / fade_ms)


def _blended(under: Plate, over: Plate, share: float) -> Plate:
    return Plate(
        Image.blend(under.y, over.y, share),
        Image.blend(under.u, over.u, share),
        Image.blend(under.v, over.v, share),
    )


def _packed(plate: Plate, size: tuple[int, int]) -> Frame:
    width, height = size
    planes = b"".join(image.tobytes() for image in (plate.y, plate.u, plate.v))
    return np.frombuffer(planes, np.uint8).reshape(height * 3 // 2, width)
