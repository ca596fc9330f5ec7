"""Photos saved as a film from the window: asked for, made in the background, told in its line."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal

from gallery.domain import Failure, Photo
from gallery.narration.film.job import FilmJob, FilmProgress, FilmStoppedError, Stage, Written
from gallery.ui.announce import announce
from gallery.ui.background import Lane
from gallery.ui.film_dialog import FilmDialog, FilmWish
from gallery.ui.gallery_page import GalleryPage
from gallery.ui.place_words import place_title
from gallery.ui.words import duration_text

_MOST_NAMED = 8


class FilmMaking(QObject):
    """One film at a time; a second wish waits for its turn."""

    ended = Signal(object)  # Written, or None where it was stopped or failed
    _progressed = Signal(object)

    def __init__(self, page: GalleryPage) -> None:
        super().__init__(page)
        self._page = page
        self._jobs: list[FilmJob] = []
        self._progressed.connect(self._on_progress, Qt.ConnectionType.QueuedConnection)
        page.status.film_clicked.connect(self._on_clicked)

    def ask(self) -> FilmDialog | None:
        """Ask how the selected photos, or all that are shown, are to be saved."""
        page = self._page
        selected = page.grid.selected_ids()
        ids = selected if len(selected) > 1 else list(page.model.ids)
        if not ids:
            return None
        dialog = FilmDialog(len(ids), place_title(page.browser), page)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(partial(self.make, ids))
        dialog.open()
        return dialog

    def make(self, photo_ids: Sequence[int], wish: FilmWish) -> None:
        """Make a film of these photos in the background."""
        job = FilmJob(self._progressed.emit)
        self._jobs.append(job)
        self._show(self.tr("Preparing the film"))
        self._page.background.run(
            Lane.FILMS,
            partial(self._made, photo_ids, wish, job),
            partial(self._on_made, job),
            partial(self._on_failed, job),
        )

    def stop(self) -> None:
        """Stop what is being made and what waits; nothing of it is left."""
        for job in self._jobs:
            job.stop()

    def _made(self, photo_ids: Sequence[int], wish: FilmWish, job: FilmJob) -> Written:
        # here: ffmpeg's library would make every start of the window slower
        from gallery.narration.film.making import write_film
        from gallery.narration.film.preparing import Materials

        program = self._page.program
        narrator = program.narrator

        def picture(photo: Photo, max_px: int) -> bytes | Failure:
            return program.decoder.picture(photo.path, max_px)

        made_of = Materials(
            picture,
            partial(program.speech.synthesize, voice=narrator.voice, rate_wpm=narrator.rate_wpm),
        )
        photos = program.catalog.photos(photo_ids)
        return write_film(photos, wish.path, made_of, wish.settings, title=wish.title, job=job)

    def _on_progress(self, progress: FilmProgress) -> None:
        if not self._jobs:
            return
        share = 100 * progress.done // max(1, progress.total)
        if progress.stage is not Stage.WRITING:
            text = self.tr("Preparing the film")
        elif progress.seconds_left is None:
            text = self.tr("Film: {0} %").format(share)
        else:
            left = duration_text(progress.seconds_left)
            text = self.tr("Film: {0} %, {1} left").format(share, left)
        self._show(text)

    def _show(self, text: str) -> None:
        self._page.status.show_film(text, self.tr("Stop making the film"))

    def _on_clicked(self) -> None:
        if self._jobs:
            self.stop()
        else:
            self._page.status.show_film("")

    def _on_made(self, job: FilmJob, written: Written) -> None:
        self._leave(job)
        said = self.tr("The film “{0}” is ready").format(written.paths[0].name)
        announce(self._page, said)
        if not self._jobs:
            self._page.status.show_film(said, self.tr("Do not show this any more"))
        if written.skipped:
            names = [skipped.name for skipped in written.skipped]
            more = ", …" if len(names) > _MOST_NAMED else ""
            left_out = self.tr("Left out, since they cannot be read: {0}")
            named = ", ".join(names[:_MOST_NAMED]) + more
            self._page.bridge.noticed.emit(f"{said}.", left_out.format(named))
        self.ended.emit(written)

    def _on_failed(self, job: FilmJob, error: Exception) -> None:
        self._leave(job)
        if not isinstance(error, FilmStoppedError):
            self._page.background.failed.emit(error)
        self.ended.emit(None)

    def _leave(self, job: FilmJob) -> None:
        self._jobs.remove(job)
        if not self._jobs:
            self._page.status.show_film("")
