"""What stands above the large photo: back, its name and place, and how it is looked at."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from gallery.ui import keys
from gallery.ui.elided_label import ElidedLabel
from gallery.ui.theme import theme
from gallery.ui.viewer_keys import Wish
from gallery.ui.words import count_text


class ViewerHeader(QWidget):
    """Buttons and two lines of words; knows nothing of photos."""

    back_requested = Signal()
    step_requested = Signal(int)
    wished = Signal(object)  # Wish
    full_screen_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)  # on the whole screen it lies over the photo
        self.setStyleSheet("QToolButton { padding: 6px 7px; }")  # many beside a wide caption
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(10, 6, 12, 6)
        self._row.setSpacing(2)
        self._buttons: list[tuple[QToolButton, str]] = []
        tr = self.tr
        back = self._button("back", tr("Back to the photos (Esc)"), self.back_requested)
        back.setText(tr("Photos"))
        back.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._name = ElidedLabel(self, mode=Qt.TextElideMode.ElideMiddle)
        self._name.setObjectName("place_note")
        self._name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._row.addWidget(self._name, 1)
        self._where = QLabel(self)
        self._where.setObjectName("place_note")
        self._row.addWidget(self._where)
        self._row.addSpacing(8)
        self._play = self._wish("pause", "", Wish.PLAY)
        self._play.hide()
        self._add_looking()
        strip = tr("Film strip ({0})").format(keys.FILM_STRIP)
        self._strip = self._wish("film", strip, Wish.FILM_STRIP)
        self._strip.setCheckable(True)
        self._add_going()
        self.show_zoom(1.0)

    def show_photo(self, name: str, place: int, total: int) -> None:
        """Which photo of how many; ``place`` counts from 1."""
        self._name.setText(name)
        self._where.setText(self.tr("{0} of {1}").format(count_text(place), count_text(total)))

    def show_zoom(self, scale: float) -> None:
        """How large it is shown."""
        text = zoom_text(scale)
        self._zoom.setText(text)
        name = self.tr("{0}, to actual size ({1})").format(text, keys.ACTUAL_SIZE[0])
        self._zoom.setAccessibleName(name)
        self._zoom.setToolTip(name)

    def show_moving(self, *, moves: bool, playing: bool) -> None:
        """Offer to hold a moving picture, or to let it go on."""
        name = self.tr("Hold the moving picture") if playing else self.tr("Play the moving picture")
        icon = "pause" if playing else "play"
        at = next(at for at, known in enumerate(self._buttons) if known[0] is self._play)
        self._buttons[at] = (self._play, icon)
        self._play.setIcon(theme.icon(icon))
        _name(self._play, f"{name} ({keys.PLAY})")
        self._play.setVisible(moves)

    def show_strip(self, *, shown: bool) -> None:
        """Whether the film strip is there."""
        self._strip.setChecked(shown)

    def has_focus(self) -> bool:
        """Whether one of the buttons has the keys."""
        return any(button.hasFocus() for button, _ in self._buttons) or self._zoom.hasFocus()

    def changeEvent(self, event: QEvent) -> None:
        """Icons follow the palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_buttons"):
            for button, icon in self._buttons:
                button.setIcon(theme.icon(icon))

    def _add_looking(self) -> None:
        tr = self.tr
        self._wish("zoom-out", tr("Farther ({0})").format(keys.ZOOM_OUT), Wish.ZOOM_OUT)
        self._zoom = QToolButton(self)
        self._zoom.setProperty("quiet", True)
        self._zoom.setMinimumWidth(self.fontMetrics().horizontalAdvance("1,600 %") + 8)
        self._zoom.clicked.connect(lambda: self.wished.emit(Wish.ACTUAL_SIZE))
        self._row.addWidget(self._zoom)
        self._wish("zoom-in", tr("Closer ({0})").format(keys.ZOOM_IN[0]), Wish.ZOOM_IN)
        self._wish("fit", tr("All of the photo ({0})").format(keys.FIT), Wish.FIT)
        self._wish("turn", tr("Turn right ({0})").format(keys.TURN), Wish.TURN)

    def _add_going(self) -> None:
        tr = self.tr
        steps = (
            ("previous", tr("Previous photo (Left)"), -1),
            ("next", tr("Next photo (Space)"), 1),
        )
        for icon, tip, step in steps:
            button = self._button(icon, tip, None)
            button.clicked.connect(lambda *_, by=step: self.step_requested.emit(by))
        self._button("fullscreen", tr("Full screen (F11)"), self.full_screen_requested)

    def _wish(self, icon: str, name: str, wish: Wish) -> QToolButton:
        button = self._button(icon, name, None)
        button.clicked.connect(lambda: self.wished.emit(wish))
        return button

    def _button(self, icon: str, name: str, wish: SignalInstance | None) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(theme.icon(icon))
        button.setIconSize(QSize(18, 18))
        button.setProperty("quiet", True)
        _name(button, name)
        if wish is not None:
            button.clicked.connect(lambda: wish.emit())
        self._row.addWidget(button)
        self._buttons.append((button, icon))
        return button


def zoom_text(scale: float) -> str:
    """Return a scale as it is shown and said: "200 %"."""
    percent = scale * 100
    return f"{percent:.1f} %" if percent < 2 else f"{round(percent):,} %"


def _name(button: QToolButton, name: str) -> None:
    button.setToolTip(name)
    button.setAccessibleName(name)
