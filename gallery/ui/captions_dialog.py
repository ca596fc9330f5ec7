"""The captions of many photos changed in one step, seen before it is done."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gallery.domain import Photo
from gallery.library.rewording import Append, Change, Clear, Replace, Reworded, SetTo, reworded
from gallery.ui.words import count_text, photos_text

_SHOWN = 500


class CaptionsDialog(QDialog):
    """``chosen``: what is to be stored, exactly as it was shown (the list is of the first ones)."""

    chosen = Signal(object)  # list of Reworded

    def __init__(self, photos: Sequence[Photo], parent: QWidget) -> None:
        super().__init__(parent)
        self._photos = photos
        self._changes: list[Reworded] = []
        self.setWindowTitle(self.tr("Change captions"))
        self.resize(820, 560)
        self._what = QComboBox(self)
        self._what.addItems(
            [
                self.tr("Find and replace"),
                self.tr("Add behind"),
                self.tr("Set all to"),
                self.tr("Take my words back"),
            ]
        )
        self._old, self._new = QLineEdit(self), QLineEdit(self)
        self._old.setObjectName("captions_old")
        self._new.setObjectName("captions_new")
        self._case = QCheckBox(self.tr("&Match case"), self)
        self._whole = QCheckBox(self.tr("Wh&ole words only"), self)
        self._note = QLabel(self)
        self._note.setObjectName("place_note")
        self._list = self._make_list()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        accept = QDialogButtonBox.ButtonRole.AcceptRole
        self._go = self._buttons.addButton(self.tr("Change"), accept)
        self._go.setProperty("primary", True)
        self._buttons.accepted.connect(self._on_accepted)
        self._buttons.rejected.connect(self.reject)
        self._lay_out()
        self._what.currentIndexChanged.connect(self._on_what)
        for line in (self._old, self._new):
            line.textChanged.connect(self._preview)
        for box in (self._case, self._whole):
            box.toggled.connect(self._preview)
        self._on_what()
        self._old.setFocus()

    @property
    def preview(self) -> list[tuple[str, str, str]]:
        """What is listed: the photo, its caption, and what it would be."""
        rows = [self._list.topLevelItem(row) for row in range(self._list.topLevelItemCount())]
        return [(row.text(0), row.text(1), row.text(2)) for row in rows if row is not None]

    def _on_what(self) -> None:
        kind = self._what.currentIndex()
        self._form.setRowVisible(self._old, kind == 0)
        self._form.setRowVisible(self._new, kind != 3)
        self._form.setRowVisible(self._case, kind == 0)
        self._form.setRowVisible(self._whole, kind == 0)
        self._new_label.setText(self.tr("&Replace with:") if kind == 0 else self.tr("Te&xt:"))
        self._preview()

    def _change(self) -> Change | None:
        new = " ".join(self._new.text().split())
        kind = self._what.currentIndex()
        if kind == 0:
            matches = (self._case.isChecked(), self._whole.isChecked())
            return Replace(self._old.text(), self._new.text(), *matches)
        if kind == 3:
            return Clear()
        if not new:
            return None
        return Append(new) if kind == 1 else SetTo(new)

    def _preview(self) -> None:
        change = self._change()
        self._changes = reworded(self._photos, change) if change is not None else []
        self._list.clear()
        back = self.tr("(what was there before your words)")
        items = []
        for one in self._changes[:_SHOWN]:
            after = back if one.after is None else one.after
            item = QTreeWidgetItem([one.photo.name, one.before, after])
            for column in (1, 2):
                item.setToolTip(column, item.text(column))
            items.append(item)
        self._list.addTopLevelItems(items)
        number, of = count_text(len(self._changes)), photos_text(len(self._photos))
        text = self.tr("{0} of {1} would say something else. One undo brings all back.")
        self._note.setText(text.format(number, of))
        self._go.setEnabled(bool(self._changes))

    def _on_accepted(self) -> None:
        self.chosen.emit(self._changes)
        self.accept()

    def _make_list(self) -> QTreeWidget:
        made = QTreeWidget(self)
        made.setObjectName("captions_preview")
        made.setAccessibleName(self.tr("What the captions would say"))
        made.setHeaderLabels([self.tr("Photo"), self.tr("Now"), self.tr("Then")])
        made.setRootIsDecorated(False)
        made.setUniformRowHeights(True)
        made.setAllColumnsShowFocus(True)
        made.setColumnWidth(0, 160)
        made.setColumnWidth(1, 300)
        return made

    def _lay_out(self) -> None:
        self._form = QFormLayout()
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self._new_label = QLabel(self)
        self._new_label.setBuddy(self._new)
        self._form.addRow(self.tr("&What to do:"), self._what)
        self._form.addRow(self.tr("&Find:"), self._old)
        self._form.addRow(self._new_label, self._new)
        self._form.addRow("", self._case)
        self._form.addRow("", self._whole)
        self._old.setAccessibleName(self.tr("Find"))
        self._new.setAccessibleName(self.tr("Text"))
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addLayout(self._form)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._note)
        layout.addWidget(self._buttons)
