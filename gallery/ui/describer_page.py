"""The page of the settings where a person chooses how and where the describer computes."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from engine.protocol import DeviceFound, Precision
from gallery.ui.describer_words import (
    AUTO,
    device_name,
    devices_for,
    idle_text,
    precision_label,
    precision_text,
    refusal_text,
)
from gallery.ui.describing import Describing

_IDLE_MINUTES = (0, 1, 5, 15, 60)
_INDENT_PX = 24
MEASURE = "photo-narrator bench agreement --precision {0} --photos FOLDER"


class DescriberPage(QWidget):
    """Device and precision take hold together, with a button: the program is opened anew for it.

    The time before memory is given back takes hold as it is chosen.
    """

    apply_requested = Signal(str, str)  # device, precision
    idle_chosen = Signal(int)  # minutes; 0: never

    def __init__(self, describing: Describing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._describing = describing
        self.setWindowTitle(self.tr("Describer"))
        self.device = QComboBox(self)
        self.device.setObjectName("describer_device")
        self.precisions = {one: self._radio(one) for one in Precision}
        self._sentences = {one: self._note(precision_text(one)) for one in Precision}
        self._group = QButtonGroup(self)
        for button in self.precisions.values():
            self._group.addButton(button)
        self.measure = self._note("")
        self.measure.setObjectName("describer_measure")
        self.measure.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.told = self._note("")
        self.told.setObjectName("describer_told")
        self.apply = QPushButton(self.tr("&Apply"), self)
        self.apply.setObjectName("describer_apply")
        self.apply.setProperty("primary", True)
        self.apply.setAutoDefault(True)
        self.idle = QComboBox(self)
        self.idle.setObjectName("describer_idle")
        self.setFocusProxy(self.device)
        self._lay_out()
        self._connect()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask what this computer has, and show what is in use."""
        super().showEvent(event)
        self._show_in_use()
        self._describing.look()

    @property
    def chosen_device(self) -> str:
        """The device that the page stands on."""
        return str(self.device.currentData() or AUTO)

    @property
    def chosen_precision(self) -> Precision:
        """The precision that the page stands on."""
        marked = (one for one, button in self.precisions.items() if button.isChecked())
        return next(marked, Precision.EXACT)

    def _connect(self) -> None:
        self._describing.looked.connect(self._show_in_use)
        self._describing.changed.connect(self._show_in_use)
        self._describing.failed.connect(self._on_failed)
        self.device.activated.connect(lambda _: self._show_choice())
        self._group.buttonClicked.connect(lambda _: self._show_choice())
        self.apply.clicked.connect(self._on_apply)
        self.idle.activated.connect(lambda _: self.idle_chosen.emit(self.idle.currentData()))

    def _show_in_use(self) -> None:
        """Stand on what is in use, with what this computer is known to have."""
        used = self._describing
        names = [AUTO, *(device.name for device in used.devices)]
        if used.device not in names:
            names.append(used.device)
        makers = {device.name: device.maker_name for device in used.devices}
        self.device.clear()
        for name in names:
            self.device.addItem(device_name(name, makers.get(name, "")), name)
        self.device.setCurrentIndex(names.index(used.device))
        self.precisions[used.precision].setChecked(True)
        self.idle.clear()
        for minutes in sorted({*_IDLE_MINUTES, used.idle_minutes}):
            self.idle.addItem(idle_text(minutes), minutes)
        self.idle.setCurrentIndex(self.idle.findData(used.idle_minutes))
        self._show_choice()

    def _show_choice(self) -> None:
        """Offer the precisions of the device, and tell what was found out about it."""
        used, device = self._describing, self.chosen_device
        found = devices_for(used.devices, device)
        able = {precision for each in found for precision in each.precisions}
        if device == used.device and not found:  # not looked yet: what is in use is what there is
            able = {Precision.EXACT, used.precision}
        if self.chosen_precision not in able:
            self.precisions[Precision.EXACT].setChecked(True)
        for precision, button in self.precisions.items():
            button.setVisible(precision in able)
            self._sentences[precision].setVisible(precision in able)
        self._show_measure(able)
        self._tell_of(found)
        changed = (device, self.chosen_precision) != (used.device, used.precision)
        refused = device != AUTO and any(self.chosen_precision in one.refused for one in found)
        self.apply.setEnabled(changed and not refused and not used.looking)

    def _show_measure(self, able: set[Precision]) -> None:
        rounded = [one for one in (self.chosen_precision, *sorted(able)) if one != Precision.EXACT]
        self.measure.setVisible(bool(rounded))
        if rounded:
            text = self.tr(
                "Rounded weights may change captions, and how often they do depends on the "
                "checkpoint and on your photos. This command counts it:\n{0}"
            )
            self.measure.setText(text.format(MEASURE.format(rounded[0])))

    def _tell_of(self, found: Sequence[DeviceFound]) -> None:
        sentences = [text for device in found if (text := refusal_text(device))]
        if self._describing.looking:
            sentences = [self.tr("Looking at what this computer can do …")]
        self.told.setProperty("refused", bool(sentences) and not self._describing.looking)
        self.told.style().polish(self.told)
        self.told.setText(" ".join(sentences))
        self.told.setVisible(bool(sentences))

    def _on_failed(self, why: str) -> None:
        self._show_in_use()
        self.told.setText(why)
        self.told.show()

    def _on_apply(self) -> None:
        self.apply_requested.emit(self.chosen_device, str(self.chosen_precision))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        title = QLabel(self.windowTitle(), self)
        title.setObjectName("page_heading")
        layout.addWidget(title)
        layout.addWidget(
            self._note(self.tr("How the describer computes on this computer, and where."))
        )
        layout.addSpacing(6)
        layout.addLayout(self._row(self.tr("&Where it runs"), self.device))
        layout.addWidget(self.told)
        layout.addSpacing(10)
        layout.addWidget(self._heading(self.tr("Precision")))
        choices = QVBoxLayout()
        choices.setSpacing(2)
        for precision, button in self.precisions.items():
            choices.addWidget(button)
            choices.addWidget(self._sentences[precision])
            self._sentences[precision].setContentsMargins(_INDENT_PX, 0, 0, 8)
        layout.addLayout(choices)
        layout.addWidget(self.measure)
        foot = QHBoxLayout()
        foot.addWidget(self.apply)
        foot.addWidget(self._note(self.tr("The library is opened anew for it.")), 1)
        layout.addLayout(foot)
        layout.addSpacing(14)
        layout.addWidget(self._heading(self.tr("When it has nothing to do")))
        layout.addLayout(self._row(self.tr("Give memor&y back"), self.idle))
        layout.addWidget(
            self._note(self.tr("The next search or photo warms it up again, which takes seconds."))
        )
        layout.addStretch(1)

    def _row(self, text: str, box: QComboBox) -> QHBoxLayout:
        label = QLabel(text, self)
        label.setBuddy(box)
        box.setAccessibleName(text.replace("&", ""))
        box.setMinimumWidth(260)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(label)
        row.addWidget(box)
        row.addStretch(1)
        return row

    def _radio(self, precision: Precision) -> QRadioButton:
        button = QRadioButton(precision_label(precision), self)
        button.setObjectName(f"precision_{precision}")
        button.setAccessibleDescription(precision_text(precision))
        return button

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setObjectName("checkpoint_title")
        return label

    def _note(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setObjectName("page_note")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label
