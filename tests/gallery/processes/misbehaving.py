"""Children of the tests: one echoes and, when told so, dies, hangs, floods or speaks rubbish."""

import os
import signal
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

from engine.wire import Channel, Codec, settle_child


@dataclass(frozen=True, slots=True)
class Say:
    text: str
    body: bytes = b""


CODEC = Codec((Say,))


def echo(connection: Connection) -> None:
    settle_child()
    channel = Channel(connection, CODEC)
    while True:
        try:
            said = channel.receive()
        except EOFError:
            return
        match said.text:
            case "SIGKILL" | "SIGSEGV":
                os.kill(os.getpid(), signal.Signals[said.text])
            case "leave":
                return
            case "hang":
                time.sleep(3600)
            case "rubbish":
                connection.send_bytes(b"\x02\0\0\0[]")
            case "half":  # the length of a long message and then nothing
                os.write(connection.fileno(), b"\0\1\0\0half")
                time.sleep(3600)
            case "flood":
                for number in range(2000):
                    channel.send(Say(str(number), b"x" * 1000))
            case _:
                channel.send(said)


def dies_at_once(connection: Connection) -> None:
    os._exit(3)


def deaf(connection: Connection) -> None:
    """Reads nothing and ignores the end of its pipe."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(3600)
