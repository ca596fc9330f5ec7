"""Every palette can be read and operated, and the sheet of the window uses nothing unmeasured."""

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from gallery.paths import resources_dir
from gallery.ui import theme as theme_module
from gallery.ui.theme import PALETTES, load_colours, theme

# What stands on what where widgets paint themselves; the sheet's own pairs are read from it.
TEXT_ON = [
    *[(ink, ground) for ink in ("text", "quiet") for ground in ("window", "surface", "sunken")],
    *[(ink, "accent_soft") for ink in ("text", "quiet", "accent")],
    ("on_accent", "accent"),
    ("on_accent", "accent_strong"),
    ("accent", "window"),
    ("accent", "surface"),
    ("warning_text", "warning_soft"),
    ("warning_text", "window"),
    ("danger", "surface"),
    ("danger", "window"),
    ("stage_text", "stage"),
    ("on_spoken", "spoken"),
]
GROUNDS = ("window", "surface", "sunken")
CONTROLS_ON = [
    *[(ink, ground) for ink in ("accent", "strong_border", "text") for ground in GROUNDS],
    ("accent", "accent_soft"),
]
CONTROLS = ("QPushButton", "QToolButton", "QLineEdit", "QPlainTextEdit", "#search", "::indicator")
DECIDED_ELSEWHERE = (":disabled", "#banner")  # inactive; a frame around words, no control
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def luminance(name: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    colour = QColor(name)
    red, green, blue = (linear(part) for part in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def rules() -> Iterator[tuple[str, dict[str, str]]]:
    """Each selector of the window's sheet, with its declarations."""
    text = (resources_dir() / "styles" / "window.qss").read_text("utf-8")
    for selectors, body in RULE.findall(text):
        pairs = (part.split(":", 1) for part in body.split(";") if ":" in part)
        found = {name.strip(): value.strip() for name, value in pairs}
        for selector in selectors.split(","):
            yield selector.strip(), found


def ink(value: str) -> str | None:
    found = re.search(r"\$(\w+)", value)
    return found[1] if found else None


def sheet_texts() -> list[tuple[str, str, str]]:
    """(selector, ink, ground) of all text; without a ground of its own it stands on each."""
    found = []
    for selector, rule in rules():
        colour = ink(rule.get("color", ""))
        if colour is None or ":disabled" in selector or selector == "#banner QLabel":
            continue
        ground = ink(rule.get("background", ""))
        grounds = (ground,) if ground else ("window", "surface")
        if selector.startswith("QPushButton[primary"):
            grounds = ("accent", "accent_strong")
        found += [(selector, colour, ground) for ground in grounds]
    return found


def sheet_borders() -> list[tuple[str, str]]:
    """(selector, ink) of the borders of controls and of all focus rings and selections."""
    found = []
    for selector, rule in rules():
        marks = ":focus" in selector or ":selected" in selector
        if not marks and not any(control in selector for control in CONTROLS):
            continue
        if any(part in selector for part in DECIDED_ELSEWHERE):
            continue
        for name, value in rule.items():
            colour = ink(value) if name.startswith("border") else None
            if colour is not None:
                found.append((selector, colour))
    return found


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize(("ink", "paper"), TEXT_ON)
def test_text_can_be_read(name: str, ink: str, paper: str) -> None:
    colours = load_colours(name)
    assert contrast(colours[ink], colours[paper]) >= 4.5


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize(("ink", "paper"), CONTROLS_ON)
def test_controls_can_be_seen(name: str, ink: str, paper: str) -> None:
    colours = load_colours(name)
    assert contrast(colours[ink], colours[paper]) >= 3.0


@pytest.mark.parametrize("name", PALETTES)
def test_all_text_of_the_sheet_can_be_read(name: str) -> None:
    colours, texts = load_colours(name), sheet_texts()
    assert len(texts) > 40
    assert [
        (*pair, round(ratio, 2))
        for pair in texts
        if (ratio := contrast(colours[pair[1]], colours[pair[2]])) < 4.5
    ] == []


@pytest.mark.parametrize("name", PALETTES)
def test_all_borders_of_controls_rings_and_selections_can_be_seen(name: str) -> None:
    colours, borders = load_colours(name), sheet_borders()
    assert len(borders) > 15
    assert [
        (selector, colour, ground)
        for selector, colour in borders
        for ground in (("accent",) if colour == "on_accent" else ("window", "surface"))
        if contrast(colours[colour], colours[ground]) < 3.0
    ] == []


def test_hints_in_empty_fields_have_a_colour_of_their_own() -> None:
    """Qt would paint them with half the text's opacity, which no palette accounts for."""
    fields = [
        rule
        for selector, rule in rules()
        if "color" in rule and selector in ("#search", "QLineEdit", "QPlainTextEdit")
    ]
    assert len(fields) == 3
    assert all(rule["placeholder-text-color"] == "$quiet" for rule in fields)


def test_whatever_looks_chosen_is_told_by_more_than_a_tint() -> None:
    for selector, rule in rules():
        if ":selected" in selector:
            strong = rule["background"] == "$accent"
            assert strong or any("$accent" in v for k, v in rule.items() if k.startswith("border"))


@pytest.mark.parametrize("name", [name for name in PALETTES if name.startswith("contrast")])
def test_high_contrast_is_seven_to_one_for_text_and_borders(name: str) -> None:
    colours = load_colours(name)
    for ink in ("text", "quiet", "accent", "danger", "border", "strong_border"):
        for ground in GROUNDS:
            assert contrast(colours[ink], colours[ground]) >= 7.0, (ink, ground)


def test_all_palettes_name_the_same_colours() -> None:
    for name in PALETTES:
        assert load_colours(name).keys() == load_colours("light").keys()


@pytest.mark.parametrize("wanted", [True, False])
def test_a_system_that_asks_for_high_contrast_gets_it_in_its_own_scheme(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    before = theme.name
    monkeypatch.setattr(theme_module, "_wants_contrast", lambda: wanted)
    try:
        theme.apply("system")
        scheme = theme.name.removeprefix("contrast-")
        dark = qapp.styleHints().colorScheme() is Qt.ColorScheme.Dark
        assert scheme == ("dark" if dark else "light")
        assert theme.name.startswith("contrast-") is wanted
        window = qapp.palette().color(QPalette.ColorRole.Window)
        assert window == QColor(load_colours(theme.name)["window"])
    finally:
        theme.apply(before)


def test_a_change_of_the_systems_scheme_dresses_again_only_where_the_system_is_followed(
    qapp: QApplication,
) -> None:
    before = theme.name
    try:
        theme.follow_system()
        theme.apply("contrast-dark")
        qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
        assert theme.name == "contrast-dark"
        theme.apply("system")  # asks the real system, which may want no contrast
        theme.name = "contrast-dark"
        qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
        assert not theme.name.startswith("contrast-")
    finally:
        theme.apply(before)
