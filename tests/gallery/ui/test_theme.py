import pytest
from PySide6.QtGui import QColor

from gallery.ui.theme import load_colours

TEXT_ON = [
    ("text", "window"),
    ("text", "surface"),
    ("text", "sunken"),
    ("text", "accent_soft"),
    ("quiet", "window"),
    ("quiet", "surface"),
    ("quiet", "accent_soft"),
    ("on_accent", "accent"),
    ("on_accent", "accent_strong"),
    ("warning_text", "warning_soft"),
    ("danger", "surface"),
    ("stage_text", "stage"),
    ("on_spoken", "spoken"),
]
CONTROLS_ON = [
    ("accent", "window"),
    ("accent", "surface"),
    ("strong_border", "window"),
    ("strong_border", "surface"),
]


def luminance(name: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4

    colour = QColor(name)
    red, green, blue = (linear(part) for part in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), TEXT_ON)
def test_text_can_be_read(theme: str, ink: str, paper: str) -> None:
    colours = load_colours(theme)
    assert contrast(colours[ink], colours[paper]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), CONTROLS_ON)
def test_controls_can_be_seen(theme: str, ink: str, paper: str) -> None:
    colours = load_colours(theme)
    assert contrast(colours[ink], colours[paper]) >= 3.0


def test_both_palettes_name_the_same_colours() -> None:
    assert load_colours("light").keys() == load_colours("dark").keys()
