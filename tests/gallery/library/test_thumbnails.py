import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gallery.library.thumbnails import ThumbnailStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library" / "catalog.thumbnails.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[ThumbnailStore]:
    with contextlib.closing(ThumbnailStore.open(path)) as store:
        yield store


def test_what_is_put_can_be_had_replaced_and_dropped(store: ThumbnailStore) -> None:
    store.put_many({1: b"one", 2: b"two", 3: b"three"})
    store.put_many({2: b"new", 4: b"four"})
    assert store.get_many([4, 2, 99]) == {2: b"new", 4: b"four"}
    store.drop([1, 2, 77])
    assert store.ids() == {3, 4}


def test_many_at_once(store: ThumbnailStore) -> None:
    store.put_many({number: str(number).encode() for number in range(3000)})
    assert len(store.get_many(range(5000))) == 3000


def test_they_are_there_after_a_restart(path: Path) -> None:
    with contextlib.closing(ThumbnailStore.open(path)) as store:
        store.put_many({7: b"seven"})
    with contextlib.closing(ThumbnailStore.open(path)) as store:
        assert store.get_many([7]) == {7: b"seven"}


def test_a_deleted_file_is_begun_anew(path: Path) -> None:
    with contextlib.closing(ThumbnailStore.open(path)) as store:
        store.put_many({7: b"seven"})
    for file in path.parent.iterdir():
        file.unlink()
    with contextlib.closing(ThumbnailStore.open(path)) as store:
        assert store.ids() == set()


@pytest.mark.parametrize("content", [b"no database at all " * 500, b"SQLite format 3\0" * 600])
def test_a_damaged_file_is_begun_anew(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with contextlib.closing(ThumbnailStore.open(path)) as store:
        store.put_many({1: b"one"})
        assert store.get_many([1]) == {1: b"one"}


def test_a_file_damaged_in_the_middle_heals_when_it_is_noticed(path: Path) -> None:
    with contextlib.closing(ThumbnailStore.open(path)) as store:
        store.put_many({number: bytes([number % 256]) * 3000 for number in range(200)})
    content = bytearray(path.read_bytes())
    content[4096:-4096] = b"\xff" * (len(content) - 8192)
    path.write_bytes(content)
    with contextlib.closing(ThumbnailStore.open(path)) as store:
        store.get_many(range(200))
        store.put_many({1: b"one"})
        assert store.get_many([1]) == {1: b"one"}


def test_threads_may_share_it(store: ThumbnailStore) -> None:
    failures: list[BaseException] = []

    def work(start: int) -> None:
        try:
            for number in range(start, start + 40):
                store.put_many({number: b"x" * 500})
                assert store.get_many([number])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(start,)) for start in range(0, 160, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(store.ids()) == 160


def test_thumbnails_of_another_course_of_the_catalog_are_not_shown(path: Path) -> None:
    with contextlib.closing(ThumbnailStore.open(path, "first")) as store:
        store.put_many({1: b"one"})
    with contextlib.closing(ThumbnailStore.open(path, "first")) as store:
        assert store.ids() == {1}
    with contextlib.closing(ThumbnailStore.open(path, "restored")) as store:
        assert store.get_many([1]) == {}
        store.put_many({1: b"another photo"})
    with contextlib.closing(ThumbnailStore.open(path, "restored")) as store:
        assert store.get_many([1]) == {1: b"another photo"}
