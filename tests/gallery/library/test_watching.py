"""Real files, the real watchdog, a real catalog: only the indexer is left out."""

import contextlib
import errno
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from watchdog.observers.inotify_c import InotifyFD

from gallery.catalog import Catalog
from gallery.domain import Metadata
from gallery.library import watching
from gallery.library.events import Event, EventBus, FoldersChanged, Notice
from gallery.library.machine_notes import MachineNotes
from gallery.library.scan import Part, fingerprint
from gallery.library.scanner import Scanner
from gallery.library.watchable import is_on_network
from gallery.library.watching import FolderWatch, Timing
from tests.drawn import draw, draw_many

TIMING = Timing(quiet=0.7, patience=5.0, every=3600.0, look=0.1)
PATIENCE_S = 20.0


class Watched:
    """A root with three photos, scanned and watched; every scan that is woken is done at once."""

    def __init__(self, home: Path, timing: Timing = TIMING) -> None:
        self.home, self.root = home, home / "photos"
        self.paths = draw_many(self.root, 3)
        self.catalog = Catalog.open(home / "catalog.sqlite")
        self.folder = self.catalog.add_folder(self.root)
        self.bus = EventBus()
        self.notices: list[Notice] = []
        self.bus.subscribe(self._hear)
        self.asked: list[Part] = []
        self.changed = threading.Condition()
        self.notes = MachineNotes.beside(self.catalog.path)
        self._reconcile(Scanner(self.catalog).scan())
        for photo_id, path in self.catalog.unexamined(100):
            told = Metadata("JPEG", 160, 120, None, "file", fingerprint(path))
            self.catalog.set_metadata([(photo_id, told)])
        self.watch = FolderWatch(self.catalog, self.bus, self._scan, self.notes, timing)

    def start(self) -> None:
        self.watch.start()
        assert self.watch.wait_until_watching(PATIENCE_S)
        self.wait_for(lambda: bool(self.asked))  # what changed before it was watched
        self.asked.clear()

    def _hear(self, event: Event) -> None:
        if isinstance(event, Notice):
            self.notices.append(event)

    def _scan(self, parts: Sequence[Part]) -> None:
        with self.changed:
            self._reconcile(Scanner(self.catalog).scan_parts(parts))
            self.asked += parts
            self.changed.notify_all()

    def _reconcile(self, steps: Iterator[object]) -> None:
        for _ in steps:
            pass

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, PATIENCE_S), (self.names(), self.asked)

    def names(self) -> dict[str, int]:
        """The photos that are there, by name."""
        photos = self.catalog.photos(self.catalog.photo_ids())
        return {photo.name: photo.id for photo in photos if not photo.missing}

    def close(self) -> None:
        self.watch.stop()
        self.catalog.close()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    with contextlib.closing(watched):
        watched.start()
        yield watched


def test_a_new_file_is_listed_and_only_its_folder_is_scanned(watched: Watched) -> None:
    draw(watched.root / "new.jpg", 7)
    watched.wait_for(lambda: "new.jpg" in watched.names())
    assert set(watched.asked) == {Part(watched.folder.id, watched.root, deep=False)}


def test_a_deleted_file_is_missing(watched: Watched) -> None:
    watched.paths[1].unlink()
    watched.wait_for(lambda: watched.paths[1].name not in watched.names())
    assert len(watched.names()) == 2


def test_a_renamed_file_keeps_its_id(watched: Watched) -> None:
    photo_id = watched.names()[watched.paths[0].name]
    watched.paths[0].rename(watched.root / "other.jpg")
    watched.wait_for(lambda: watched.names().get("other.jpg") == photo_id)
    assert len(watched.names()) == 3
    assert len(watched.catalog.photo_ids()) == 3


def test_a_renamed_folder_keeps_the_ids_of_its_photos(watched: Watched) -> None:
    inner = watched.root / "inner"
    inner.mkdir()
    watched.paths[0].rename(inner / "a.jpg")
    watched.wait_for(lambda: "a.jpg" in watched.names())
    photo_id = watched.names()["a.jpg"]
    inner.rename(watched.root / "renamed")
    watched.wait_for(
        lambda: watched.catalog.photo_by_path(watched.root / "renamed" / "a.jpg") is not None
    )
    assert watched.names()["a.jpg"] == photo_id
    assert len(watched.catalog.photo_ids()) == 3


def test_files_made_quickly_in_new_folders_are_all_listed(watched: Watched) -> None:
    deep = watched.root / "a" / "b" / "c"
    deep.mkdir(parents=True)
    for number in range(20):
        draw(deep / f"quick {number}.jpg", 40 + number)
    watched.wait_for(lambda: len(watched.names()) == 23)
    draw(deep / "later.jpg", 99)
    watched.wait_for(lambda: "later.jpg" in watched.names())


def test_a_tree_moved_in_and_one_moved_out_are_seen(watched: Watched) -> None:
    for number in range(4):
        draw(watched.home / "elsewhere" / "x" / f"moved {number}.jpg", 80 + number)
    (watched.home / "elsewhere").rename(watched.root / "come")
    watched.wait_for(lambda: len(watched.names()) == 7)
    (watched.root / "come").rename(watched.home / "gone")
    watched.wait_for(lambda: len(watched.names()) == 3)


def test_a_root_that_is_unplugged_and_back_is_watched_again(watched: Watched) -> None:
    away = watched.home / "unplugged"
    watched.root.rename(away)
    watched.wait_for(lambda: not watched.catalog.folder(watched.folder.id).connected)
    assert len(watched.names()) == 3, "nothing is missing"
    draw(away / "taken elsewhere.jpg", 60)
    away.rename(watched.root)
    watched.wait_for(lambda: "taken elsewhere.jpg" in watched.names())
    assert watched.catalog.folder(watched.folder.id).connected
    draw(watched.root / "and then.jpg", 61)
    watched.wait_for(lambda: "and then.jpg" in watched.names())


def test_a_folder_added_later_is_watched_and_a_removed_one_no_more(watched: Watched) -> None:
    other = watched.home / "other"
    other.mkdir()
    folder = watched.catalog.add_folder(other)
    watched.bus.publish(FoldersChanged())
    watched.wait_for(lambda: any(part.folder_id == folder.id for part in watched.asked))
    draw(other / "there.jpg", 33)
    watched.wait_for(lambda: "there.jpg" in watched.names())
    watched.catalog.remove_folder(folder.id)
    watched.bus.publish(FoldersChanged())
    draw(watched.root / "here.jpg", 34)
    watched.wait_for(lambda: "here.jpg" in watched.names())
    assert len(watched.names()) == 4


def test_what_is_read_or_hidden_or_no_photo_wakes_no_scan(watched: Watched) -> None:
    for path in watched.paths:
        path.read_bytes()
    (watched.root / "notes.txt").write_text("no photo")
    (watched.root / ".trash").mkdir()
    shutil.copy(watched.paths[0], watched.root / ".trash" / "old.jpg")
    shutil.copy(watched.paths[0], watched.root / ".half.jpg")
    draw(watched.root / "last.jpg", 12)
    watched.wait_for(lambda: "last.jpg" in watched.names())
    assert set(watched.asked) == {Part(watched.folder.id, watched.root, deep=False)}


def test_a_catalog_that_lies_in_a_watched_folder_wakes_no_scan_of_itself(tmp_path: Path) -> None:
    home = tmp_path / "home"
    watched = Watched(home)
    with contextlib.closing(watched):
        watched.catalog.add_folder(home)  # the catalog, its thumbnails and notes lie in it
        watched.start()
        draw(home / "one.jpg", 5)
        watched.wait_for(lambda: "one.jpg" in watched.names())
        number = len(watched.asked)
        watched.catalog.edit_caption(watched.names()["one.jpg"], "it is written")
        draw(home / "two.jpg", 6)
        watched.wait_for(lambda: "two.jpg" in watched.names())
        assert len(watched.asked) - number <= 2


def test_a_root_that_is_a_link_is_watched_under_its_own_name(tmp_path: Path) -> None:
    home = tmp_path / "home"
    watched = Watched(home)
    (tmp_path / "drive").mkdir()
    link = home / "linked"
    link.symlink_to(tmp_path / "drive", target_is_directory=True)
    with contextlib.closing(watched):
        watched.catalog.add_folder(link)
        watched.start()
        draw(tmp_path / "drive" / "sub" / "a.jpg", 3)
        watched.wait_for(lambda: watched.catalog.photo_by_path(link / "sub" / "a.jpg") is not None)


def test_a_network_drive_is_looked_through_now_and_then_and_that_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "is_on_network", lambda folder: True)
    watched = Watched(tmp_path, Timing(quiet=0.05, patience=1.0, every=0.2, look=0.05))
    with contextlib.closing(watched):
        watched.start()
        draw(watched.root / "new.jpg", 7)
        watched.wait_for(lambda: "new.jpg" in watched.names())
        watched.watch.stop()
        again = FolderWatch(watched.catalog, watched.bus, watched._scan, watched.notes, TIMING)
        again.start()
        assert again.wait_until_watching(PATIENCE_S)
        again.stop()
    (notice,) = watched.notices
    assert "network drive" in notice.message
    assert str(watched.root) in notice.message


def test_where_the_limit_of_watched_folders_is_reached_all_is_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = InotifyFD.add_callback, [1]

    def limited(*arguments: object, **named: object) -> object:
        if not left[0]:
            raise OSError(errno.ENOSPC, "inotify watch limit reached")
        left[0] -= 1
        return real(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(InotifyFD, "add_callback", limited)
    watched = Watched(tmp_path, Timing(quiet=0.05, patience=1.0, every=0.2, look=0.05))
    (watched.root / "not watched").mkdir()
    with contextlib.closing(watched):
        watched.start()
        draw(watched.root / "not watched" / "new.jpg", 7)
        watched.wait_for(lambda: "new.jpg" in watched.names())
    (notice,) = watched.notices
    assert "no more folders" in notice.message
    assert "max_user_watches" in notice.hint


def test_drives_on_a_network_are_told_by_the_table_of_mounts(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(
        "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "2 1 0:50 / /mnt/my\\040nas rw,relatime shared:1 - nfs4 nas:/photos rw\n"
        "3 1 0:51 / /home/me/remote rw - fuse.sshfs me@there: rw\n"
        "4 1 8:2 / /media/stick rw - fuseblk /dev/sdb1 rw\n"
        "5 2 8:3 / /mnt/my\\040nas/local rw - ext4 /dev/sdc1 rw\n"
    )
    remote = ["/mnt/my nas", "/mnt/my nas/2024", "/home/me/remote/a", "/home/me", "/"]
    local = ["/media/stick", "/mnt/my nas/local/a", "/home/you"]
    assert [path for path in (*remote, *local) if is_on_network(Path(path), table)] == remote
    assert not is_on_network(Path("/x"), tmp_path / "not linux")


def test_a_watch_that_was_never_started_stops_too(tmp_path: Path) -> None:
    Watched(tmp_path).close()


def test_stopping_is_quick(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.start()
    began = time.monotonic()
    watched.close()
    assert time.monotonic() - began < 3
    # that nothing is left running is watched after every test
