"""A model hub on this computer: the hub's own routes and headers, and the ways a hub fails.

``HEAD`` and ``GET /OWNER/NAME/resolve/REVISION/FILE`` answer as the hub does: small files at once
with git's hash as ETag, large ones with their sha256 in ``X-Linked-Etag`` and, where ``cdn`` is
given, a redirect to another origin that knows ranges.
"""

import hashlib
import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from engine.hub.offers import Offer
from gallery.paths import resources_dir

_LARGE = (".safetensors", ".bin")


@dataclass
class Asked:
    """One request that came; the headers' names in small letters."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass
class HubServer:
    """What it holds and how it misbehaves. ``repositories``: {name: {revision: folder}}.

    ``cut_after``: {file: bytes} ends a connection once after so many bytes of a GET.
    ``lies_about``: files whose content is not the one that their hash tells.
    ``statuses``: {file: status} refuses a file.
    ``refusals_left``: how often ``statuses`` still acts; None: always.
    ``sizes``: {file: bytes} tells another size of a file than it has.
    ``gate``: when set, a GET of weights stops in the middle until it is released.
    """

    repositories: dict[str, dict[str, Path]] = field(default_factory=dict)
    branches: dict[tuple[str, str], str] = field(default_factory=dict)
    cut_after: dict[str, int] = field(default_factory=dict)
    lies_about: set[str] = field(default_factory=set)
    statuses: dict[str, int] = field(default_factory=dict)
    refusals_left: int | None = None
    sizes: dict[str, int] = field(default_factory=dict)
    knows_ranges: bool = True
    cdn: "HubServer | None" = None
    gate: threading.Event | None = None
    waits_at_gate: threading.Event = field(default_factory=threading.Event)
    asked: list[Asked] = field(default_factory=list)
    endpoint: str = ""

    def add(self, repository: str, commit: str, folder: Path, *, branch: str = "main") -> None:
        """Publish a folder as a commit of a repository."""
        self.repositories.setdefault(repository, {})[commit] = folder
        self.branches[repository, branch] = commit

    def of(self, name: str, method: str = "GET") -> list[Asked]:
        """The requests for a file."""
        return [
            item for item in self.asked if item.method == method and item.path.endswith(f"/{name}")
        ]

    @contextmanager
    def running(self) -> Iterator["HubServer"]:
        """Serve on a port of its own until the block ends."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": self}))
        server.daemon_threads = False
        self.endpoint = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="hub server")
        thread.start()
        try:
            yield self
        finally:
            if self.gate is not None:
                self.gate.set()
            server.shutdown()
            server.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: HubServer
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._serve(lambda: None)

    def do_GET(self) -> None:
        self._serve(self._send_body)

    def log_message(self, *_: object) -> None:
        pass

    def _serve(self, body: Callable[[], None]) -> None:
        self.hub.asked.append(
            Asked(
                self.command, self.path, {key.lower(): value for key, value in self.headers.items()}
            )
        )
        found = re.fullmatch(r"/([\w.-]+/[\w.-]+)/resolve/([\w.-]+)/([\w.-]+)", self.path)
        if found is None:
            self._refuse(404, "")
            return
        repository, revision, self.name = found.groups()
        commit = self.hub.branches.get((repository, revision), revision)
        if self._is_refused():
            self._refuse(self.hub.statuses[self.name], "")
        elif repository not in self.hub.repositories:
            self._refuse(401, "RepoNotFound")
        elif commit not in self.hub.repositories[repository]:
            self._refuse(404, "RevisionNotFound")
        elif not (self.hub.repositories[repository][commit] / self.name).is_file():
            self._refuse(404, "EntryNotFound")
        else:
            self.data = (self.hub.repositories[repository][commit] / self.name).read_bytes()
            self._answer(commit, body)

    def _is_refused(self) -> bool:
        left = self.hub.refusals_left
        if self.name not in self.hub.statuses or left == 0:
            return False
        if left is not None:
            self.hub.refusals_left = left - 1
        return True

    def _refuse(self, status: int, code: str) -> None:
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, commit: str, body: Callable[[], None]) -> None:
        headers = {"X-Repo-Commit": commit}
        if self.name.endswith(_LARGE):
            headers["X-Linked-Etag"] = f'"{hashlib.sha256(self.data).hexdigest()}"'
            headers["X-Linked-Size"] = str(self.hub.sizes.get(self.name, len(self.data)))
            if self.hub.cdn is not None:
                self._redirect(headers, f"{self.hub.cdn.endpoint}{self.path}")
                return
            headers["ETag"] = '"of the storage"'
        else:
            git = hashlib.sha1(b"blob %d\0" % len(self.data) + self.data)
            headers["ETag"] = f'"{git.hexdigest()}"'
        begin = self._begin()
        self.send_response(206 if begin else 200)
        if begin:
            size = len(self.data)
            headers["Content-Range"] = f"bytes {begin}-{size - 1}/{size}"
        self.data = self.data[begin:]
        headers |= {"Content-Length": str(len(self.data)), "Accept-Ranges": "bytes"}
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        body()

    def _redirect(self, headers: dict[str, str], to: str) -> None:
        self.send_response(302)
        for key, value in (headers | {"Location": to, "Content-Length": "0"}).items():
            self.send_header(key, value)
        self.end_headers()

    def _begin(self) -> int:
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(found[1]) if found and self.hub.knows_ranges else 0

    def _send_body(self) -> None:
        data = bytes(self.data)
        if self.name in self.hub.lies_about:
            data = bytes([data[0] ^ 1]) + data[1:]
        cut = self.hub.cut_after.pop(self.name, None)
        try:
            if cut is not None:
                self.wfile.write(data[:cut])
                self.close_connection = True
            elif self.hub.gate is not None and self.name.endswith(_LARGE):
                half = len(data) // 2
                self.wfile.write(data[:half])
                self.hub.waits_at_gate.set()
                self.hub.gate.wait(60)
                self.wfile.write(data[half:])
            else:
                self.wfile.write(data)
        except OSError:
            self.close_connection = True  # whoever asked has left


def publish_halves_of_sample(hub: HubServer, offer: Offer, folder: Path) -> None:
    """Publish the sample's two halves as the two checkpoints of an offer."""
    classes = ("BlipForConditionalGeneration", "BlipForImageTextRetrieval")
    for part, wanted in zip(classes, offer.checkpoints, strict=True):
        shutil.copytree(resources_dir() / "checkpoints" / "sample", folder / part)
        config = json.loads((folder / part / "config.json").read_text())
        config |= {"architectures": [part], "photo_narrator": None}
        (folder / part / "config.json").write_text(json.dumps(config))
        hub.add(wanted.repository, wanted.revision, folder / part)
