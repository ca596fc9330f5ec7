"""On the path of a watched program and its children: notes and refuses every way out."""

import os
import socket
import sys

_LOG = os.environ.get("WATCHED_CONNECTIONS")
_NAMES = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_SENDS = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"}


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    out = event in _NAMES
    if event in _SENDS:
        family = getattr(arguments[0], "family", None)
        out = family in (socket.AF_INET, socket.AF_INET6)
    if out and _LOG:
        with open(_LOG, "a") as log:
            log.write(f"{os.getpid()} {event} {arguments[1:]!r}\n")
        raise ConnectionRefusedError("the test allows no connection")


sys.addaudithook(_watch)
