"""The bottom line: what is being done, how long it takes, and who describes."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from gallery.library.events import EngineState, Progress
from gallery.ui.elided_label import ElidedLabel
from gallery.ui.theme import theme
from gallery.ui.words import count_text, duration_text, tool_tip

_LEAST_PX = 60


class StatusLine(QWidget):
    """One quiet line; its text is also what a screen reader reads."""

    pause_requested = Signal()
    resume_requested = Signal()
    cancel_requested = Signal()
    retry_requested = Signal()
    settings_requested = Signal()
    film_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status_line")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.progress = Progress()
        self._describer = ""
        self._engine = EngineState()
        self._text = ElidedLabel(self)
        self._text.setObjectName("progress_text")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(150)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._pause = self._button("pause_button", self._on_pause)
        self._cancel = self._button("cancel_button", self.cancel_requested.emit)
        self._cancel.setToolTip(self.tr("Stop this work; it can go on at any time"))
        self._cancel.setAccessibleName(self.tr("Cancel the work"))
        self._download = self._button("download_status", self.settings_requested.emit)
        self._download.setMinimumWidth(_LEAST_PX)  # in a narrow window it is cut off
        self._download.hide()
        self._film = self._button("film_status", self.film_clicked.emit)
        self._film.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._film.setMinimumWidth(_LEAST_PX)
        self._film.hide()
        self._who = QLabel(self)
        self._who.setObjectName("describer")
        self._retry = QToolButton(self)
        self._retry.setText(self.tr("Try again"))
        self._retry.setObjectName("retry_engine")
        self._retry.clicked.connect(self.retry_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(18, 5, 18, 5)
        layout.setSpacing(10)
        for widget in (self._bar, self._pause, self._cancel):
            layout.addWidget(widget)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._film)
        layout.addWidget(self._download)
        layout.addWidget(self._who)
        layout.addWidget(self._retry)
        self.setMinimumHeight(38)
        self.show_progress(self.progress)
        self._show_describer()

    def show_progress(self, progress: Progress) -> None:
        """Say what is being done."""
        self.progress = progress
        working = progress.phase in ("scanning", "reading", "describing")
        paused = progress.phase == "paused"
        self._bar.setVisible((working or paused) and bool(progress.total))
        self._bar.setRange(0, max(1, progress.total))
        self._bar.setValue(min(progress.done, progress.total))
        self._pause.setVisible(working or paused)
        self._cancel.setVisible(working)
        self._show_icons()
        text = self._words(progress)
        self._text.setText(text)
        self._bar.setAccessibleDescription(text)

    def show_describer(self, name: str, state: EngineState) -> None:
        """Say which set describes, and how its engine stands."""
        self._describer, self._engine = name, state
        self._show_describer()

    def show_download(self, text: str, why: str = "") -> None:
        """Say how getting a describer stands; an empty text: nothing is to be told."""
        self._download.setText(text)
        self._download.setAccessibleName(text)
        self._download.setToolTip(tool_tip("\n".join(filter(None, (text, why)))))
        self._download.setVisible(bool(text))

    def show_film(self, text: str, click: str = "") -> None:
        """Say how a film stands and what a click does; an empty text: there is nothing to say."""
        self._film.setText(text)
        self._film.setToolTip(click)
        self._film.setAccessibleName(f"{text}. {click}" if text else "")
        self._film.setVisible(bool(text))

    def show_no_describer(self, why: str) -> None:
        """Say that nothing describes, and why."""
        self._who.setText(self.tr("No describer"))
        self._who.setToolTip(why)
        self._text.setText(why)

    def changeEvent(self, event: QEvent) -> None:
        """Icons follow the palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_cancel"):
            self._show_icons()

    def _show_icons(self) -> None:
        paused = self.progress.phase == "paused"
        self._pause.setIcon(theme.icon("play" if paused else "pause"))
        name = self.tr("Go on with the work") if paused else self.tr("Pause the work")
        self._pause.setAccessibleName(name)
        self._pause.setToolTip(name)
        self._cancel.setIcon(theme.icon("close"))
        self._film.setIcon(theme.icon("close"))

    def _on_pause(self) -> None:
        if self.progress.phase == "paused":
            self.resume_requested.emit()
        else:
            self.pause_requested.emit()

    def _show_describer(self) -> None:
        state = self._engine
        texts = {
            "off": self.tr("Describer: {0}"),
            "starting": self.tr("Describer: {0} (warming up)"),
            "ready": self.tr("Describer: {0} on {1}"),
            "failed": self.tr("The describer did not start: {2}"),
        }
        device = {"cpu": self.tr("the processor"), "cuda": self.tr("the graphics card")}
        text = texts.get(state.phase, texts["off"]).format(
            self._describer, device.get(state.device, state.device), state.detail
        )
        self._who.setText(text if self._describer else "")
        self._who.setToolTip(state.detail)
        self._retry.setVisible(state.phase == "failed")

    def _words(self, progress: Progress) -> str:
        done, total = count_text(progress.done), count_text(progress.total)
        match progress.phase:
            case "scanning":
                return self.tr("Looking for photos: {0} found").format(done)
            case "reading":
                text = self.tr("Reading photos: {0} of {1}").format(done, total)
            case "describing":
                text = self.tr("Describing: {0} of {1}").format(done, total)
            case "paused" if not progress.total:
                return self.tr("Paused")
            case "paused":
                return self.tr("Paused. {0} of {1} done").format(done, total)
            case "waiting":
                return self.tr("Another Photo Narrator is working on this catalog")
            case _:
                return ""
        parts = [text]
        if progress.seconds_left is not None:
            parts.append(self.tr("{0} left").format(duration_text(progress.seconds_left)))
        if progress.per_second is not None:
            parts.append(self.tr("{0} a second").format(f"{progress.per_second:.1f}"))
        if progress.failed:
            parts.append(self.tr("{0} could not be described").format(count_text(progress.failed)))
        return "  ·  ".join(parts)

    def _button(self, name: str, slot: object) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setProperty("quiet", True)
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(slot)
        return button
