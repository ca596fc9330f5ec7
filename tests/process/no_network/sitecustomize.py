"""On the path of a watched program and its children: notes and refuses every way out."""

import os
import socket
import sys

_LOG = os.environ.get("WATCHED_CONNECTIONS")
# One address that may be reached ("127.0.0.1:8080"), where the test names one.
_ALLOWED = os.environ.get("WATCHED_ALLOWED", "")
_NAMES = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_SENDS = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"}


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    out = event in _NAMES
    if event in _SENDS:
        family = getattr(arguments[0], "family", None)
        out = family in (socket.AF_INET, socket.AF_INET6)
    if out and _ALLOWED and _is_allowed(event, arguments):
        return
    if out and _LOG:
        with open(_LOG, "a") as log:
            log.write(f"{os.getpid()} {event} {arguments[1:]!r}\n")
        raise ConnectionRefusedError("the test allows no connection")


def _is_allowed(event: str, arguments: tuple[object, ...]) -> bool:
    address = arguments if event in _NAMES else arguments[1]
    host, port = address[:2]  # type: ignore[index]
    return f"{host}:{port}" == _ALLOWED


sys.addaudithook(_watch)
