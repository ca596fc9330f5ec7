"""The model hub, through huggingface_hub: what a checkpoint consists of, and its bytes.

Only the process that gets checkpoints imports this. The hub is told nothing but which files are
wanted: no token, no telemetry (``engine.hub.worker`` switches it off before the import), and the
only host that is named is huggingface_hub's own endpoint.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from io import RawIOBase
from pathlib import Path

import httpx2
from huggingface_hub import constants, get_hf_file_metadata, get_session, hf_hub_url
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import build_hf_headers, hf_raise_for_status  # type: ignore[attr-defined]

from engine.checkpoints import CheckpointError
from engine.hub.messages import Wanted
from engine.hub.store import KEPT, disk_refusal

_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_REQUIRED = ("config.json", "preprocessor_config.json")
_OPTIONAL = (
    "tokenizer.json",
    "vocab.txt",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "README.md",
)
_GIT_LENGTH, _SHA256_LENGTH = 40, 64
_BUSY = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on the hub. ``etag`` is its sha256, or the git blob's sha1 of a small one."""

    name: str
    url: str
    size_bytes: int
    etag: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The files of a checkpoint at a commit; the weights come last."""

    repository: str
    commit: str
    files: tuple[RemoteFile, ...]

    @property
    def size_bytes(self) -> int:
        """All files together."""
        return sum(file.size_bytes for file in self.files)


class Digests:
    """The sha256 of what arrives, and git's sha1 where that is what the hub tells."""

    def __init__(self, file: RemoteFile) -> None:
        self._sha256 = hashlib.sha256()
        self._git = None
        if len(file.etag) == _GIT_LENGTH:
            self._git = hashlib.sha1(b"blob %d\0" % file.size_bytes, usedforsecurity=False)

    def update(self, data: bytes) -> None:
        """Take the next bytes."""
        self._sha256.update(data)
        if self._git is not None:
            self._git.update(data)

    @property
    def sha256(self) -> str:
        """In hexadecimal."""
        return self._sha256.hexdigest()

    @property
    def etag(self) -> str:
        """As the hub tells it."""
        return self.sha256 if self._git is None else self._git.hexdigest()


class Hub:
    """Asks the hub and gets files, going on by itself after a connection that was cut.

    ``waits_s``: how long before each new try while nothing arrives; then it is given up.
    """

    def __init__(
        self,
        *,
        waits_s: tuple[float, ...] = (1, 2, 5, 10, 20),
        waiting: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._waits_s, self._waiting = waits_s, waiting

    def plan(self, wanted: Wanted) -> Plan:
        """Return what the checkpoint consists of; raises CheckpointError."""
        first = self._file(wanted, wanted.revision, _REQUIRED[0])
        if first is None:
            message = f"{wanted.repository} holds no “{_REQUIRED[0]}” at this revision."
            raise CheckpointError(message, "It is no checkpoint of this program's kind.")
        commit, config = first
        rest = [self._file(wanted, commit, name) for name in (*_REQUIRED[1:], *_OPTIONAL)]
        for name in _WEIGHTS:
            weights = self._file(wanted, commit, name)
            if weights is not None:
                files = [config, *(found[1] for found in rest if found), weights[1]]
                return Plan(wanted.repository, commit, tuple(files))
        message = f"{wanted.repository} holds no weights that can be used at this revision."
        raise CheckpointError(message, "It needs a “model.safetensors” or “pytorch_model.bin”.")

    def fetch(self, file: RemoteFile, to: Path, moved: Callable[[int], None]) -> str:
        """Get a file, or the rest of it, into ``to``; return its sha256.

        ``moved`` is told how many bytes came, and a negative number where some are got anew.
        Raises CheckpointError; what came so far then stays beside ``to``, unless it is wrong.
        """
        part = to.with_name(f"{to.name}.{file.etag[:16]}.part")
        failures = 0
        while True:
            before = part.stat().st_size if part.exists() else 0
            try:
                with _told(file.name):
                    digests = self._go_on(file, part, moved)
                break
            except _CutError as cut:
                now = part.stat().st_size if part.exists() else 0
                failures = 1 if now > before else failures + 1
                if failures > len(self._waits_s):
                    raise _unreachable() from cut
                self._waiting(self._waits_s[failures - 1])
                time.sleep(self._waits_s[failures - 1])
        if digests.etag != file.etag:
            moved(-part.stat().st_size)
            part.unlink()
            raise CheckpointError(
                f"“{file.name}” arrived damaged: its hash is not the one that the hub tells.",
                "It was deleted. Try again; if it stays so, the file on the hub is not the one "
                "that it tells of, and should not be used.",
            )
        part.replace(to)
        return digests.sha256

    def _file(self, wanted: Wanted, revision: str, name: str) -> tuple[str, RemoteFile] | None:
        """Ask for one file; returns the commit and the file, or None where there is none."""
        url = hf_hub_url(wanted.repository, name, revision=revision)
        try:
            with _told(wanted.repository):
                try:
                    found = get_hf_file_metadata(url, token=False, headers=_headers())
                except EntryNotFoundError:
                    return None
        except _CutError as cut:
            raise _unreachable() from cut
        etag = found.etag or ""
        if (
            found.commit_hash is None
            or found.size is None
            or len(etag) not in (_GIT_LENGTH, _SHA256_LENGTH)
        ):
            message = f"The hub does not tell what “{name}” of {wanted.repository} should be."
            raise CheckpointError(message, "Another endpoint (HF_ENDPOINT) may be set: unset it.")
        pinned = hf_hub_url(wanted.repository, name, revision=found.commit_hash)
        return found.commit_hash, RemoteFile(name, pinned, found.size, etag)

    def _go_on(self, file: RemoteFile, part: Path, moved: Callable[[int], None]) -> Digests:
        """Get what is missing of a file; raises _CutError where the connection ends before that."""
        with part.open("ab", buffering=0) as out:
            if part.stat().st_size > file.size_bytes:
                out.truncate(0)
            digests = Digests(file)
            size = _hash_what_is_there(part, digests)
            if size < file.size_bytes:
                with _get(file, size) as response:
                    if size and response.status_code != HTTPStatus.PARTIAL_CONTENT:
                        out.truncate(0)  # the server gives all of it again
                        moved(-size)
                        size, digests = 0, Digests(file)
                    for data in response.iter_bytes():
                        _write_all(out, data)
                        digests.update(data)
                        size += len(data)
                        moved(len(data))
                        if size > file.size_bytes:
                            break  # not what was told: the hash will not fit either
            if size < file.size_bytes:
                raise _CutError
            os.fsync(out.fileno())
        return digests


class _CutError(Exception):
    """The connection ended, or the hub is busy: worth another try."""


def _headers() -> dict[str, str]:
    try:
        ours = version("photo-narrator")
    except PackageNotFoundError:
        ours = "0"
    headers: dict[str, str] = build_hf_headers(
        token=False, library_name="photo-narrator", library_version=ours
    )
    return headers | {"Accept-Encoding": "identity"}


@contextmanager
def _get(file: RemoteFile, begin: int) -> Iterator[httpx2.Response]:
    headers = _headers()
    if begin:
        headers["Range"] = f"bytes={begin}-"
    timeout = constants.HF_HUB_DOWNLOAD_TIMEOUT
    with get_session().stream("GET", file.url, headers=headers, timeout=timeout) as response:
        hf_raise_for_status(response)
        yield response


def _hash_what_is_there(part: Path, digests: Digests) -> int:
    """Take what an earlier try got; returns its size in bytes."""
    size = left = part.stat().st_size
    with part.open("rb") as file:
        while left and (data := file.read(min(left, 1 << 20))):
            digests.update(data)
            left -= len(data)
    return size - left


def _write_all(out: RawIOBase, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[out.write(view) or 0 :]


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Turn what the hub, the connection and the disk do into sentences, or into _CutError."""
    try:
        yield
    except OfflineModeIsEnabled as error:
        message = "HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set: nothing is got on this computer."
        raise CheckpointError(message, "Unset it, or use a folder with the files.") from error
    except HfHubHTTPError as error:
        raise _refusal(error, what) from error
    except httpx2.TransportError as error:
        raise _CutError from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise _unreachable() from error
    except OSError as error:
        raise disk_refusal(error) from error


def _refusal(error: HfHubHTTPError, what: str) -> Exception:
    status = error.response.status_code
    if status in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _CutError(str(status))
    if isinstance(error, RevisionNotFoundError):
        message = f"The hub has no such revision of {what}."
        return CheckpointError(message, "A newer Photo Narrator may know another one.")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        message = f"The hub does not have {what}, or not for everybody (it answered {status})."
        return CheckpointError(message, "Get it by hand, and use its folder.")
    if status == HTTPStatus.NOT_FOUND or isinstance(error, RepositoryNotFoundError):
        message = f"The hub does not have {what} any more (it answered {status})."
        return CheckpointError(message, "Get it elsewhere, and use its folder.")
    return CheckpointError(f"The hub refused {what} (it answered {status}).", KEPT)


def _unreachable() -> CheckpointError:
    message = f"The model hub at {constants.ENDPOINT} cannot be reached, or the connection broke."
    return CheckpointError(message, f"Check the connection to the internet. {KEPT}")
