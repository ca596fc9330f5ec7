"""The buttons of a slideshow, on a dark pill at its foot."""

from PySide6.QtCore import QSize, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from gallery.ui.theme import load_colours, theme

_SHEET = """
#slideshow_controls {{ background: rgba(0, 0, 0, 205); border-radius: 22px; }}
#slideshow_controls QLabel {{ color: {stage_text}; font-size: 12pt; padding: 0 8px; }}
#slideshow_controls QToolButton {{
  background: transparent; border: 2px solid transparent; border-radius: 16px; padding: 5px;
}}
#slideshow_controls QToolButton:hover {{ background: {border}; }}
#slideshow_controls QToolButton:focus {{ border-color: {accent}; }}
"""


class SlideshowControls(QWidget):
    """Previous, hold, next, where it is, full screen, close."""

    previous_requested = Signal()
    pause_requested = Signal()
    next_requested = Signal()
    full_screen_requested = Signal()
    close_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("slideshow_controls")
        self.setAccessibleName(self.tr("Slideshow controls"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._colours = load_colours("dark")
        self.setStyleSheet(_SHEET.format_map(self._colours))
        self._place = QLabel(self)
        self._place.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 14, 6)
        layout.setSpacing(4)
        self._button(
            "previous", self.tr("Previous photo"), self.tr("Left"), self.previous_requested
        )
        self._pause = self._button("pause", "", "", self.pause_requested)
        self._button("next", self.tr("Next photo"), self.tr("Right"), self.next_requested)
        layout.addWidget(self._place)
        self._button(
            "fullscreen", self.tr("Full screen"), self.tr("F11"), self.full_screen_requested
        )
        self._button("close", self.tr("Close the slideshow"), self.tr("Esc"), self.close_requested)
        self.show_paused(paused=False)

    def show_place(self, place: int, total: int) -> None:
        """Show which photo of how many this is."""
        self._place.setText(self.tr("{0:,} of {1:,}").format(place, total))
        self._place.setAccessibleName(self.tr("Photo {0:,} of {1:,}").format(place, total))
        self.adjustSize()

    def show_paused(self, *, paused: bool) -> None:
        """Offer to hold, or to go on."""
        name = self.tr("Go on") if paused else self.tr("Hold picture and voice")
        self._dress(self._pause, "play" if paused else "pause", name, self.tr("Space"))

    def has_focus(self) -> bool:
        """Whether one of the buttons has the keyboard."""
        return any(button.hasFocus() for button in self.findChildren(QToolButton))

    def _button(self, icon: str, name: str, key: str, signal: SignalInstance) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"slideshow_{icon}")
        button.setIconSize(QSize(24, 24))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(signal)
        self._dress(button, icon, name, key)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(button)
        return button

    def _dress(self, button: QToolButton, icon: str, name: str, key: str) -> None:
        # always light on dark, whatever the window's palette
        button.setIcon(theme.icon(icon, "stage_text"))
        button.setAccessibleName(name)
        button.setToolTip(f"{name} ({key})")
