"""One describer set: what it is, where it comes from, and what can be done with it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gallery.library.checkpoint_jobs import CheckpointJob
from gallery.library.checkpoint_shelf import Shelved
from gallery.ui.checkpoint_words import bytes_text, does_text, job_text

_BAR_STEPS = 1000
_COMMIT_SHOWN = 12


class CheckpointDetails(QFrame):
    """Shows one set; its buttons are only wishes."""

    use_requested = Signal()
    get_requested = Signal()
    pause_requested = Signal()
    give_up_requested = Signal()
    verify_requested = Signal()
    remove_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("checkpoint_details")
        self._title = self._label("checkpoint_title")
        self._about = self._label("checkpoint_about")
        self._facts = {
            key: self._label(f"checkpoint_{key}") for key in ("does", "size", "licence", "source")
        }
        self._note = self._label("checkpoint_note")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._told = self._label("checkpoint_told")
        self.use = self._button("use", self.tr("&Use"), self.use_requested)
        self.get = self._button("get", self.tr("&Get…"), self.get_requested)
        self.pause = self._button("pause", self.tr("&Pause"), self.pause_requested)
        self.give_up = self._button("give_up", self.tr("Ca&ncel"), self.give_up_requested)
        self.verify = self._button("verify", self.tr("Chec&k files"), self.verify_requested)
        self.remove = self._button("remove", self.tr("Re&move…"), self.remove_requested)
        self.give_up.setToolTip(self.tr("Give it up, and delete what was got"))
        for button in (self.use, self.get):
            button.setProperty("primary", True)
        for widget in (self._bar, self._told):  # nothing moves when work begins
            policy = widget.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            widget.setSizePolicy(policy)
        self._lay_out()

    def show_set(
        self, item: Shelved, job: CheckpointJob, *, can_use: bool, why_not: str = ""
    ) -> None:
        """Show a set and the task, which may be that of another one."""
        self._title.setText(item.title)
        self._about.setText(item.about)
        self._facts["does"].setText(does_text(item.does))
        self._facts["size"].setText(self._size(item))
        self._facts["licence"].setText(item.licence)
        sources = [
            f"{one.repository}  ({one.revision[:_COMMIT_SHOWN]})" for one in item.checkpoints
        ]
        self._facts["source"].setText("\n".join(sources) or self._no_source(item))
        self._note.setText(item.note)
        self._note.setVisible(bool(item.note))
        mine = job if job.name == item.name else CheckpointJob()
        self._show_task(item, mine)
        self._show_buttons(item, mine, busy=job.running)
        self.use.setEnabled(can_use and not job.running)
        self.use.setToolTip(why_not)

    def _show_task(self, item: Shelved, job: CheckpointJob) -> None:
        if job.phase in ("idle", "given up") and item.state == "unfinished":
            job = CheckpointJob(
                item.name, phase="paused", done_bytes=item.done_bytes, total_bytes=item.size_bytes
            )
        shown = job.running or job.phase == "paused"
        self._bar.setVisible(shown)
        counted = job.phase in ("getting", "checking", "paused", "waiting") and job.total_bytes
        self._bar.setRange(0, _BAR_STEPS if counted or not job.running else 0)
        self._bar.setValue(_BAR_STEPS * job.done_bytes // max(job.total_bytes, 1) if counted else 0)
        text = job_text(job)
        self._told.setText(text)
        self._told.setVisible(bool(text))
        self._told.setProperty("failed", job.phase == "failed")
        self._told.style().polish(self._told)
        self._bar.setAccessibleDescription(text)

    def _show_buttons(self, item: Shelved, job: CheckpointJob, *, busy: bool) -> None:
        held = self.focusWidget()
        begun = item.state == "unfinished"
        old = item.state == "outdated"
        offered = item.offer is not None and (not item.installed or old)
        getting = job.running and job.kind == "install"
        texts = {True: self.tr("&Go on"), False: self.tr("&Get…")}
        self.get.setText(self.tr("&Get the new revision…") if old else texts[begun])
        self.get.setVisible(offered and not getting)
        self.get.setEnabled(not busy)
        self.use.setVisible(item.installed and not item.in_use)
        self.pause.setVisible(job.running)
        self.pause.setText(self.tr("&Pause") if getting else self.tr("Sto&p"))
        self.give_up.setVisible(getting or begun)
        own = item.state in ("installed", "outdated")
        self.verify.setVisible(own and not job.running)
        self.verify.setEnabled(not busy)
        self.remove.setVisible(own and not job.running)
        self.remove.setEnabled(not busy and not item.in_use)
        self.remove.setToolTip(self.tr("Use another describer first.") if item.in_use else "")
        if isinstance(held, QPushButton) and not held.isVisibleTo(self):
            self._focus_a_button()

    def _focus_a_button(self) -> None:
        """The button that had the keys is gone: the next one has them."""
        for button in (self.pause, self.get, self.use, self.verify):
            if button.isVisibleTo(self) and button.isEnabled():
                button.setFocus()
                return

    def _size(self, item: Shelved) -> str:
        size = bytes_text(item.size_bytes)
        return size if item.installed or item.done_bytes else self.tr("About {0}").format(size)

    def _no_source(self, item: Shelved) -> str:
        return item.name if item.state == "folder" else self.tr("This program")

    def _lay_out(self) -> None:
        facts = QFormLayout()
        facts.setHorizontalSpacing(18)
        facts.setVerticalSpacing(5)
        facts.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        for key, text in (
            ("does", self.tr("For")),
            ("size", self.tr("Size")),
            ("licence", self.tr("Licence")),
            ("source", self.tr("From")),
        ):
            name = QLabel(text, self)
            name.setObjectName("detail_key")
            name.setAlignment(Qt.AlignmentFlag.AlignTop)
            facts.addRow(name, self._facts[key])
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        for button in (self.use, self.get, self.pause, self.give_up):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.verify)
        buttons.addWidget(self.remove)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._about)
        layout.addSpacing(2)
        layout.addLayout(facts)
        layout.addWidget(self._note)
        layout.addStretch(1)
        layout.addWidget(self._bar)
        layout.addWidget(self._told)
        layout.addSpacing(4)
        layout.addLayout(buttons)

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        return label

    def _button(self, name: str, text: str, wish: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(f"checkpoint_{name}")
        button.setAutoDefault(True)  # Enter presses it, not only Space
        button.clicked.connect(wish)
        return button
