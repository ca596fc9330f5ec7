"""``photo-narrator checkpoints`` as a person uses it, against a hub on this computer."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from engine.hub.offers import offer_of
from gallery.paths import checkpoints_dir
from tests.drawn import draw_many
from tests.hub_server import HubServer, publish_halves_of_sample

_REPOSITORY = Path(__file__).resolve().parents[2]
_WATCH = Path(__file__).parent / "no_network"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubServer]:
    """Has the two checkpoints of “blip-base”, made of the sample's two halves."""
    server = HubServer()
    offer = offer_of("blip-base")
    assert offer is not None
    publish_halves_of_sample(server, offer, tmp_path / "published")
    with server.running():
        yield server


def _environment(hub: HubServer, **more: str) -> dict[str, str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_WATCH), str(_REPOSITORY)])}
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        environment.pop(name, None)
    return environment | {"HF_ENDPOINT": hub.endpoint} | more


def _run(
    environment: Mapping[str, str], *arguments: str, code: int = 0
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "gallery", *arguments],
        cwd=_REPOSITORY,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


def _states(environment: Mapping[str, str]) -> dict[str, str]:
    listed = json.loads(_run(environment, "checkpoints", "list", "--json").stdout)
    return {item["name"]: item["state"] for item in listed["sets"]}


def test_a_set_is_got_from_nowhere_else_and_describes_without_any_connection(
    hub: HubServer, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    watched = _environment(hub, WATCHED_CONNECTIONS=str(log))
    only_the_hub = watched | {"WATCHED_ALLOWED": hub.endpoint.removeprefix("http://")}
    told = _run(only_the_hub, "checkpoints", "install", "blip-base", "--yes")
    assert "blip-base” is installed" in told.stdout
    for fact in ("1.89 GB", "BSD-3-Clause", "research purposes", hub.endpoint):
        assert fact in told.stderr
    assert not log.exists()
    assert {item.path.split("/")[3] for item in hub.asked} == {"resolve"}
    photos = draw_many(tmp_path / "photos", 1)
    found = _run(watched, "caption", str(photos[0]), "--checkpoint", "blip-base", "--json")
    described = json.loads(found.stdout)
    assert described["described_by"] == "blip-base"
    assert described["photos"][0]["caption"]
    assert not log.exists()
    assert _states(watched)["blip-base"] == "installed"
    assert "as it was recorded" in _run(watched, "checkpoints", "verify").stdout
    _run(watched, "checkpoints", "remove", "blip-base")
    assert _states(watched)["blip-base"] == "available"
    assert not list(checkpoints_dir().glob("models--*"))
    told = _run(watched, "caption", str(photos[0]), "--checkpoint", "blip-base", code=2)
    assert "no checkpoint “blip-base”" in told.stderr
    assert not log.exists()


def test_nothing_is_got_before_a_person_said_yes(hub: HubServer) -> None:
    told = _run(_environment(hub), "checkpoints", "install", "blip-base", code=2)
    assert "nobody said yes" in told.stderr
    assert (
        "There is no set"
        in _run(_environment(hub), "checkpoints", "install", "blimp", "--yes", code=2).stderr
    )
    assert hub.asked == []


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_pauses_and_the_same_command_goes_on(hub: HubServer) -> None:
    hub.gate = threading.Event()
    environment = _environment(hub)
    command = [sys.executable, "-m", "gallery", "checkpoints", "install", "blip-base", "--yes"]
    process = subprocess.Popen(
        command, cwd=_REPOSITORY, env=environment, stderr=subprocess.PIPE, text=True
    )
    assert hub.waits_at_gate.wait(100)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=100)
    assert process.returncode == 130
    assert "goes on from there" in told
    assert _states(environment)["blip-base"] == "unfinished"
    hub.gate.set()
    _run(environment, "checkpoints", "install", "blip-base", "--yes")
    assert any("range" in item.headers for item in hub.of("model.safetensors"))
    assert _states(environment)["blip-base"] == "installed"
