"""The narrated slideshow: one photo after another, each told aloud."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QCloseEvent, QKeyEvent, QKeySequence, QMouseEvent, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gallery.domain import Clip
from gallery.narration.script import reading_time_ms
from gallery.narration.slideshow import Phase, Slideshow
from gallery.ui.player import Player
from gallery.ui.slide_loader import ReadySlide, SlideLoader, SlideshowSource
from gallery.ui.slideshow_stage import SlideshowStage

_LARGEST_PX = 3_840
_READER_SLOWNESS = 1.5  # a screen reader says the place too, and nobody tells when it is done


class SlideshowWindow(QWidget):
    """A window of its own; the caller shows it (``showFullScreen()``). Esc closes it.

    ``closed(photo_id)`` tells which photo was shown last, so that the grid can go there. The
    window deletes itself after closing. Where a screen reader is active, sentences are announced
    instead of spoken. ``photo_ids`` must not be empty; ``min_slide_s``: least time a photo.
    """

    closed = Signal(int)

    def __init__(
        self,
        program: SlideshowSource,
        photo_ids: Sequence[int],
        start_index: int = 0,
        parent: QWidget | None = None,
        *,
        min_slide_s: float = 4.0,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Slideshow"))
        self.setAccessibleName(self.tr("Narrated slideshow"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(480, 360)
        self.resize(1_100, 720)
        self._ids = photo_ids
        self._show = Slideshow(len(photo_ids), start=start_index, min_slide_s=min_slide_s)
        self._turn = 0  # counts what is shown; what comes for an earlier turn is dropped
        self._slide: ReadySlide | None = None
        self._held_clip: Clip | None = None
        self._build()
        self.setFocus()  # or the first button would have it, and take Space
        screen = self.screen().size() * self.devicePixelRatioF()
        self._loader = SlideLoader(program, min(max(screen.width(), screen.height()), _LARGEST_PX))
        self._loader.slide_loaded.connect(self._on_slide_loaded)
        self._loader.voice_prepared.connect(self._on_voice_prepared)
        self._player = Player(self)
        self._player.word_changed.connect(self._stage.subtitle.light)
        self._player.finished.connect(self._on_voice_finished)
        self._player.failed.connect(self._on_voice_failed)
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.timeout.connect(self._on_due)
        self._go()

    @property
    def current_photo_id(self) -> int:
        """The photo that is shown, or about to be."""
        return self._ids[self._show.index]

    @property
    def is_paused(self) -> bool:
        """Whether picture and voice are held."""
        return self._show.paused

    def toggle_pause(self) -> None:
        """Hold picture and voice together, or go on; from the end begin again."""
        if self._show.phase is Phase.ENDED:
            self._go_to(0)
            return
        if self._show.paused:
            self._show.resume()
            held, self._held_clip = self._held_clip, None
            if held is not None:
                self._player.play(held)
            else:
                self._player.resume()
        else:
            self._show.pause()
            self._player.pause()
        self._stage.controls.show_paused(paused=self._show.paused)
        self._stage.wake_controls()
        self._wait()

    def show_next(self) -> None:
        """Go to the next photo; after the last the slideshow ends."""
        self._go_to(self._show.index + 1)

    def show_previous(self) -> None:
        """Go back one photo."""
        if self._show.previous():
            self._go()

    def toggle_full_screen(self) -> None:
        """Fill the screen, or be a window."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space: hold, unless a button has the focus and takes it."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.toggle_pause()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Double click: full screen and back."""
        self.toggle_full_screen()

    def changeEvent(self, event: QEvent) -> None:
        """Coming back by keyboard shows the buttons again."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange:
            self._stage.wake_controls()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Be quiet, let everything go, and tell where it was."""
        self._turn += 1
        self._due.stop()
        self._player.stop()
        self._loader.close()
        super().closeEvent(event)
        self.closed.emit(self.current_photo_id)

    def _build(self) -> None:
        self._stage = SlideshowStage(self._holds_controls, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stage)
        controls = self._stage.controls
        controls.previous_requested.connect(self.show_previous)
        controls.pause_requested.connect(self.toggle_pause)
        controls.next_requested.connect(self.show_next)
        controls.full_screen_requested.connect(self.toggle_full_screen)
        controls.close_requested.connect(self.close)
        for keys, wish in (
            ((Qt.Key.Key_Right, Qt.Key.Key_PageDown), self.show_next),
            ((Qt.Key.Key_Left, Qt.Key.Key_PageUp), self.show_previous),
            ((Qt.Key.Key_Home,), lambda: self._go_to(0)),
            ((Qt.Key.Key_End,), lambda: self._go_to(self._show.count - 1)),
            ((Qt.Key.Key_F11,), self.toggle_full_screen),
            ((Qt.Key.Key_Escape,), self.close),
        ):
            for key in keys:
                QShortcut(QKeySequence(key), self).activated.connect(wish)

    def _go_to(self, index: int) -> None:
        if self._show.go_to(index):
            self._go()
        else:
            self._show_end()

    def _go(self) -> None:
        """Begin the slide that the slideshow is at."""
        self._turn += 1
        self._player.stop()
        self._due.stop()
        self._slide = self._held_clip = None
        self._stage.controls.show_place(self._show.index + 1, self._show.count)
        self._stage.controls.show_paused(paused=self._show.paused)
        ahead = [self._ids[index] for index in self._show.coming()]
        slide = self._loader.want(self.current_photo_id, ahead)
        if slide is not None:
            self._present(slide)

    def _on_slide_loaded(self, photo_id: int) -> None:
        if self._slide is None and photo_id == self.current_photo_id:
            slide = self._loader.want(photo_id, [self._ids[i] for i in self._show.coming()])
            if slide is not None and self._show.phase is not Phase.ENDED:
                self._present(slide)

    def _present(self, slide: ReadySlide) -> None:
        self._slide = slide
        self._stage.show_slide(slide)
        if QAccessible.isActive():
            place = self.tr("Photo {0:,} of {1:,}.").format(self._show.index + 1, self._show.count)
            self._stage.announce(f"{place} {slide.text}")
            self._rest_silently(_READER_SLOWNESS)
        else:
            self._loader.prepare_voice(self._turn, slide.text)

    def _on_voice_prepared(self, turn: int, made: Clip | str) -> None:
        slide = self._slide
        if turn != self._turn or slide is None:
            return
        if isinstance(made, str):
            self._stage.notify(made)
            self._rest_silently()
            return
        self._show.speaking(brief=slide.image is None)
        if self._show.paused:
            self._held_clip = made
        else:
            self._player.play(made)
        self._stage.notify(self._player.silent_reason)

    def _on_voice_finished(self) -> None:
        self._show.voice_finished()
        self._wait()

    def _on_voice_failed(self, reason: str) -> None:
        self._stage.notify(reason)
        self._rest_silently()

    def _rest_silently(self, slowness: float = 1.0) -> None:
        """Give time to read (or to hear a screen reader) instead of waiting for the voice."""
        if self._slide is not None:
            reading_ms = round(reading_time_ms(self._slide.text) * slowness)
            self._show.silent(reading_ms, brief=self._slide.image is None)
            self._wait()

    def _wait(self) -> None:
        wait_ms = self._show.wait_ms()
        if wait_ms is None:
            self._due.stop()
        else:
            self._due.start(wait_ms)

    def _on_due(self) -> None:
        if not self._show.advance_if_due():
            self._wait()
        elif self._show.phase is Phase.ENDED:
            self._show_end()
        else:
            self._go()

    def _show_end(self) -> None:
        self._turn += 1
        self._player.stop()
        self._due.stop()
        self._slide = None
        self._stage.canvas.show_message(self.tr("The end"))
        words = self.tr("Space begins again, Left goes back, Esc closes.")
        self._stage.show_words(words)
        self._stage.announce(f"{self.tr('The end.')} {words}")
        self._stage.controls.show_paused(paused=True)
        self._stage.wake_controls()

    def _holds_controls(self) -> bool:
        return self._show.paused or self._show.phase is Phase.ENDED
