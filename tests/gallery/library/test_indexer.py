import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import event as sql_event

from engine.checkpoints import DescriberSet
from engine.protocol import CheckpointRef, PhotoTask, Reason
from gallery.catalog import Catalog
from gallery.catalog.lock import indexing_lock
from gallery.library.decoder import DecoderClient
from gallery.library.engine_client import EngineClient
from gallery.library.events import (
    Event,
    EventBus,
    FoldersChanged,
    Notice,
    PhotosAdded,
    PhotosDescribed,
    ProgressChanged,
    ThumbnailsReady,
)
from gallery.library.indexer import Indexer
from gallery.library.scan import Part
from gallery.library.thumbnails import ThumbnailStore
from tests.camera_files import write_with_thumbnail
from tests.drawn import draw, draw_many
from tests.gallery.library import toy_engine


class Library:
    """An indexer with the real catalog and decoder, and the toy engine."""

    def __init__(
        self, home: Path, *, drawn_only: bool = False, checkpoint: str = "toy", matcher: str = ""
    ) -> None:
        self.home = home
        self.root = home / "photos"
        self.root.mkdir(exist_ok=True)
        self.ref = CheckpointRef(checkpoint, "1", "/nowhere")
        match_ref = CheckpointRef(matcher, "1", "/elsewhere") if matcher else self.ref
        chosen = DescriberSet("toy", self.ref, match_ref, drawn_only, "", "")
        self.bus = EventBus()
        self.events: list[Event] = []
        self.changed = threading.Condition()
        self.bus.subscribe(self._hear)
        self.catalog = Catalog.open(home / "catalog.sqlite")
        self.thumbnails = ThumbnailStore.open(home / "thumbnails.sqlite")
        self.decoder = DecoderClient()
        self.engine = EngineClient(chosen, self.bus, entry=toy_engine.serve)
        self.indexer = Indexer(
            self.catalog,
            self.decoder,
            self.engine,
            self.thumbnails,
            self.bus,
            lock=indexing_lock(home / "catalog.sqlite"),
        )
        self.indexer.start()

    def _hear(self, event: Event) -> None:
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()

    def wait_for(self, condition: Callable[[Event], bool]) -> Event:
        with self.changed:
            assert self.changed.wait_for(lambda: any(map(condition, self.events)), 20)
            return next(filter(condition, self.events))

    def index(self) -> None:
        self.indexer.request_scan()
        assert self.indexer.wait_until_idle(30)

    def captions(self) -> dict[str, str | None]:
        photos = self.catalog.photos(self.catalog.photo_ids())
        return {photo.name: photo.caption.text if photo.caption else None for photo in photos}

    def told(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def close(self) -> None:
        self.indexer.stop()
        self.engine.stop()
        self.decoder.stop()
        self.thumbnails.close()
        self.catalog.close()


@pytest.fixture
def opened() -> Iterator[Callable[..., Library]]:
    libraries: list[Library] = []

    def open_library(home: Path, **options: Any) -> Library:
        libraries.append(Library(home, **options))
        return libraries[-1]

    yield open_library
    for library in libraries:
        library.close()


@pytest.fixture
def library(opened: Callable[..., Library], tmp_path: Path) -> Library:
    library = opened(tmp_path)
    library.catalog.add_folder(library.root)
    return library


def test_photos_are_found_examined_and_described(library: Library) -> None:
    draw_many(library.root, 20)
    library.index()
    ids = library.catalog.photo_ids()
    assert len(ids) == 20
    assert library.captions()["photo 007.jpg"] == "a photo 007"
    assert library.thumbnails.ids() == set(ids)
    assert library.catalog.counts().embedded == 20
    assert all(photo.width_px == 160 for photo in library.catalog.photos(ids))
    described = [i for event in library.told(PhotosDescribed) for i in event.ids]
    assert sorted(described) == sorted(ids)
    phases = [event.progress.phase for event in library.told(ProgressChanged)]
    assert phases[-1] == "idle"
    assert "scanning" in phases
    assert phases.index("reading") < phases.index("describing")
    assert "reading" not in phases[phases.index("describing") :]


def test_what_a_person_looks_at_is_read_once_however_often_it_is_looked_at(
    library: Library,
) -> None:
    paths = draw_many(library.root, 40)
    asked: list[Path] = []
    examine = library.decoder.examine

    def count(path: Path, **options: bool) -> Any:
        asked.append(path)
        return examine(path, **options)

    library.decoder.examine = count  # type: ignore[method-assign]
    library.bus.subscribe(
        lambda event: (
            library.indexer.prefer(library.catalog.photo_ids())
            if isinstance(event, PhotosAdded | ThumbnailsReady)
            else None
        )
    )
    library.index()
    assert sorted(asked) == sorted(paths)


def test_what_is_told_was_stored_before(library: Library) -> None:
    draw_many(library.root, 12)
    lacking: list[object] = []

    def check(event: Event) -> None:
        if isinstance(event, PhotosDescribed):
            lacking.extend(p for p in library.catalog.photos(event.ids) if p.caption is None)
        if isinstance(event, ThumbnailsReady):
            lacking.extend(set(event.ids) - library.thumbnails.get_many(event.ids).keys())

    library.bus.subscribe(check)
    library.index()
    assert lacking == []


def test_a_second_run_asks_for_nothing(library: Library) -> None:
    draw_many(library.root, 3)
    library.index()
    library.events.clear()
    library.index()
    assert library.told(PhotosDescribed) == []
    assert library.told(ThumbnailsReady) == []


def test_what_fails_gets_a_reason_and_can_be_tried_again(library: Library) -> None:
    (library.root / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    draw(library.root / "bad for the engine.jpg", 1)
    draw(library.root / "good.jpg", 2)
    library.index()
    failures = {photo.name: photo.failure for photo in library.catalog.failures()}
    assert failures.keys() == {"broken.jpg", "bad for the engine.jpg"}
    assert library.captions()["good.jpg"] == "a good"
    assert library.indexer.progress.failed == 2
    draw(library.root / "broken.jpg", 3)
    library.indexer.try_again()
    assert library.indexer.wait_until_idle(20)
    assert {photo.name for photo in library.catalog.failures()} == {"bad for the engine.jpg"}


def test_a_file_that_vanishes_after_the_scan_becomes_a_row_with_a_reason(
    library: Library,
) -> None:
    first, second = draw_many(library.root, 2)
    library.bus.subscribe(lambda event: first.unlink(missing_ok=True))  # as soon as it was listed
    library.index()
    photo = library.catalog.photo_by_path(first)
    assert photo is not None
    assert photo.failure is not None
    assert photo.failure.reason is Reason.MISSING
    assert library.captions()[second.name]


def test_what_is_visible_is_described_first(library: Library) -> None:
    draw_many(library.root, 10)
    for number in range(40):
        draw(library.root / f"slow {number:02}.jpg", 100 + number)
    library.indexer.request_scan()
    library.wait_for(lambda event: isinstance(event, PhotosDescribed))
    wanted = [
        photo.id
        for photo in library.catalog.photos(library.catalog.photo_ids())
        if photo.name in {"slow 38.jpg", "slow 39.jpg"}
    ]
    library.indexer.prefer(wanted)
    assert library.indexer.wait_until_idle(30)
    order = [i for event in library.told(PhotosDescribed) for i in event.ids]
    assert max(order.index(photo_id) for photo_id in wanted) < 45
    assert sorted(order) == sorted(library.catalog.photo_ids())


def test_a_pause_holds_everything_and_resuming_goes_on(library: Library) -> None:
    for number in range(30):
        draw(library.root / f"slow {number:02}.jpg", number)
    library.indexer.request_scan()
    library.wait_for(lambda event: isinstance(event, PhotosDescribed))
    library.indexer.pause()
    assert not library.indexer.wait_until_idle(20)
    held = library.indexer.progress
    assert held.phase == "paused"
    assert 0 < held.total <= 30
    done = library.catalog.counts().captioned
    assert done < 30
    library.indexer.prefer([])  # a wish that is no work does not end the pause
    assert not library.indexer.wait_until_idle(20)
    assert library.catalog.counts().captioned == done
    library.indexer.resume()
    assert library.indexer.wait_until_idle(30)
    assert library.catalog.counts().captioned == 30


def test_a_cancel_breaks_off_and_the_next_scan_goes_on(library: Library) -> None:
    for number in range(40):
        draw(library.root / f"slow {number:02}.jpg", number)
    library.indexer.request_scan()
    library.wait_for(lambda event: isinstance(event, PhotosDescribed))
    library.indexer.cancel()
    assert library.indexer.wait_until_idle(20)
    assert library.catalog.counts().captioned < 40
    library.index()
    assert library.catalog.counts().captioned == 40
    described = [i for event in library.told(PhotosDescribed) for i in event.ids]
    assert len(described) == len(set(described)) == 40


def test_while_another_program_indexes_this_one_waits(library: Library) -> None:
    draw_many(library.root, 2)
    with indexing_lock(library.home / "catalog.sqlite"):
        library.indexer.request_scan()
        library.wait_for(
            lambda event: isinstance(event, ProgressChanged) and event.progress.phase == "waiting"
        )
        assert not library.indexer.wait_until_idle(0.1)
        assert library.catalog.counts().photos == 0
    assert library.indexer.wait_until_idle(20)
    assert library.catalog.counts().captioned == 2


def test_an_engine_that_cannot_be_opened_leaves_thumbnails_and_words(
    opened: Callable[..., Library], tmp_path: Path
) -> None:
    library = opened(tmp_path, checkpoint="unusable")
    library.catalog.add_folder(library.root)
    draw_many(library.root, 5)
    library.index()
    assert library.engine.state.phase == "failed"
    assert len(library.thumbnails.ids()) == 5
    assert library.catalog.failures() == []
    draw_many(library.root / "more", 8)
    library.index()
    assert len(library.thumbnails.ids()) == 13


def test_a_root_unplugged_in_the_middle_fails_no_photo(library: Library) -> None:
    for number in range(30):
        draw(library.root / f"slow {number:02}.jpg", number, size=(900, 900))
    away = library.home / "unplugged"

    def unplug(event: Event) -> None:
        if isinstance(event, ThumbnailsReady) and not away.exists():
            library.root.rename(away)

    forget = library.bus.subscribe(unplug)
    library.index()
    forget()
    assert library.catalog.failures() == []
    assert library.catalog.counts().missing == 0
    assert not library.catalog.folders()[0].connected
    assert FoldersChanged() in library.events
    assert library.catalog.counts().captioned < 30
    away.rename(library.root)
    library.index()
    assert library.catalog.counts().captioned == 30


def test_a_full_disk_pauses_with_a_notice_and_loses_nothing(library: Library) -> None:
    draw_many(library.root, 30)
    library.index()
    captioned = library.catalog.counts().captioned
    # SQLite's own limit answers exactly as a full disk does
    engine = library.catalog._engine
    engine.dispose()

    def make_full(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    sql_event.listen(engine, "connect", make_full)
    many = library.root / "many"
    many.mkdir()
    for number in range(1500):
        shutil.copy(library.root / "photo 001.jpg", many / f"{number}.jpg")
    library.indexer.request_scan()
    assert not library.indexer.wait_until_idle(20)
    notice = library.wait_for(lambda event: isinstance(event, Notice))
    assert isinstance(notice, Notice)
    assert "no room left" in notice.message
    assert library.indexer.progress.phase == "paused"
    shutil.rmtree(many)
    sql_event.remove(engine, "connect", make_full)
    engine.dispose()
    library.index()
    assert library.catalog.counts().captioned == captioned == 30


def test_the_sample_set_describes_only_where_it_is_allowed_and_says_so(
    opened: Callable[..., Library], tmp_path: Path
) -> None:
    library = opened(tmp_path, drawn_only=True)
    own, agreed, gallery = (tmp_path / name for name in ("own", "agreed", "gallery"))
    for folder in (own, agreed, gallery):
        draw(folder / f"{folder.name}.jpg", 1)
    library.catalog.add_folder(own)
    library.catalog.add_folder(agreed, sample_allowed=True)
    library.catalog.add_folder(gallery, is_sample_gallery=True)
    library.index()
    assert library.captions() == {
        "own.jpg": None,
        "agreed.jpg": "a agreed",
        "gallery.jpg": "a gallery",
    }
    photos = {p.name: p.caption for p in library.catalog.photos(library.catalog.photo_ids())}
    assert photos["agreed.jpg"] is not None
    assert photos["agreed.jpg"].unsure
    assert photos["gallery.jpg"] is not None
    assert not photos["gallery.jpg"].unsure
    assert len(library.thumbnails.ids()) == 3
    library.catalog.allow_sample(library.catalog.folders()[0].id)
    library.indexer.wake()
    assert library.indexer.wait_until_idle(20)
    assert library.captions()["own.jpg"] == "a own"


def test_lost_thumbnails_are_made_again(opened: Callable[..., Library], tmp_path: Path) -> None:
    library = opened(tmp_path)
    library.catalog.add_folder(library.root)
    draw_many(library.root, 6)
    library.index()
    library.close()
    (tmp_path / "thumbnails.sqlite").unlink()
    again = opened(tmp_path)
    again.index()
    assert len(again.thumbnails.ids()) == 6
    assert again.told(PhotosDescribed) == []


def test_a_new_catalog_beside_old_thumbnails_shows_none_of_them(
    opened: Callable[..., Library], tmp_path: Path
) -> None:
    with_old = ThumbnailStore.open(tmp_path / "thumbnails.sqlite")
    with_old.put_many({1: b"another photo", 2: b"another photo"})
    with_old.close()
    library = opened(tmp_path)
    library.catalog.add_folder(library.root)
    (library.root / "broken.jpg").write_bytes(b"no picture")
    library.index()
    (photo_id,) = library.catalog.photo_ids()
    assert library.thumbnails.get_many([photo_id]) == {}


def test_stopping_in_the_middle_leaves_a_catalog_that_goes_on(
    opened: Callable[..., Library], tmp_path: Path
) -> None:
    library = opened(tmp_path)
    library.catalog.add_folder(library.root)
    for number in range(30):
        draw(library.root / f"slow {number:02}.jpg", number)
    library.indexer.request_scan()
    library.wait_for(lambda event: isinstance(event, PhotosDescribed))
    library.close()
    again = opened(tmp_path)
    again.index()
    assert again.catalog.counts().captioned == 30
    histories = [len(again.catalog.history(photo_id)) for photo_id in again.catalog.photo_ids()]
    assert histories == [1] * 30


def test_links_to_nothing_and_pipes_are_rows_with_reasons(library: Library) -> None:
    os.mkfifo(library.root / "pipe.jpg")
    (library.root / "nothing.jpg").symlink_to(library.home / "nothing")
    (library.root / "folder.png").mkdir()
    draw(library.root / "good.jpg")
    library.index()
    reasons = {p.name: p.failure.reason for p in library.catalog.failures() if p.failure}
    assert reasons == {
        "pipe.jpg": Reason.UNSUPPORTED,
        "nothing.jpg": Reason.MISSING,
        "folder.png": Reason.UNSUPPORTED,
    }


def test_a_folder_may_be_removed_while_it_is_read_and_described(library: Library) -> None:
    for number in range(60):
        draw(library.root / f"slow {number:02}.jpg", number)
    folder = library.catalog.folders()[0]

    def remove(event: Event) -> None:
        if isinstance(event, PhotosDescribed) and library.catalog.folders():
            library.catalog.remove_folder(folder.id)

    library.bus.subscribe(remove)
    library.index()
    assert library.catalog.counts().photos == 0
    assert library.told(Notice) == []
    library.catalog.add_folder(library.root)
    library.index()
    assert library.catalog.counts().photos == 60


def test_a_folder_removed_in_the_middle_of_its_scan_stays_removed(library: Library) -> None:
    for number in range(2500):
        (library.root / f"{number}.jpg").write_bytes(b"%d" % number)
    folder = library.catalog.folders()[0]

    def remove(event: Event) -> None:
        if isinstance(event, PhotosAdded) and library.catalog.folders():
            library.catalog.remove_folder(folder.id)

    library.bus.subscribe(remove)
    library.index()
    assert library.catalog.counts().photos == 0
    assert library.told(Notice) == []


def test_a_file_that_changes_while_it_is_described_is_described_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        draw(library.root / f"slow {number}.jpg", number)
    given: list[str] = []
    describe = library.engine.describe

    def describe_and_change(tasks: Sequence[PhotoTask]) -> None:
        given.extend(Path(task.path).name for task in tasks)
        describe(tasks)
        if given.count("slow 7.jpg") == 1 and "slow 7.jpg" in {Path(t.path).name for t in tasks}:
            draw(library.root / "slow 7.jpg", 99)
            library.indexer.request_scan()

    monkeypatch.setattr(library.engine, "describe", describe_and_change)
    library.index()
    assert given.count("slow 7.jpg") == 2
    assert library.captions()["slow 7.jpg"] == "a slow 7"


def test_what_is_looked_at_has_a_placeholder_before_its_thumbnail(library: Library) -> None:
    for number in range(6):
        photo = Image.new("RGB", (640, 480), (40 * number, 0, 90))
        write_with_thumbnail(library.root / f"{number}.jpg", photo, Image.new("RGB", (160, 120)))
    library.index()
    ids = list(library.catalog.photo_ids())
    library.thumbnails.drop(ids)
    shown: list[bool] = []

    def look(event: Event) -> None:
        if isinstance(event, ThumbnailsReady):
            made = library.thumbnails.which(event.ids)
            shown.extend(photo_id in made for photo_id in event.ids)

    library.bus.subscribe(look)
    library.indexer.prefer(ids)
    with library.changed:
        assert library.changed.wait_for(lambda: library.thumbnails.which(ids) == set(ids), 20)
    assert library.indexer.wait_until_idle(20)
    assert shown[0] is False, "a placeholder came first"
    assert shown.count(True) >= len(ids)


def test_no_thumbnails_are_made_anew_where_others_would_go_for_them(
    opened: Callable[..., Library], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened(tmp_path)
    first.catalog.add_folder(first.root)
    draw_many(first.root, 4)
    first.index()
    gone = first.catalog.photo_ids()[0]
    first.thumbnails.drop([gone])
    with monkeypatch.context() as full:
        full.setattr(ThumbnailStore, "is_full", property(lambda _: True))
        second = opened(tmp_path)
        second.index()
        assert gone not in second.thumbnails.ids()
        second.indexer.prefer([gone])
        second.wait_for(lambda event: event == ThumbnailsReady((gone,)))
        assert gone in second.thumbnails.ids(), "but what is looked at is made"
        second.thumbnails.drop([gone])
    third = opened(tmp_path)
    third.index()
    assert gone in third.thumbnails.ids()


def test_a_file_of_thumbnails_deleted_while_nothing_is_to_be_done_is_made_again_in_sight(
    library: Library,
) -> None:
    draw_many(library.root, 8)
    library.index()
    for file in library.home.glob("thumbnails.sqlite*"):
        file.unlink()
    seen = list(library.catalog.photo_ids())[:3]
    library.indexer.prefer(seen)
    assert library.indexer.wait_until_idle(20)
    assert library.thumbnails.ids() == set(seen)


def test_of_two_checkpoints_all_vectors_come_before_the_captions_but_for_what_is_in_sight(
    opened: Callable[..., Library], tmp_path: Path
) -> None:
    library = opened(tmp_path, checkpoint="apart", matcher="toy matcher")
    library.catalog.add_folder(library.root)
    draw_many(library.root, 40)
    seen_first: list[int] = []
    counts: list[tuple[int, int]] = []

    def look(event: Event) -> None:
        if isinstance(event, PhotosAdded):
            seen_first.append(event.ids[-1])
            library.indexer.prefer(seen_first)
        if isinstance(event, PhotosDescribed):
            now = library.catalog.counts()
            counts.append((now.embedded, now.captioned))

    library.bus.subscribe(look)
    library.index()
    assert counts[-1] == (40, 40)
    in_sight = len(seen_first)
    assert all(captioned <= in_sight for embedded, captioned in counts if embedded < 40)
    assert any(captioned for embedded, captioned in counts if embedded < 40), "what is in sight"
    progress = [event.progress for event in library.told(ProgressChanged)]
    told = [one for one in progress if one.phase == "describing"]
    assert all(one.done <= one.total for one in told)


def test_one_look_serves_both_parts_where_the_vision_is_shared(
    opened: Callable[..., Library], tmp_path: Path
) -> None:
    library = opened(tmp_path, checkpoint="toy", matcher="toy matcher")
    library.catalog.add_folder(library.root)
    draw_many(library.root, 40)
    library.index()
    described = [i for event in library.told(PhotosDescribed) for i in event.ids]
    assert len(described) < 60, "once each, but for the first, asked before that was known"


def test_a_rename_a_move_and_a_touch_ask_the_engine_nothing(library: Library) -> None:
    paths = draw_many(library.root, 12)
    library.index()
    before = library.captions()
    asked = list(library.told(PhotosDescribed))
    paths[0].rename(library.root / "renamed.jpg")
    (library.root / "sub").mkdir()
    paths[1].rename(library.root / "sub" / "moved.jpg")
    (library.root / "folder").mkdir()
    paths[2].rename(library.root / "folder" / "a.jpg")
    os.utime(paths[3], ns=(7, 7_000_000_000))
    library.index()
    (library.root / "folder").rename(library.root / "renamed folder")
    library.indexer.request_scan_of([Part(1, library.root / "renamed folder", deep=True)])
    library.index()
    assert library.told(PhotosDescribed) == asked
    assert sorted(library.captions().values(), key=str) == sorted(before.values(), key=str)
    assert library.catalog.counts().missing == 0


def test_what_is_touched_while_a_person_wants_quiet_waits(library: Library) -> None:
    for number in range(30):
        draw(library.root / f"slow {number:02}.jpg", number)
    library.indexer.request_scan()
    library.wait_for(lambda event: isinstance(event, PhotosDescribed))
    library.indexer.pause()
    library.wait_for(
        lambda event: isinstance(event, ProgressChanged) and event.progress.phase == "paused"
    )
    draw(library.root / "new.jpg", 99)
    library.indexer.request_scan_of([Part(1, library.root, deep=False)])
    assert not library.indexer.wait_until_idle(0.5)
    assert "new.jpg" not in library.captions()
    library.indexer.resume()
    assert library.indexer.wait_until_idle(30)
    assert library.captions()["new.jpg"] == "a new"
