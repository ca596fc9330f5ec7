"""Photos shown apart: those like one, those like a picture, and groups of look-alikes."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from engine.images import SUFFIXES
from engine.likeness import Likeness
from gallery.domain import GroupKind, PhotoGroup, SearchResult
from gallery.errors import KnownError
from gallery.library.groups import groups
from gallery.ui.announce import announce
from gallery.ui.background import Lane
from gallery.ui.browser import Apart
from gallery.ui.gallery_page import GalleryPage
from gallery.ui.words import count_text, photos_text, tr


@dataclass(frozen=True, slots=True)
class _Before:
    """What Esc goes back to: photos apart, or None for the search or the place before."""

    apart: Apart | None
    photo_id: int | None


class ApartWiring(QObject):
    """Keeps the way back: from photos like one to the group, to the groups, to the place."""

    def __init__(self, page: GalleryPage) -> None:
        super().__init__(page)
        self.page = page
        self._turn = 0
        self._way_back: list[_Before] = []
        self._groups: dict[int, PhotoGroup] = {}
        self._groups_shown: Apart | None = None
        page.pictures_wanted.file_given.connect(self.like_file)
        page.pictures_wanted.image_given.connect(self.like_image)
        # who goes elsewhere meanwhile is not brought back
        page.browser.place_changed.connect(self.close)
        page.top_bar.search_typed.connect(self.close)

    # Wishes

    def more_like(self, photo_id: int | None) -> None:
        """Show the photos that look like this one."""
        if photo_id is None:
            return
        program = self.page.program

        def find() -> SearchResult:
            return program.similar.to_photo(program.catalog.photo(photo_id))

        self._find(find)

    def like_file(self, path: Path) -> None:
        """Show the photos that look like the picture in a file; the file is only read."""
        self._find(partial(self.page.program.similar.to_picture, path))

    def like_image(self, image: QImage) -> None:
        """Show the photos that look like a picture that was pasted or dropped."""
        self._find(partial(self._like_pasted, image))

    def ask_for_picture(self) -> None:
        """Let the person choose a picture; photos like it are shown."""
        dialog = QFileDialog(self.page.window(), tr("Find photos like a picture"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        pattern = " ".join(sorted(f"*{suffix}" for suffix in SUFFIXES))
        dialog.setNameFilter(tr("Pictures ({0})").format(pattern))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.like_file(Path(name)))
        dialog.open()

    def show_groups(self) -> None:
        """Look for photos that belong together, in the background, and show a photo of each."""
        page, chosen = self.page, self.page.program.describer_set
        turn = self._begin(tr("Looking for photos that belong together…"))
        work = partial(
            groups,
            page.program.catalog,
            chosen.matcher,
            chosen.likeness,
            is_cancelled=lambda: turn != self._turn,
        )
        page.background.run(
            Lane.LIKENESS,
            work,
            partial(self._on_groups, turn),
            partial(self._on_failed, turn),
        )

    def opens(self, photo_id: int) -> bool:
        """Open the group that this photo stands for; False where it stands for itself."""
        group = self._groups.get(photo_id)
        if group is None or self.page.browser.apart is not self._groups_shown:
            return False
        title = _group_text(group)
        note = tr("{0}; the best or first one leads, nothing is deleted").format(
            photos_text(len(group.photo_ids))
        )
        self._show(Apart(title, note, group.photo_ids, {}))
        return True

    def back(self) -> bool:
        """Go one step back (Esc); False where nothing is shown apart."""
        page = self.page
        if page.browser.apart is None or not self._way_back:
            return False
        before = self._way_back.pop()
        if before.apart is not None:
            page.browser.show_apart(replace(before.apart, chosen=before.photo_id))
            if self._groups_shown is before.apart:
                self._groups_shown = page.browser.apart
        elif page.search.text:
            page.search.again()
        else:
            page.browser.leave_search()
        return True

    def close(self, *_: object) -> None:
        """Drop what is being looked for."""
        self._turn += 1

    # Facts

    def _find(self, find: Callable[[], SearchResult]) -> None:
        turn = self._begin("")
        self.page.top_bar.show_busy(busy=True)
        self.page.background.run(
            Lane.LIKENESS,
            find,
            partial(self._on_like, turn),
            partial(self._on_failed, turn),
        )

    def _begin(self, text: str) -> int:
        self._turn += 1
        if text:
            announce(self.page.top_bar, text)
            self.page.top_bar.show_note(text)
        return self._turn

    def _on_like(self, turn: int, result: SearchResult) -> None:
        self.page.top_bar.show_busy(busy=False)
        if turn != self._turn or result.like is None:
            return
        likeness = self.page.program.describer_set.likeness
        found = [(hit.photo_id, hit.similarity or 0.0) for hit in result.hits]
        notes = {photo_id: likeness_text(cosine, likeness) for photo_id, cosine in found}
        title = tr("Like {0}").format(result.like.name)
        note = tr("{0} in all folders, most alike first").format(photos_text(len(found)))
        nothing = tr("No other photo can be compared with {0}").format(result.like.name)
        self._show(Apart(title, note, tuple(i for i, _ in found), notes, nothing=nothing))

    def _on_groups(self, turn: int, found: Sequence[PhotoGroup]) -> None:
        if turn != self._turn:
            return
        self._groups = {group.photo_ids[0]: group for group in found}
        notes = {leading: _group_text(group) for leading, group in self._groups.items()}
        one = tr("One group; Enter opens it")
        many = tr("{0} groups; Enter opens one").format(count_text(len(found)))
        apart = Apart(
            tr("Look-alikes"),
            one if len(found) == 1 else many,
            tuple(self._groups),
            notes,
            nothing=tr("No photos look so alike that they belong together"),
        )
        self._groups_shown = apart
        self._show(apart)

    def _on_failed(self, turn: int, error: Exception) -> None:
        self.page.top_bar.show_busy(busy=False)
        if turn == self._turn:
            self.page.show_words()  # what was said meanwhile is over
            self.page.background.failed.emit(error)

    def _show(self, apart: Apart) -> None:
        page = self.page
        page.leave_spot()
        if page.browser.apart is None:
            self._way_back.clear()
        self._way_back.append(_Before(page.browser.apart, page.current_id))
        if page.is_viewing and page.viewer.photo_id is not None:
            page.leave_viewer(page.viewer.photo_id)
        page.browser.show_apart(apart)
        page.focus_photos()
        announce(page.top_bar, f"{apart.title}. {apart.note}")

    def _like_pasted(self, image: QImage) -> SearchResult:
        with tempfile.TemporaryDirectory(prefix="photo-narrator-") as folder:
            path = Path(folder) / "picture.png"
            if not image.save(str(path)):
                raise KnownError(
                    tr("This picture cannot be read."), tr("Save it as a file, and drop that.")
                )
            return self.page.program.similar.to_picture(path, name=tr("the pasted picture"))


def likeness_text(cosine: float, likeness: Likeness) -> str:
    """How alike two photos are, in words with the cosine: "very alike · 0.95"."""
    number = f"{cosine:.2f}"
    if cosine >= likeness.copies:
        return tr("nearly the same · {0}").format(number)
    if cosine >= likeness.shots:
        return tr("very alike · {0}").format(number)
    return tr("likeness {0}").format(number)


def _group_text(group: PhotoGroup) -> str:
    text = {
        GroupKind.SAME: tr("{0} with the same content"),
        GroupKind.ALIKE: tr("{0} that are nearly the same"),
        GroupKind.BURST: tr("{0} shots of one moment"),
    }[group.kind]
    return text.format(count_text(len(group.photo_ids)))
