"""Pan and zoom: which part of a plate fills the frame, as a matter of arithmetic alone."""

import hashlib
from dataclasses import dataclass

ZOOM = 1.10
"""How much nearer the nearest view is; plates are this much larger than the frame."""

_DRIFT = 0.35  # of what zooming leaves free, how far a view wanders from the middle


@dataclass(frozen=True, slots=True)
class View:
    """A rectangle of a plate, in its own pixels (fractions included)."""

    left: float
    top: float
    width: float
    height: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return self.left, self.top, self.left + self.width, self.top + self.height


@dataclass(frozen=True, slots=True)
class Move:
    """From one view to another, evenly."""

    first: View
    last: View

    def at(self, share: float) -> View:
        """Return the view at ``share`` of the way (0 to 1)."""
        share = min(max(share, 0.0), 1.0)
        pairs = zip(_parts(self.first), _parts(self.last), strict=True)
        return View(*(a + (b - a) * share for a, b in pairs))

    @property
    def is_still(self) -> bool:
        """Whether nothing moves."""
        return self.first == self.last


def still(plate: tuple[int, int]) -> Move:
    """Return the whole plate, unmoved."""
    view = View(0.0, 0.0, float(plate[0]), float(plate[1]))
    return Move(view, view)


def move_over(plate: tuple[int, int], frame: tuple[int, int], key: int) -> Move:
    """Return how the frame moves over a plate that is at least as large.

    A plate of the frame's shape is zoomed, in or out; one that is longer in a direction is
    crossed from end to end of it, so that all of it is seen. ``key`` (the photo's id) chooses
    between the ways, always the same for the same photo.
    """
    digest = hashlib.sha256(key.to_bytes(8, "little", signed=True)).digest()
    wide = _widest(plate, frame)
    free_x, free_y = plate[0] - wide.width, plate[1] - wide.height
    if max(free_x / plate[0], free_y / plate[1]) > 1 - 1 / ZOOM:
        ends = (
            View(0.0, 0.0, wide.width, wide.height),
            View(free_x, free_y, wide.width, wide.height),
        )
        # mostly downwards: what is above is seen first, faces among it
        return Move(*(reversed(ends) if digest[0] % 4 == 0 else ends))
    near = _near(wide, digest)
    return Move(near, wide) if digest[0] % 2 else Move(wide, near)


def _near(wide: View, digest: bytes) -> View:
    """Return a view inside another, nearer by the zoom and a little off its middle."""
    width, height = wide.width / ZOOM, wide.height / ZOOM
    across, down = ((byte / 255 - 0.5) * 2 * _DRIFT for byte in digest[1:3])
    return View(
        wide.left + (wide.width - width) / 2 * (1 + across),
        wide.top + (wide.height - height) / 2 * (1 + down),
        width,
        height,
    )


def _widest(plate: tuple[int, int], frame: tuple[int, int]) -> View:
    """Return the largest view of the frame's shape in the middle of a plate."""
    scale = min(plate[0] / frame[0], plate[1] / frame[1])
    width, height = frame[0] * scale, frame[1] * scale
    return View((plate[0] - width) / 2, (plate[1] - height) / 2, width, height)


def _parts(view: View) -> tuple[float, float, float, float]:
    return view.left, view.top, view.width, view.height
