import io
from argparse import Namespace
from pathlib import Path

import pytest

from gallery import cli, screen
from gallery.commands import benchmarks, catalogs, terminal
from gallery.errors import KnownError
from gallery.library.events import Progress


def test_without_a_command_the_window_is_meant() -> None:
    assert cli.parse([]).command == "window"
    assert cli.parse(["--catalog", "x.sqlite"]).catalog == Path("x.sqlite")


@pytest.mark.parametrize(
    "argv",
    [
        ["--catalog", "x.sqlite", "search", "cat"],
        ["search", "cat", "--catalog", "x.sqlite"],
        ["search", "--catalog", "x.sqlite", "cat"],
    ],
)
def test_the_catalog_may_be_named_before_or_after_the_command(argv: list[str]) -> None:
    arguments = cli.parse(argv)
    assert arguments.catalog == Path("x.sqlite")
    assert arguments.device is None
    assert arguments.checkpoint is None


@pytest.mark.parametrize(
    "argv",
    [
        ["dance"],
        ["search"],
        ["search", "cat", "--limit", "0"],
        ["search", "cat", "--limit", "many"],
        ["narrate", "--out", "x.wav"],
        ["narrate", "a.jpg", "--search", "cat", "--out", "x.wav"],
        ["edit", "a.jpg"],
        ["caption"],
        ["bench"],
        ["bench", "everything"],
        ["bench", "engine", "--turns", "0"],
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.parse(argv)
    assert stopped.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert said.err.startswith("photo-narrator")


def test_a_known_error_is_told_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(arguments: Namespace) -> int:
        raise KnownError("The disk is full.", "Make room.")

    assert cli.guarded(fail, Namespace()) == 2
    assert capsys.readouterr().err == "photo-narrator: The disk is full. Make room.\n"


def test_ctrl_c_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(arguments: Namespace) -> int:
        raise KeyboardInterrupt

    assert cli.guarded(interrupted, Namespace()) == 130
    assert "stopped" in capsys.readouterr().err


def test_an_error_of_ours_is_logged_and_the_log_is_named(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def broken(arguments: Namespace) -> int:
        raise ZeroDivisionError("ours")

    assert cli.guarded(broken, Namespace()) == 70
    assert "photo-narrator.log" in capsys.readouterr().err
    assert "ZeroDivisionError: ours" in caplog.text


def test_a_screen_is_looked_for_where_linux_has_it() -> None:
    assert screen.reason_for_none({}) != ""
    assert screen.reason_for_none({"DISPLAY": ":0"}) == ""
    assert screen.reason_for_none({"WAYLAND_DISPLAY": "wayland-0"}) == ""
    assert screen.reason_for_none({"QT_QPA_PLATFORM": "offscreen"}) == ""
    assert screen.reason_for_none({"QT_QPA_PLATFORM": "xcb"}) != ""


def test_a_missing_library_is_told_before_qt_ends_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(
        screen.system_libraries, "missing_libraries", lambda files: {"libxcb-icccm.so.4"}
    )
    with pytest.raises(KnownError, match=r"lacks libxcb-icccm\.so\.4.*libxcb-icccm4`"):
        screen.require()


def test_progress_reads_as_a_sentence() -> None:
    progress = Progress("describing", 12, 1_040, seconds_left=200.2, per_second=3.21, failed=2)
    assert terminal.sentence_of(progress) == (
        "Describing photos: 12 of 1,040, 3.2 a second, 3 min 20 s left, 2 failed"
    )
    assert terminal.sentence_of(Progress("scanning", 512)) == "Looking for photos: 512"
    assert terminal.sentence_of(Progress("idle")) == ""


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59.4, "59 s"), (61, "1 min 1 s"), (7_500, "2 h 5 min")]
)
def test_durations_have_two_units_at_most(seconds: float, words: str) -> None:
    assert terminal.duration(seconds) == words


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_progress_is_redrawn_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = _Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    line = terminal.ProgressLine()
    line.show(Progress("describing", 6, 12))
    line.clear()
    assert "[############............] Describing photos: 6 of 12" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[K")
    assert "\n" not in stream.getvalue()


def test_elsewhere_progress_is_a_line_for_each_phase(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    line = terminal.ProgressLine()
    for done in range(10):
        line.show(Progress("reading", done, 10))
    line.show(Progress("describing", 1, 10))
    line.clear()
    assert stream.getvalue().splitlines() == [
        "Reading photos: 0 of 10",
        "Describing photos: 1 of 10",
    ]


def test_a_file_name_cannot_move_the_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", _Terminal())
    assert "\x1b" not in terminal.shown(Path("a\x1b[2Jb.jpg"))
    assert terminal.shown("Grüße 🐈") == "Grüße 🐈"


def test_a_checkpoint_once_chosen_is_remembered_beside_its_catalog(tmp_path: Path) -> None:
    catalog = tmp_path / "one" / "catalog.sqlite"
    assert catalogs.remembered_checkpoint(catalog) is None
    catalogs.remember_checkpoint(catalog, "/weights/blip")
    assert catalogs.remembered_checkpoint(catalog) == "/weights/blip"
    assert catalogs.remembered_checkpoint(tmp_path / "two" / "catalog.sqlite") is None


def test_a_path_is_kept_as_typed_but_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path)
    assert catalogs.absolute(Path("real/../link/a.jpg")) == tmp_path / "link" / "a.jpg"


def test_a_benchmark_is_asked_for_what_the_command_line_names(tmp_path: Path) -> None:
    catalog = ["--catalog", str(tmp_path / "catalog.sqlite")]
    plain = cli.parse([*catalog, "bench", "engine"])
    assert benchmarks.options(plain) == ["--checkpoint", "sample"]
    words = ["--checkpoint", "weights", "--full-size", "--turns", "5", "--json", "out.json"]
    named = cli.parse([*catalog, "bench", "engine", *words])
    assert benchmarks.options(named) == words
