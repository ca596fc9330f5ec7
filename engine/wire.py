"""How messages cross a process border: frozen dataclasses as JSON plus at most one blob.

No pickle: a child that decodes hostile files must never be able to run code in its parent.
A frame is ``[u32 JSON length][JSON][blob]``; the JSON carries the class name and plain fields.
Paths travel as ``os.fsdecode`` strings, so names that are not UTF-8 survive.
"""

import dataclasses
import enum
import json
import os
import signal
import struct
import sys
import types
import typing
from collections.abc import Iterable
from multiprocessing.connection import Connection
from typing import Any

_LENGTH = struct.Struct("<I")
# RecursionError: JSON that is nested more deeply than any message.
_NO_MESSAGE = (struct.error, ValueError, LookupError, TypeError, AttributeError, RecursionError)


class WireError(ValueError):
    """A frame that is no message of this codec."""


class Codec:
    """Turns the given frozen dataclasses into frames and back."""

    def __init__(self, messages: Iterable[type]) -> None:
        self._messages = {message.__name__: message for message in messages}

    def encode(self, message: object) -> bytes:
        """Return the frame of ``message``; at most one field may be non-empty bytes."""
        name = type(message).__name__
        if self._messages.get(name) is not type(message):
            raise WireError(f"{name} is no message of this codec")
        fields: dict[str, Any] = {}
        blob = b""
        for field in dataclasses.fields(message):  # type: ignore[arg-type]
            value = getattr(message, field.name)
            if isinstance(value, bytes):
                if blob and value:
                    raise WireError(f"{name} has two blobs")
                blob = value or blob
                fields[field.name] = {"blob": len(value)}
            else:
                fields[field.name] = _plain(value)
        head = json.dumps([name, fields], separators=(",", ":"), allow_nan=False).encode("ascii")
        return _LENGTH.pack(len(head)) + head + blob

    def decode(self, frame: bytes) -> Any:
        """Return the message in ``frame``; raises :class:`WireError` on anything else."""
        try:
            (length,) = _LENGTH.unpack_from(frame)
            name, fields = json.loads(frame[4 : 4 + length])
            cls = self._messages[name]
            blob = frame[4 + length :]
            hints = typing.get_type_hints(cls)
            values = {
                key: _blob(value, blob) if hints[key] is bytes else _typed(value, hints[key])
                for key, value in fields.items()
            }
            return cls(**values)
        except _NO_MESSAGE as error:
            raise WireError(f"not a message: {error}") from error


class Channel:
    """One end of a pipe that speaks a codec. Not safe for two senders at once."""

    def __init__(self, connection: Connection, codec: Codec) -> None:
        self._connection = connection
        self._codec = codec

    def send(self, message: object) -> None:
        """Send one message; raises ``OSError`` where the other side is gone."""
        self._connection.send_bytes(self._codec.encode(message))

    def receive(self) -> Any:
        """Wait for one message; raises ``EOFError`` or ``OSError`` where the other side left."""
        return self._codec.decode(self._connection.recv_bytes())

    def close(self) -> None:
        """Close this end."""
        self._connection.close()


def _blob(value: Any, blob: bytes) -> bytes:
    size = value["blob"]
    if size not in (0, len(blob)):
        raise WireError(f"blob of {len(blob)} bytes, {size} announced")
    return blob if size else b""


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _typed(value: Any, hint: Any) -> Any:
    """Rebuild tuples and nested dataclasses; refuse values of another type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        return _typed(value, next(item for item in arguments if item is not type(None)))
    if origin is tuple:
        if not isinstance(value, list):
            raise WireError(f"{value!r} is no list")
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(_typed(item, arguments[0]) for item in value)
        return tuple(_typed(item, kind) for item, kind in zip(value, arguments, strict=True))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        return hint(**{key: _typed(item, hints[key]) for key, item in value.items()})
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return _finite(value)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return hint(value)
    if isinstance(hint, type) and isinstance(value, hint):
        return value
    raise WireError(f"{value!r} is no {hint}")


def _finite(value: float) -> float:
    if not abs(value) <= sys.float_info.max:  # JSON has no others, but Python's reader takes them
        raise WireError(f"{value!r} is no number")
    return float(value)


def settle_child() -> None:
    """First thing in a child: stray prints go to stderr; Ctrl+C is the parent's matter."""
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
