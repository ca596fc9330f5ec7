import io
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, wait
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from engine.protocol import Reason
from engine.wire import Channel
from gallery.domain import Failure
from gallery.errors import KnownError
from gallery.library.decoder import DecoderClient, Examined
from gallery.library.scan import fingerprint
from gallery.processes import child
from gallery.processes.decoder_messages import CODEC, Examine, Ready
from tests.camera_files import write_with_thumbnail
from tests.drawn import draw, draw_many
from tests.gallery.library import poisoned_decoder


@pytest.fixture
def decoder() -> Iterator[DecoderClient]:
    client = DecoderClient()
    yield client
    client.stop()


@pytest.fixture
def poisoned() -> Iterator[DecoderClient]:
    client = DecoderClient(entry=poisoned_decoder.serve, patience_s=0.5)
    yield client
    client.stop()


def test_a_photo_is_examined_upright_with_its_date_and_thumbnail(
    decoder: DecoderClient, tmp_path: Path
) -> None:
    path = draw(tmp_path / "a.jpg", size=(800, 400))
    with Image.open(path) as image:
        exif = image.getexif()
        exif[0x0112] = 6
        exif.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
        image.save(path, exif=exif)
    examined = decoder.examine(path).result(20)
    assert isinstance(examined, Examined)
    told = examined.metadata
    assert (told.format, told.width_px, told.height_px) == ("JPEG", 400, 800)
    assert (told.taken_at, told.taken_source) == (
        datetime.fromisoformat("2024-05-06T07:08:09"),
        "exif",
    )
    assert told.fingerprint == fingerprint(path)
    assert Image.open(io.BytesIO(examined.thumbnail)).size == (160, 320)


def test_without_a_date_in_the_file_its_own_time_is_told(
    decoder: DecoderClient, tmp_path: Path
) -> None:
    path = draw(tmp_path / "a.png")
    moment = datetime.fromisoformat("2023-01-02T03:04:05")
    os.utime(path, (moment.timestamp(), moment.timestamp()))
    examined = decoder.examine(path).result(20)
    assert isinstance(examined, Examined)
    assert (examined.metadata.taken_at, examined.metadata.taken_source) == (moment, "file")


def test_the_viewers_picture_fits_the_size_wanted(decoder: DecoderClient, tmp_path: Path) -> None:
    jpeg = decoder.picture(draw(tmp_path / "a.webp", size=(900, 300)), 450)
    assert isinstance(jpeg, bytes)
    assert Image.open(io.BytesIO(jpeg)).size == (450, 150)
    small = decoder.picture(draw(tmp_path / "b.png", size=(90, 30)), 450)
    assert isinstance(small, bytes)
    assert Image.open(io.BytesIO(small)).size == (90, 30)


def test_what_is_no_picture_gets_a_reason_and_the_rest_goes_on(
    decoder: DecoderClient, tmp_path: Path
) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("no picture")
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    good = draw(tmp_path / "good.jpg")
    names = ["empty.jpg", "text.jpg", "folder.png", "pipe.jpg", "gone.jpg"]
    futures = [decoder.examine(tmp_path / name) for name in names]
    reasons = []
    for future in futures:
        failure = future.result(20)
        assert isinstance(failure, Failure)
        assert failure.detail
        reasons.append(failure.reason)
    assert reasons[2:] == [Reason.UNSUPPORTED, Reason.UNSUPPORTED, Reason.MISSING]
    assert isinstance(decoder.examine(good).result(20), Examined)
    assert isinstance(decoder.picture(tmp_path / "text.jpg", 100), Failure)


def test_what_a_person_looks_at_goes_before_the_rest(
    decoder: DecoderClient, tmp_path: Path
) -> None:
    paths = draw_many(tmp_path, 30)
    order: list[str] = []

    def note(name: str, future: "Future[Examined | Failure]") -> None:
        future.add_done_callback(lambda done: order.append(name))

    futures = []
    for path in paths[:29]:
        futures.append(decoder.examine(path))
        note("background", futures[-1])
    futures.append(decoder.examine(paths[29], visible=True))
    note("visible", futures[-1])
    assert isinstance(decoder.picture(paths[0], 100), bytes)
    order.append("viewer")
    wait(futures, 20)
    assert order.index("viewer") <= 6
    assert order.index("visible") <= 6


@pytest.mark.parametrize("name", ["poison.jpg", "hang.jpg"])
def test_a_file_that_ends_the_decoder_twice_is_set_aside_and_no_other(
    poisoned: DecoderClient, tmp_path: Path, name: str
) -> None:
    paths = [*draw_many(tmp_path, 4), draw(tmp_path / name), *draw_many(tmp_path / "more", 4)]
    futures = [poisoned.examine(path) for path in paths]
    results = [future.result(30) for future in futures]
    assert [isinstance(result, Examined) for result in results] == [True] * 4 + [False] + [True] * 4
    bad = results[4]
    assert isinstance(bad, Failure)
    assert bad.reason is Reason.SET_ASIDE


def test_a_kill_from_outside_loses_nothing(decoder: DecoderClient, tmp_path: Path) -> None:
    futures = [decoder.examine(path) for path in draw_many(tmp_path, 40)]
    futures[3].result(20)
    assert decoder.pid
    os.kill(decoder.pid, signal.SIGKILL)
    assert all(isinstance(future.result(20), Examined) for future in futures)


def test_a_request_may_be_cancelled_before_it_begins(
    decoder: DecoderClient, tmp_path: Path
) -> None:
    paths = draw_many(tmp_path, 20)
    futures = [decoder.examine(path) for path in paths]
    assert futures[-1].cancel()
    assert isinstance(futures[-2].result(20), Examined)


def test_a_decoder_that_does_not_start_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(child, "_BACKOFF_S", (0.01,))
    client = DecoderClient(entry=poisoned_decoder.cannot_start)
    with pytest.raises(KnownError, match="does not start"):
        client.examine(tmp_path / "a.jpg").result(20)
    with pytest.raises(KnownError, match="does not start"):
        client.picture(tmp_path / "a.jpg", 100)
    client.stop()


def test_after_a_stop_nothing_waits_for_ever(tmp_path: Path) -> None:
    client = DecoderClient()
    futures = [client.examine(path) for path in draw_many(tmp_path, 10)]
    client.stop()
    for future in (*futures, client.examine(tmp_path / "a.jpg")):
        told = future.exception(5)
        assert told is None or "stopped" in str(told)
    client.stop()


def test_the_process_leaves_with_its_gallery_even_in_the_middle_of_a_picture(
    tmp_path: Path,
) -> None:
    ours, theirs = multiprocessing.Pipe()
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=poisoned_decoder.serve, args=(theirs,))
    process.start()
    theirs.close()
    channel = Channel(ours, CODEC)
    assert channel.receive() == Ready()
    channel.send(Examine(1, str(draw(tmp_path / "good.jpg")), 100))
    assert channel.receive().job == 1
    channel.send(Examine(2, str(tmp_path / "hang.jpg"), 100))
    channel.close()
    process.join(2)
    assert process.exitcode == 0


def test_asking_for_other_pictures_buys_a_hung_file_no_time(
    poisoned: DecoderClient, tmp_path: Path
) -> None:
    poisoned.examine(draw(tmp_path / "good.jpg")).result(20)
    hung = poisoned.examine(draw(tmp_path / "hang.jpg"))
    for number in range(40):  # a person who keeps leafing, ten times as long as its patience
        if hung.done():
            break
        poisoned.examine(tmp_path / f"{number}.jpg")
        wait([hung], timeout=0.25)
    assert hung.done()


def test_a_file_whose_time_is_outside_the_calendar_is_examined(
    decoder: DecoderClient,
) -> None:
    in_memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # keeps any time, ext4 does not
    with tempfile.TemporaryDirectory(dir=in_memory) as folder:
        path = draw(Path(folder) / "a.jpg")
        os.utime(path, (2**40, 2**40))
        assert isinstance(decoder.examine(path).result(20), Examined)


def test_a_glance_shows_what_the_camera_put_in_and_goes_before_other_work(
    decoder: DecoderClient, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    write_with_thumbnail(photo, Image.new("RGB", (640, 480), "navy"), Image.new("RGB", (160, 120)))
    finished: list[str] = []
    waiting = [decoder.examine(path) for path in draw_many(tmp_path / "more", 12)]
    for future in waiting:
        future.add_done_callback(lambda _: finished.append("examined"))
    glance = decoder.glance(photo)
    glance.add_done_callback(lambda _: finished.append("glance"))
    jpeg = glance.result(20)
    assert isinstance(jpeg, bytes)
    assert Image.open(io.BytesIO(jpeg)).size == (160, 120)
    wait(waiting, 20)
    assert finished.index("glance") < 6
    assert decoder.glance(draw(tmp_path / "drawn.png")).result(20) == b""


@pytest.mark.parametrize("name", ["some.jpg", "untold.jpg"])
def test_an_answer_that_makes_no_sense_is_a_failure_and_ends_nothing(
    tmp_path: Path, name: str
) -> None:
    client = DecoderClient(entry=poisoned_decoder.talks_nonsense)
    try:
        answer = client.examine(draw(tmp_path / name)).result(20)
        pid = client.pid
        assert isinstance(answer, Failure)
        assert answer.reason is Reason.INTERNAL
        assert isinstance(client.picture(tmp_path / name, 40), bytes)
        assert client.pid == pid
    finally:
        client.stop()
