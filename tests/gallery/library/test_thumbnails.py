import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gallery.catalog.thumbnails import ThumbnailDatabase
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


def test_a_file_deleted_while_it_is_open_is_begun_anew(path: Path) -> None:
    for names in (("",), ("", "-wal", "-shm"), ("-wal", "")):
        with contextlib.closing(ThumbnailStore.open(path)) as store:
            store.put_many(dict.fromkeys(range(50), b"old" * 900))
            for name in names:
                path.with_name(path.name + name).unlink()
            assert store.get_many(range(50)) == {}
            store.put_many({1: b"new"})
            assert store.get_many([1, 2]) == {1: b"new"}
        with contextlib.closing(ThumbnailStore.open(path)) as store:
            assert store.ids() == {1}
        path.unlink()


def test_it_may_be_deleted_while_threads_use_it(path: Path) -> None:
    failures: list[BaseException] = []
    done = threading.Event()

    def work(start: int, store: ThumbnailStore) -> None:
        number = start
        try:
            while not done.is_set():
                number += 1
                store.put_many({number: b"x" * 5000})
                store.get_many(range(start, number + 1))
        except BaseException as error:
            failures.append(error)

    with contextlib.closing(ThumbnailStore.open(path)) as store:
        threads = [threading.Thread(target=work, args=(n * 10**6, store)) for n in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(8):
            store.put_many({7: b"seven"})
            path.unlink(missing_ok=True)
        done.set()
        for thread in threads:
            thread.join()
        assert failures == []
        store.put_many({7: b"seven"})
        assert store.get_many([7]) == {7: b"seven"}
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


class _Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_within_its_limit_the_least_recently_looked_at_go(path: Path) -> None:
    clock = _Clock()
    database = ThumbnailDatabase(path, limit_bytes=2_000_000, clock=clock)
    with contextlib.closing(ThumbnailStore(database)) as store:
        for number in range(100):
            clock.now += 1
            store.put_many({number: bytes(15_000)})
        assert not store.is_full
        clock.now += 1
        assert len(store.get_many(range(10))) == 10  # looked at
        assert len(store.which(range(10, 20))) == 10  # only asked about
        for number in range(100, 140):
            clock.now += 1
            store.put_many({number: bytes(15_000)})
        kept = store.ids()
        assert store.is_full
        assert set(range(10)) <= kept
        assert kept.isdisjoint(range(10, 20))
        assert set(range(100, 140)) <= kept
    assert path.stat().st_size < 2_200_000
    assert len(kept) > 110


def test_when_they_were_looked_at_is_known_after_a_restart(path: Path) -> None:
    clock = _Clock()
    for numbers in (range(100), range(100, 140)):
        with contextlib.closing(
            ThumbnailStore(ThumbnailDatabase(path, limit_bytes=2_000_000, clock=clock))
        ) as store:
            store.get_many(range(10))
            for number in numbers:
                clock.now += 1
                store.put_many({number: bytes(15_000)})
            store.get_many(range(10))
            clock.now += 1
    with contextlib.closing(ThumbnailStore.open(path)) as store:
        assert set(range(10)) <= store.ids()


def test_what_is_stored_at_once_is_kept_even_past_the_limit(path: Path) -> None:
    with contextlib.closing(ThumbnailStore(ThumbnailDatabase(path, limit_bytes=100_000))) as store:
        store.put_many({number: bytes(15_000) for number in range(20)})
        assert len(store.ids()) == 20
        store.put_many({99: b"one more"})
        assert 99 in store.ids()
        assert len(store.ids()) < 8


def test_a_placeholder_is_shown_until_there_is_a_thumbnail(store: ThumbnailStore) -> None:
    store.stand_in(1, b"small")
    store.stand_in(2, b"small")
    store.put_many({2: b"thumbnail"})
    assert store.shown_many([1, 2, 3]) == {1: b"small", 2: b"thumbnail"}
    assert store.get_many([1, 2]) == {2: b"thumbnail"}
    assert store.which([1, 2]) == store.ids() == {2}
    store.drop([1, 2])
    assert store.shown_many([1, 2]) == {}


def test_placeholders_are_bounded(store: ThumbnailStore) -> None:
    for number in range(2_000):
        store.stand_in(number, b"small")
    assert 100 < len(store.shown_many(range(2_000))) < 1_000
    assert 1_999 in store.shown_many([1_999])
