from contextlib import closing
from pathlib import Path

from engine.protocol import Reason
from gallery.catalog import Catalog
from gallery.domain import Failure, FoundFile
from gallery.library.events import Event, FoldersChanged
from gallery.library.examining import note_failures


def test_a_mount_point_left_empty_while_photos_are_read_fails_none_of_them(tmp_path: Path) -> None:
    root = tmp_path / "drive"
    root.mkdir()
    events: list[Event] = []
    with closing(Catalog.open(tmp_path / "catalog.sqlite")) as catalog:
        folder = catalog.add_folder(root)
        (photo_id,) = catalog.add_files(folder.id, [FoundFile(root / "a.jpg", 10, 0)])
        absent = {photo_id: Failure(Reason.MISSING, "The file is no longer there.")}
        assert note_failures(catalog, absent, events.append) == {}
        assert events == [FoldersChanged()]
        assert not catalog.folder(folder.id).connected
        photo = catalog.photo(photo_id)
        assert (photo.missing, photo.failure) == (False, None)
