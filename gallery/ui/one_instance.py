"""One window for a catalog: a later start hands over what it was asked for, and ends.

Who is first is decided by a lock that the system releases however a program ends; the socket only
carries the wishes. So what a killed window leaves behind never stands in the way of the next one.
"""

import contextlib
import getpass
import hashlib
import json
import logging
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from gallery.catalog.lock import window_lock

_LOG = logging.getLogger(__name__)
_PATIENCE_S = 10.0
_PAUSE_S = 0.1
_LONGEST_BYTES = 4 << 20
_TAKEN = b"taken\n"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a start was asked for; ``paths`` are absolute folders and photos."""

    paths: tuple[Path, ...] = ()
    samples: bool = False

    def to_line(self) -> bytes:
        """One line of JSON; names that are no UTF-8 are kept as Python's own escapes."""
        told = {"paths": [str(path) for path in self.paths], "samples": self.samples}
        return json.dumps(told).encode("ascii") + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "Wish":
        """Raises ``ValueError`` for what is no wish."""
        told = json.loads(line)
        if not isinstance(told, dict) or not isinstance(told.get("paths"), list):
            raise ValueError("no wish")  # noqa: TRY004 - what json itself raises for rubbish
        paths = tuple(Path(path) for path in told["paths"] if isinstance(path, str))
        return cls(tuple(path for path in paths if path.is_absolute()), told.get("samples") is True)


class OneInstance(QObject):
    """The place of the first window of a catalog, and the door of the later ones."""

    wished = Signal(object)  # Wish

    def __init__(self, catalog_path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = catalog_path.absolute()
        self._lock: FileLock | None = None
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)

    def hand_over(self, wish: Wish, patience_s: float = _PATIENCE_S) -> bool:
        """Give the wish to the window that is there; False: this one is the first, and listens.

        A window that does not answer (it hangs, or runs on another machine that shares the home)
        is not waited for longer than ``patience_s``: then this one opens beside it.
        """
        late = time.monotonic() + patience_s
        while not self._claim():
            if _send(server_name(self._path), wish):
                return True
            if time.monotonic() > late:
                _LOG.warning("another window has %s open but does not answer", self._path)
                return False
            time.sleep(_PAUSE_S)
        return False

    def close(self) -> None:
        """Let the next start be the first."""
        self._server.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _claim(self) -> bool:
        """Become the first; True too where nothing can be locked (opening the catalog says why)."""
        lock = window_lock(self._path)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire(blocking=False)
        except Timeout:
            return False
        except OSError as error:
            _LOG.warning("whether a window is open cannot be told: %s", error)
            return True
        self._lock = lock
        name = server_name(self._path)
        QLocalServer.removeServer(name)  # of a window that was killed: the lock is ours
        if not self._server.listen(name):
            _LOG.warning("later starts cannot reach this one: %s", self._server.errorString())
        return True

    def _on_connection(self) -> None:
        while (peer := self._server.nextPendingConnection()) is not None:
            peer.readyRead.connect(lambda peer=peer: self._on_ready(peer))
            peer.disconnected.connect(peer.deleteLater)
            self._on_ready(peer)

    def _on_ready(self, peer: QLocalSocket) -> None:
        if peer.bytesAvailable() > _LONGEST_BYTES:
            peer.abort()
        if not peer.canReadLine():
            return
        try:
            wish = Wish.from_line(bytes(peer.readLine().data()))
        except (ValueError, RecursionError):
            _LOG.warning("what came through the socket of the window is no wish")
            peer.abort()
            return
        peer.write(_TAKEN)
        peer.flush()
        peer.disconnectFromServer()
        self.wished.emit(wish)


def server_name(catalog_path: Path) -> str:
    """The name of a catalog's socket: in the person's own runtime folder where there is one."""
    real = os.fsencode(os.path.realpath(catalog_path))
    who = getpass.getuser() if os.name == "nt" else str(os.getuid())
    name = f"photo-narrator-{who}-{hashlib.sha256(real).hexdigest()[:16]}"
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return str(Path(runtime) / name) if runtime and Path(runtime).is_dir() else name


def _send(name: str, wish: Wish) -> bool:
    if not _is_ours(name):
        return False
    socket = QLocalSocket()
    wait_ms = 3000
    socket.connectToServer(name)
    if not socket.waitForConnected(wait_ms):
        return False
    socket.write(wish.to_line())
    while socket.bytesToWrite():
        if not socket.waitForBytesWritten(wait_ms):
            return False
    while not socket.canReadLine():
        if not socket.waitForReadyRead(wait_ms):
            return False
    return bytes(socket.readLine().data()) == _TAKEN


def _is_ours(name: str) -> bool:
    """Whether the socket belongs to this person: in a shared folder anybody can make one."""
    if os.name == "nt":
        return True
    path = Path(name) if Path(name).is_absolute() else Path(tempfile.gettempdir()) / name
    with contextlib.suppress(OSError):
        return path.stat().st_uid == os.getuid()
    return False
