"""Finding a setting by its words: pages without them go, and what says them is marked."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QLabel,
    QRadioButton,
    QWidget,
)

_MARKED = (QLabel, QRadioButton, QCheckBox)


def page_says(page: QWidget, words: list[str]) -> bool:
    """Whether all words stand somewhere in the page: names, sentences, choices, list rows."""
    text = "\n".join(_texts(page))
    return all(word in text for word in words)


def mark(page: QWidget, words: list[str]) -> QWidget | None:
    """Mark what says any of the words (none: unmark all); return the first control among it."""
    first: QWidget | None = None
    for widget in page.findChildren(QWidget):
        found = bool(words) and any(word in text for text in _own(widget) for word in words)
        if isinstance(widget, _MARKED) and bool(widget.property("found")) is not found:
            widget.setProperty("found", found)
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        if found and first is None and widget.isEnabled():
            first = _control(widget)
    return first


def words_of(text: str) -> list[str]:
    """What was typed, as it is compared."""
    return text.casefold().split()


def _control(widget: QWidget) -> QWidget | None:
    if isinstance(widget, QLabel):
        return widget.buddy()
    return widget if widget.focusPolicy() & Qt.FocusPolicy.TabFocus else None


def _texts(page: QWidget) -> Iterator[str]:
    yield page.windowTitle().casefold()
    for widget in page.findChildren(QWidget):
        yield from _own(widget)


def _own(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text().replace("&", "").casefold()
    elif isinstance(widget, QComboBox):
        yield widget.accessibleName().casefold()
        yield from (widget.itemText(row).casefold() for row in range(widget.count()))
    elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
        model = widget.model()
        yield from (str(model.index(row, 0).data()).casefold() for row in range(model.rowCount()))
