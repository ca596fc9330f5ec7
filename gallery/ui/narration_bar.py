"""What is being said, with the spoken word lit, and the buttons to hold and stop it."""

from html import escape

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from gallery.ui.theme import theme


class NarrationBar(QWidget):
    """Shown while a photo is told."""

    pause_requested = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("narration_bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._text = ""
        self._silent_reason = ""
        self._paused = False
        self._label = QLabel(self)
        self._label.setObjectName("narration_text")
        self._label.setTextFormat(Qt.TextFormat.RichText)
        self._label.setWordWrap(True)
        self._pause = self._button("narration_pause", self.pause_requested)
        self._stop = self._button("narration_stop", self.stop_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(18, 9, 18, 9)
        layout.setSpacing(10)
        layout.addWidget(self._pause)
        layout.addWidget(self._stop)
        layout.addWidget(self._label, 1)
        self._show_icons()
        self.hide()

    def show_text(self, text: str, silent_reason: str) -> None:
        """Begin; ``silent_reason`` says why nothing is heard, where that is so."""
        self._text = text
        self._silent_reason = silent_reason
        self.show_paused(paused=False)
        self.light(0, 0)
        self.show()

    def show_preparing(self) -> None:
        """Say that the voice was asked, so that nobody wonders meanwhile."""
        self.show_text(self.tr("Getting the voice ready…"), "")

    def light(self, start: int, length: int) -> None:
        """Light the word that sounds."""
        before, word = self._text[:start], self._text[start : start + length]
        after = self._text[start + length :]
        style = (
            f"background-color: {theme.colour('spoken').name()};"
            f"color: {theme.colour('on_spoken').name()}"
        )
        lit = f'<span style="{style}">{escape(word)}</span>' if word else ""
        note = f"<br><small>{escape(self._silent_reason)}</small>" if self._silent_reason else ""
        self._label.setText(f"{escape(before)}{lit}{escape(after)}{note}")

    def show_paused(self, *, paused: bool) -> None:
        """Show that the voice is held."""
        self._paused = paused
        self._show_icons()

    def changeEvent(self, event: QEvent) -> None:
        """Icons follow the palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_stop"):
            self._show_icons()

    def _show_icons(self) -> None:
        name = self.tr("Go on telling") if self._paused else self.tr("Hold the voice")
        self._pause.setIcon(theme.icon("play" if self._paused else "pause"))
        self._pause.setAccessibleName(name)
        self._pause.setToolTip(name)
        self._stop.setIcon(theme.icon("stop"))
        self._stop.setAccessibleName(self.tr("Stop telling"))
        self._stop.setToolTip(self.tr("Stop telling (Ctrl+.)"))

    def _button(self, name: str, signal: object) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setIconSize(QSize(18, 18))
        button.clicked.connect(signal)
        return button
