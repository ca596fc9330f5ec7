"""Which key of the viewer asks for what."""

from enum import Enum, auto

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from gallery.ui import keys

STEPS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Space: 1,
    Qt.Key.Key_PageDown: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Backspace: -1,
    Qt.Key.Key_PageUp: -1,
}
PANS = {
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Down: (0, -1),
    Qt.Key.Key_Up: (0, 1),
}


class Wish(Enum):
    """What keys with Ctrl, or function keys, ask of the viewer."""

    ZOOM_IN = auto()
    ZOOM_OUT = auto()
    FIT = auto()
    ACTUAL_SIZE = auto()
    TURN = auto()
    TURN_BACK = auto()
    PLAY = auto()
    FILM_STRIP = auto()


_WISHES = {
    QKeySequence(text).toString(): wish
    for wish, texts in (
        (Wish.ZOOM_IN, keys.ZOOM_IN),
        (Wish.ZOOM_OUT, (keys.ZOOM_OUT,)),
        (Wish.FIT, (keys.FIT,)),
        (Wish.ACTUAL_SIZE, keys.ACTUAL_SIZE),
        (Wish.TURN, (keys.TURN,)),
        (Wish.TURN_BACK, (keys.TURN_BACK,)),
        (Wish.PLAY, (keys.PLAY,)),
        (Wish.FILM_STRIP, (keys.FILM_STRIP,)),
    )
    for text in texts
}
# These mean something else in the rest of the window; in the viewer they are the viewer's.
OVERRIDING = frozenset({Wish.ZOOM_IN, Wish.ZOOM_OUT})


def wish_of(event: QKeyEvent) -> Wish | None:
    """Return what a key asks for; "+" counts with or without Shift, which some layouts need."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = Qt.Key(event.key())
    if key is Qt.Key.Key_Plus:
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    return _WISHES.get(QKeySequence(QKeyCombination(modifiers, key)).toString())
