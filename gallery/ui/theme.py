"""How the window looks: own palettes, calm and of high contrast, and icons in their colours."""

import json
from collections.abc import Mapping
from functools import lru_cache
from string import Template

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from gallery.paths import resources_dir

PALETTES = ("light", "dark", "contrast-light", "contrast-dark")
THEMES = ("system", *PALETTES)
_ICON_SIZES_PX = (16, 20, 24, 32, 48)
_ROLES: Mapping[QPalette.ColorRole, str] = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "sunken",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "surface",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "on_accent",
    QPalette.ColorRole.PlaceholderText: "quiet",
    QPalette.ColorRole.ToolTipBase: "surface",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.Mid: "border",
    QPalette.ColorRole.Dark: "strong_border",
    QPalette.ColorRole.Light: "surface",
}


class Theme:
    """The colours in use. One for the application; read by delegates and own-drawn widgets."""

    def __init__(self) -> None:
        self.name = "light"
        self._choice = ""
        self._colours: dict[str, str] = {}

    def colour(self, role: str) -> QColor:
        """Return a colour by its role's name in resources/styles."""
        return QColor(self._inks()[role])

    def apply(self, choice: str) -> None:
        """Dress the application in one of ``PALETTES``, or as the ``system`` says."""
        self._choice = choice
        self.name = _resolve(choice)
        self._colours = load_colours(self.name)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        palette = QPalette()
        for role, name in _ROLES.items():
            palette.setColor(role, self.colour(name))
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.colour("strong_border"))
        palette.setColor(
            QPalette.ColorGroup.Disabled,
            QPalette.ColorRole.ButtonText,
            self.colour("strong_border"),
        )
        application.setPalette(palette)
        sheet = (resources_dir() / "styles" / "window.qss").read_text("utf-8")
        application.setStyleSheet(Template(sheet).substitute(self._colours))

    def follow_system(self) -> None:
        """Dress again whenever the system changes its scheme or contrast, where that is chosen."""
        self._hints = QGuiApplication.styleHints()
        self._hints.colorSchemeChanged.connect(self._on_system_changed)
        if hasattr(self._hints, "accessibility"):  # since Qt 6.10
            contrast = self._hints.accessibility()
            contrast.contrastPreferenceChanged.connect(self._on_system_changed)

    def _on_system_changed(self, *_: object) -> None:
        if self._choice == "system":
            self.apply("system")

    def icon(self, name: str, role: str = "text") -> QIcon:
        """Return a line icon in one of the palette's colours."""
        inks = self._inks()
        return _icon(name, inks[role], inks["strong_border"])

    def icon_in(self, name: str, colour: str) -> QIcon:
        """Return a line icon in a colour of its own (on a stage that is always dark)."""
        return _icon(name, colour, self._inks()["strong_border"])

    def _inks(self) -> dict[str, str]:
        if not self._colours:
            self._colours = load_colours(self.name)
        return self._colours


theme = Theme()


def application_icon() -> QIcon:
    """The program's own icon."""
    return QIcon(str(resources_dir() / "icons" / "photo-narrator.svg"))


def load_colours(name: str) -> dict[str, str]:
    """Return the colours of a palette, by role."""
    found = json.loads((resources_dir() / "styles" / f"{name}.json").read_text("utf-8"))
    return {str(key): str(value) for key, value in found.items()}


def _resolve(choice: str) -> str:
    if choice in PALETTES:
        return choice
    dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return ("contrast-" if _wants_contrast() else "") + ("dark" if dark else "light")


def _wants_contrast() -> bool:
    # Qt tells of contrast since 6.10. The hints have to be held: with them goes what they gave.
    hints = QGuiApplication.styleHints()
    if not hasattr(hints, "accessibility"):
        return False
    return hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast


@lru_cache(maxsize=128)
def _icon(name: str, colour: str, disabled: str) -> QIcon:
    source = (resources_dir() / "icons" / f"{name}.svg").read_text("utf-8")
    icon = QIcon()
    for mode, ink in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, disabled)):
        svg = QSvgRenderer(QByteArray(source.replace("currentColor", ink).encode()))
        for size in _ICON_SIZES_PX:
            pixmap = QPixmap(size, size)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            svg.render(painter, QRectF(0, 0, size, size))
            painter.end()
            icon.addPixmap(pixmap, mode)
    return icon
