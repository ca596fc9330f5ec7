from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QElapsedTimer
from pytestqt.qtbot import QtBot

from gallery.domain import Clip
from gallery.narration.speech import Speech
from gallery.ui import sound_library
from gallery.ui.player import Player

SENTENCE = "A cat sits on a mat."


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clip]:
    speech = Speech(tmp_path_factory.mktemp("speech"))
    yield speech.synthesize(SENTENCE, rate_wpm=260)
    speech.stop()


@pytest.fixture(params=["as it comes", "silent"])
def player(request: pytest.FixtureRequest, qtbot: QtBot) -> Iterator[Player]:
    made = Player(with_sound=request.param != "silent")
    yield made
    made.stop()
    made.deleteLater()


def test_a_clip_takes_about_its_time_and_its_words_light_up(
    qtbot: QtBot, player: Player, clip: Clip
) -> None:
    words: list[tuple[int, int]] = []
    player.word_changed.connect(lambda start, length: words.append((start, length)))
    positions: list[int] = []
    player.position_changed.connect(positions.append)
    clock = QElapsedTimer()
    clock.start()
    with qtbot.waitSignal(player.finished, timeout=clip.duration_ms + 3_000):
        player.play(clip)
        assert player.is_playing
    assert clip.duration_ms - 150 < clock.elapsed() < clip.duration_ms + 700
    assert not player.is_playing
    assert positions == sorted(positions)
    assert positions[-1] == clip.duration_ms
    assert [SENTENCE[start : start + length] for start, length in words] == [
        *(SENTENCE[word.start : word.start + word.length] for word in clip.words),
        "",
    ]


def test_pause_holds_and_resume_goes_on(qtbot: QtBot, player: Player, clip: Clip) -> None:
    player.play(clip)
    qtbot.waitUntil(lambda: player.position_ms > 300, timeout=5_000)
    player.pause()
    assert player.is_paused
    held_ms = player.position_ms
    with qtbot.assertNotEmitted(player.finished, wait=clip.duration_ms):
        pass
    assert player.position_ms == pytest.approx(held_ms, abs=60)
    with qtbot.waitSignal(player.finished, timeout=clip.duration_ms + 3_000):
        player.resume()
        assert player.is_playing


def test_stop_tells_nothing_and_another_clip_can_be_played(
    qtbot: QtBot, player: Player, clip: Clip
) -> None:
    player.play(clip)
    qtbot.waitUntil(lambda: player.position_ms > 100, timeout=5_000)
    with qtbot.assertNotEmitted(player.finished, wait=200):
        player.stop()
    assert not player.is_playing
    assert not player.is_paused
    assert player.position_ms == 0
    player.play(clip)
    with qtbot.waitSignal(player.finished, timeout=clip.duration_ms + 3_000):
        player.play(clip)  # in place of the first


def test_without_the_library_it_says_which_package_to_install(
    qtbot: QtBot, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = "libpulse.so.0: cannot open shared object file"
    missing = sound_library.SoundLibrary(problem)
    monkeypatch.setattr("gallery.ui.player.load_sound_library", lambda: missing)
    player = Player()
    assert "apt install libpulse0" in player.silent_reason
    assert problem in player.silent_reason
    with qtbot.waitSignal(player.finished, timeout=clip.duration_ms + 2_000):
        player.play(clip)


def test_sound_that_cannot_be_read_is_told(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_library.SoundLibrary, "has_device", lambda _: True)
    player = Player()
    if player.silent_reason:
        pytest.skip("Qt's sound library is not there")
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"no sound at all")
    with qtbot.waitSignal(player.failed, timeout=5_000) as told:
        player.play(Clip("x", broken, 1_000, ()))
    assert told.args is not None
    assert "could not be played" in told.args[0]
    assert not player.is_playing
    player.deleteLater()
