"""A second window on a catalog hands over to the first, whatever became of the one before."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from gallery.ui.one_instance import OneInstance, Wish, server_name

HOLD = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from gallery.ui.one_instance import OneInstance, Wish
application = QCoreApplication([])
one = OneInstance(Path(sys.argv[1]))
assert not one.hand_over(Wish())
print("first", flush=True)
application.exec()
"""


HAND_OVER = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from gallery.ui.one_instance import OneInstance, Wish
application = QCoreApplication([])
one = OneInstance(Path(sys.argv[1]))
print(one.hand_over(Wish.from_line(sys.argv[2].encode()), float(sys.argv[3])))
one.close()
"""


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # A short name: the path of a socket has at most about 100 bytes.
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return tmp_path / "catalog.sqlite"


@pytest.fixture
def first(catalog: Path, qtbot: QtBot) -> Iterator[OneInstance]:
    one = OneInstance(catalog)
    assert not one.hand_over(Wish())
    yield one
    one.close()


def hand_over(catalog: Path, wish: Wish, qtbot: QtBot | None, patience_s: float = 10.0) -> bool:
    """As a second program does; ``qtbot`` runs the first one's events, if that is in here."""
    line = wish.to_line().decode("ascii")
    words = [sys.executable, "-c", HAND_OVER, str(catalog), line, str(patience_s)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as later:
        if qtbot is not None:
            qtbot.waitUntil(lambda: later.poll() is not None, timeout=20_000)
        told, _ = later.communicate(timeout=20)
    assert later.returncode == 0
    return told == "True\n"


def test_a_later_start_hands_its_paths_over_as_they_are(
    first: OneInstance, catalog: Path, qtbot: QtBot
) -> None:
    odd = Path(os.fsdecode(b"/photos/caf\xe9 \n\xff.jpg"))
    wish = Wish((Path("/photos/Über uns"), odd), samples=True)
    with qtbot.waitSignal(first.wished, timeout=10_000) as heard:
        assert hand_over(catalog, wish, qtbot)
    assert heard.args == [wish]


def test_another_catalog_has_a_window_of_its_own(first: OneInstance, tmp_path: Path) -> None:
    other = OneInstance(tmp_path / "other.sqlite")
    try:
        assert not other.hand_over(Wish())
    finally:
        other.close()


def test_a_catalog_reached_by_a_link_is_the_same_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert server_name(tmp_path / "link" / "c.sqlite") == server_name(tmp_path / "real/c.sqlite")


def test_after_a_killed_window_the_next_one_is_the_first(catalog: Path, qtbot: QtBot) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(catalog)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "first\n"
        assert hand_over(catalog, Wish(), None), "it is there, and answers"
        holder.send_signal(signal.SIGKILL)
    one = OneInstance(catalog)
    try:
        assert not one.hand_over(Wish())
        with qtbot.waitSignal(one.wished, timeout=10_000):
            assert hand_over(catalog, Wish(), qtbot)
    finally:
        one.close()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes cannot be stopped here")
def test_a_window_that_hangs_is_not_waited_for_forever(catalog: Path, qtbot: QtBot) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(catalog)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "first\n"
        holder.send_signal(signal.SIGSTOP)
        try:
            assert not hand_over(catalog, Wish(), None, patience_s=0.0)
        finally:
            holder.send_signal(signal.SIGKILL)


@pytest.mark.parametrize(
    "rubbish", [b"hello\n", b"[]\n", b'{"paths": "x"}\n', b"\xff\xfe\n", b"[" * 60_000 + b"\n"]
)
def test_rubbish_through_the_socket_is_dropped_and_the_next_wish_is_heard(
    first: OneInstance, catalog: Path, qtbot: QtBot, rubbish: bytes
) -> None:
    wishes: list[Wish] = []
    first.wished.connect(wishes.append)
    socket = QLocalSocket()
    socket.connectToServer(server_name(catalog))
    assert socket.waitForConnected(5000)
    socket.write(rubbish)
    state = QLocalSocket.LocalSocketState.UnconnectedState
    qtbot.waitUntil(lambda: socket.state() is state, timeout=5000)
    assert wishes == []
    assert hand_over(catalog, Wish((Path("/photos"),)), qtbot)
    assert wishes == [Wish((Path("/photos"),))]


def test_a_relative_path_is_no_wish() -> None:
    assert Wish.from_line(b'{"paths": ["/a", "b", 3]}\n') == Wish((Path("/a"),))
