"""A hub with small checkpoints of random weights."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.hub.messages import Install, Wanted
from tests.hub_server import HubServer

Make = Callable[..., Path]
CAPTIONER = Wanted("Salesforce/blip-image-captioning-base", "c" * 40)
MATCHER = Wanted("Salesforce/blip-itm-base-coco", "d" * 40)


@pytest.fixture
def hub(make_checkpoint: Make, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """Holds a captioner and a matcher, as two repositories."""
    server = HubServer()
    server.add(CAPTIONER.repository, CAPTIONER.revision, make_checkpoint("captioner"))
    server.add(MATCHER.repository, MATCHER.revision, make_checkpoint("matcher"))
    with server.running():
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
            monkeypatch.delenv(name, raising=False)
        yield server


@pytest.fixture
def store_dir(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints"


@pytest.fixture
def both(store_dir: Path) -> Install:
    """The wish for captioner and matcher as one set."""
    return Install(str(store_dir), "blip-base", (CAPTIONER, MATCHER))


@pytest.fixture
def one(both: Install) -> Install:
    """The wish for the captioner alone, which needs no converting."""
    return replace(both, checkpoints=(CAPTIONER,))
