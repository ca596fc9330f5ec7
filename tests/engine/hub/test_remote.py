"""Getting one file from a hub that is busy, or ends in the middle again and again."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.checkpoints import CheckpointError
from tests.hub_server import HubServer

_COMMIT = "c" * 40
_CONTENT = bytes(range(256)) * 400
_NAME = "model.safetensors"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    from huggingface_hub import close_session, constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / _NAME).write_bytes(_CONTENT)
    server = HubServer()
    server.add("owner/name", _COMMIT, tmp_path / "published")
    with server.running():
        yield server
        close_session()


def _get(hub: HubServer, to: Path, *, sha256: str = "", size: int = len(_CONTENT)) -> list[float]:
    """Get the file, waiting no time between tries; returns the waits."""
    from engine.hub.remote import Hub, RemoteFile

    waits: list[float] = []
    told = sha256 or hashlib.sha256(_CONTENT).hexdigest()
    url = f"{hub.endpoint}/owner/name/resolve/{_COMMIT}/{_NAME}"
    counted: list[int] = []
    found = Hub(waits_s=(0.0, 0.001), waiting=waits.append).fetch(
        RemoteFile(_NAME, url, size, told), to, counted.append
    )
    assert found == told
    assert sum(counted) == len(_CONTENT)
    return waits


def test_a_hub_that_is_busy_for_a_while_is_asked_again(hub: HubServer, tmp_path: Path) -> None:
    hub.statuses = {_NAME: 503}
    hub.refusals_left = 2
    assert _get(hub, tmp_path / _NAME) == [0.0, 0.001]
    assert (tmp_path / _NAME).read_bytes() == _CONTENT


def test_a_hub_that_stays_busy_is_given_up_with_a_sentence(hub: HubServer, tmp_path: Path) -> None:
    hub.statuses = {_NAME: 429}
    with pytest.raises(CheckpointError, match="cannot be reached"):
        _get(hub, tmp_path / _NAME)
    assert len(hub.of(_NAME)) == 3
    assert not (tmp_path / _NAME).exists()


def test_more_bytes_than_were_told_are_not_taken(hub: HubServer, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="arrived damaged"):
        _get(hub, tmp_path / _NAME, size=1000)
    assert list(tmp_path.glob("*.part")) == []


def test_what_an_earlier_try_left_too_much_of_is_got_anew(hub: HubServer, tmp_path: Path) -> None:
    etag = hashlib.sha256(_CONTENT).hexdigest()
    part = tmp_path / f"{_NAME}.{etag[:16]}.part"
    part.write_bytes(_CONTENT + b"more")
    assert _get(hub, tmp_path / _NAME) == []
    assert (tmp_path / _NAME).read_bytes() == _CONTENT


def test_a_folder_that_cannot_be_written_is_told(hub: HubServer, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="cannot be written"):
        _get(hub, tmp_path / "not there" / _NAME)
