"""Folders and photos that were asked for from outside: at the start, or handed over later."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from gallery.domain import Folder, Photo
from gallery.errors import KnownError
from gallery.program import Program
from gallery.ui.background import Lane
from gallery.ui.page_wiring import PageWiring
from gallery.ui.places import Kind, Place


@dataclass(frozen=True, slots=True)
class _Found:
    """What the paths are: folders to add, the first photo to show, and its folder."""

    folders: tuple[Path, ...]
    photo: Path | None
    known: Photo | None
    around: Folder | None


class Opening(QObject):
    """Lives as long as the page. A photo that is not known yet is shown once a scan found it."""

    def __init__(self, program: Program, wiring: PageWiring) -> None:
        super().__init__(wiring.page)
        self._program, self._wiring, self._page = program, wiring, wiring.page
        self._awaited: Path | None = None
        self._shown_next: int | None = None
        self._page.browser.shown.connect(self._on_shown)
        self._page.bridge.list_changed.connect(self._look_again)

    def open(self, paths: Sequence[Path]) -> None:
        """Add folders and go there; show the first photo large, in its folder."""
        if paths:
            work = partial(_find, self._program, tuple(paths))
            self._page.background.run(Lane.READS, work, self._on_found)

    def _on_found(self, found: _Found) -> None:
        for folder in found.folders:
            self._wiring.add_folder(folder)
        if found.photo is None:
            return
        if found.known is not None:
            self._show(found.known)
            return
        self._awaited = found.photo
        if found.around is not None:
            self._wiring.scan([found.around.id])
            self._page.sidebar.place_requested.emit(Place(Kind.FOLDER, found.around.id))
        else:
            self._wiring.add_folder(found.photo.parent)

    def _look_again(self) -> None:
        awaited = self._awaited
        if awaited is not None:
            work = partial(self._program.catalog.photo_by_path, awaited)
            self._page.background.run(Lane.READS, work, partial(self._on_looked, awaited))

    def _on_looked(self, path: Path, photo: Photo | None) -> None:
        if photo is not None and path == self._awaited:
            self._show(photo)

    def _show(self, photo: Photo) -> None:
        self._awaited, self._shown_next = None, photo.id
        self._page.sidebar.place_requested.emit(Place(Kind.FOLDER, photo.folder_id))

    def _on_shown(self) -> None:
        photo_id = self._shown_next
        if photo_id is not None and photo_id in self._page.model.ids:
            self._shown_next = None
            self._page.open_photo(photo_id)


def _find(program: Program, paths: tuple[Path, ...]) -> _Found:
    """Raises ``KnownError`` for what is not there."""
    for path in paths:
        if not path.exists():
            raise KnownError(
                f"There is no folder or photo {path}.",
                "Check the name, or whether a drive is unplugged.",
            )
    folders = tuple(path for path in paths if path.is_dir())
    photo = next((path for path in paths if not path.is_dir()), None)
    if photo is None:
        return _Found(folders, None, None, None)
    roots = [item for item in program.catalog.folders() if photo.is_relative_to(item.path)]
    around = max(roots, key=lambda item: len(item.path.parts), default=None)
    return _Found(folders, photo, program.catalog.photo_by_path(photo), around)
