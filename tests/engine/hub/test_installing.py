"""Getting a set from the hub: whole or not at all, and going on after whatever came between."""

import hashlib
import json
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.checkpoints import find_set
from engine.hub.messages import Finished, Install, Refused, Stage, Verify, Waiting, Wanted
from engine.hub.store import Store
from tests.engine.hub.conftest import CAPTIONER, MATCHER
from tests.hub_server import HubServer
from tests.hub_task import Task, at_work, run

Make = Callable[..., Path]
_NOWHERE = Path("nowhere")
_WEIGHTS = "model.safetensors"


def _refused(task: Install | Verify) -> Refused:
    last = run(task).said[-1]
    assert isinstance(last, Refused)
    assert last.message.endswith(".")
    return last


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _files(store_dir: Path, wanted: Wanted) -> dict[str, dict[str, object]]:
    folder = Store(store_dir).checkpoint_folder(wanted.repository, wanted.revision)
    record = json.loads((folder / "photo-narrator.json").read_text())
    assert (record["repository"], record["revision"]) == (wanted.repository, wanted.revision)
    return {item["name"]: item for item in record["files"]}


def test_a_set_is_got_recorded_and_found_by_its_name(
    hub: HubServer, store_dir: Path, both: Install
) -> None:
    work = run(both)
    assert work.said[-1] == Finished()
    found = find_set("blip-base", sample_dir=_NOWHERE, store_dir=store_dir)
    assert found.captioner is not None
    assert found.matcher is not None
    assert (found.captioner.id, found.captioner.revision) == (CAPTIONER.repository, "c" * 40)
    assert (found.matcher.id, found.matcher.revision) == (MATCHER.repository, "d" * 40)
    weights = Path(found.captioner.folder) / _WEIGHTS
    published = hub.repositories[CAPTIONER.repository]["c" * 40]
    assert _files(store_dir, CAPTIONER)[_WEIGHTS]["sha256"] == _sha256(weights)
    assert _sha256(weights) == _sha256(published / _WEIGHTS)
    assert Store(store_dir).unfinished() == []
    counted = [message for message in work.moved if message.stage is Stage.GETTING]
    assert counted[-1].done_bytes == counted[-1].total_bytes > 100_000


def test_a_bin_is_converted_once_and_both_hashes_are_kept(
    hub: HubServer, store_dir: Path, make_checkpoint: Make
) -> None:
    published = make_checkpoint("matcher", weights="bin")
    hub.add(MATCHER.repository, "a" * 40, published)
    wanted = replace(MATCHER, revision="a" * 40)
    staged = Store(store_dir).staging_folder(wanted.repository, wanted.revision)
    staged.mkdir(parents=True)
    (staged / ".tmpXYZ").write_bytes(b"half of what a try before made")
    assert run(Install(str(store_dir), "mine", (wanted,))).said[-1] == Finished()
    folder = Store(store_dir).checkpoint_folder(wanted.repository, wanted.revision)
    made = _files(store_dir, wanted)[_WEIGHTS]
    assert made["sha256"] == _sha256(folder / _WEIGHTS)
    origin = made["made_from"]
    assert isinstance(origin, dict)
    assert origin["sha256"] == origin["hub_etag"] == _sha256(published / "pytorch_model.bin")
    recorded = set(_files(store_dir, wanted)) | {"photo-narrator.json"}
    assert {path.name for path in folder.iterdir()} == recorded
    found = find_set("mine", sample_dir=_NOWHERE, store_dir=store_dir)
    assert found.matcher is not None


def test_the_hub_is_asked_for_the_files_and_told_nothing_else(
    hub: HubServer, one: Install, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_TOKEN", "a secret of the person")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home of the library"))
    monkeypatch.delenv("HF_HUB_DISABLE_TELEMETRY")
    assert run(one).said[-1] == Finished()
    assert {item.path.split("/")[3] for item in hub.asked} == {"resolve"}
    for item in hub.asked:
        assert not item.headers.keys() & {"authorization", "cookie"}
        assert "torch" not in item.headers["user-agent"]
    assert not (tmp_path / "home of the library").exists()


def test_weights_that_the_hub_keeps_elsewhere_are_followed_there(
    hub: HubServer, one: Install
) -> None:
    storage = HubServer(repositories=hub.repositories, branches=hub.branches)
    with storage.running():
        hub.cdn = storage
        assert run(one).said[-1] == Finished()
    assert [item.method for item in storage.of(_WEIGHTS)] == ["GET"]


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_after_a_cut_connection_it_goes_on_by_itself(
    hub: HubServer, one: Install, *, knows_ranges: bool
) -> None:
    hub.knows_ranges = knows_ranges
    hub.cut_after = {_WEIGHTS: 50_000}
    work = run(one)
    assert work.said[-1] == Finished()
    assert any(isinstance(message, Waiting) for message in work.said)
    first, second = hub.of(_WEIGHTS)
    assert "range" not in first.headers
    assert second.headers["range"] == "bytes=50000-"


def test_a_pause_keeps_what_was_got_and_another_process_goes_on(
    hub: HubServer, store_dir: Path, one: Install
) -> None:
    hub.gate = threading.Event()
    with at_work(one) as work:
        assert hub.waits_at_gate.wait(60)
        while sum(message.done_bytes for message in work.moved[-1:]) < 50_000:
            work.next()
    (unfinished,) = Store(store_dir).unfinished()
    assert unfinished.name == "blip-base"
    assert 50_000 <= unfinished.done_bytes < unfinished.total_bytes
    assert Store(store_dir).sets() == []
    hub.gate.set()
    begun = len(hub.of("vocab.txt"))
    work = run(one)
    assert work.said[-1] == Finished()
    assert work.moved[1].done_bytes >= unfinished.done_bytes
    assert int(hub.of(_WEIGHTS)[-1].headers["range"].removeprefix("bytes=")[:-1]) >= 50_000
    assert len(hub.of("vocab.txt")) == begun  # it was there


def test_what_does_not_have_its_hash_is_thrown_away_and_told(
    hub: HubServer, store_dir: Path, one: Install
) -> None:
    hub.lies_about = {_WEIGHTS}
    assert "arrived damaged" in _refused(one).message
    assert Store(store_dir).sets() == []
    assert not list(store_dir.rglob("*.part"))
    hub.lies_about = set()
    assert run(one).said[-1] == Finished()


@pytest.mark.skipif(sys.platform != "linux", reason="needs a device that is always full")
def test_a_full_disk_is_told_and_it_goes_on_once_there_is_room(
    hub: HubServer, store_dir: Path, one: Install
) -> None:
    staged = Store(store_dir).staging_folder(CAPTIONER.repository, CAPTIONER.revision)
    staged.mkdir(parents=True)
    published = hub.repositories[CAPTIONER.repository]["c" * 40]
    full = staged / f"{_WEIGHTS}.{_sha256(published / _WEIGHTS)[:16]}.part"
    full.symlink_to("/dev/full")
    refusal = _refused(one)
    assert "disk is full" in refusal.message
    assert "Make room" in refusal.hint
    assert [item.name for item in Store(store_dir).unfinished()] == ["blip-base"]
    full.unlink()
    assert run(one).said[-1] == Finished()


def test_too_little_room_is_told_before_any_weights_are_asked_for(
    hub: HubServer, store_dir: Path, make_checkpoint: Make, tmp_path: Path
) -> None:
    vast = tmp_path / "vast"
    shutil.copytree(make_checkpoint("captioner"), vast)
    (vast / _WEIGHTS).write_bytes(b"")
    hub.add("big/blip", "b" * 40, vast)
    hub.sizes[_WEIGHTS] = shutil.disk_usage(tmp_path).total * 2
    refusal = _refused(Install(str(store_dir), "vast", (Wanted("big/blip", "b" * 40),)))
    assert "not enough room" in refusal.message
    assert str(store_dir) in refusal.message
    assert hub.of(_WEIGHTS) == []


def test_what_the_hub_refuses_is_told_in_plain_words(hub: HubServer, one: Install) -> None:
    for wanted, told in (
        (Wanted("Salesforce/blip-gone", "e" * 40), "does not have Salesforce/blip-gone"),
        (Wanted(CAPTIONER.repository, "e" * 40), "no such revision"),
    ):
        refusal = _refused(replace(one, checkpoints=(wanted,)))
        assert told in refusal.message
    hub.statuses = {"config.json": 404}
    assert "any more" in _refused(one).message
    hub.statuses = {_WEIGHTS: 403}
    assert "not for everybody" in _refused(one).message


def test_a_hub_that_cannot_be_reached_or_is_switched_off_is_told(
    one: Install, monkeypatch: pytest.MonkeyPatch, hub: HubServer
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "HF_HUB_OFFLINE" in _refused(one).message
    assert hub.asked == []
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert "cannot be reached" in _refused(one).message


def test_eight_text_heads_are_no_installation(
    hub: HubServer, store_dir: Path, make_checkpoint: Make, tmp_path: Path
) -> None:
    old = tmp_path / "old"
    shutil.copytree(make_checkpoint("captioner"), old)
    config = json.loads((old / "config.json").read_text())
    config["text_config"] |= {"hidden_size": 768, "num_attention_heads": 8}
    (old / "config.json").write_text(json.dumps(config))
    hub.add(CAPTIONER.repository, "a" * 40, old)
    wish = Install(str(store_dir), "mine", (Wanted(CAPTIONER.repository, "a" * 40),))
    assert "8 attention heads" in _refused(wish).message
    assert hub.of(_WEIGHTS) == []  # told before a gigabyte was got
    assert Store(store_dir).sets() == []
    assert Store(store_dir).unfinished() == []


def test_another_revision_replaces_the_old_one_and_keeps_what_did_not_change(
    hub: HubServer, store_dir: Path, both: Install, make_checkpoint: Make
) -> None:
    run(both)
    hub.add(CAPTIONER.repository, "a" * 40, make_checkpoint("captioner", vision_seed=9))
    hub.asked.clear()
    newer = replace(both, checkpoints=(replace(CAPTIONER, revision="a" * 40), MATCHER))
    assert run(newer).said[-1] == Finished()
    assert not [item for item in hub.asked if "itm" in item.path]
    (installed,) = Store(store_dir).sets()
    assert {item.revision for item in installed.checkpoints} == {"a" * 40, "d" * 40}
    old = Store(store_dir).checkpoint_folder(CAPTIONER.repository, CAPTIONER.revision)
    assert not old.exists()


def test_a_branch_is_resolved_and_its_commit_recorded_and_sets_are_used_together(
    hub: HubServer, store_dir: Path, one: Install, make_checkpoint: Make
) -> None:
    hub.add("Salesforce/blip-vqa-base", "e" * 40, make_checkpoint("answerer"))
    wish = Install(str(store_dir), "blip-vqa-base", (Wanted("Salesforce/blip-vqa-base", "main"),))
    assert run(wish).said[-1] == Finished()
    (installed,) = Store(store_dir).sets()
    assert installed.checkpoints[0].revision == "e" * 40
    assert run(one).said[-1] == Finished()
    found = find_set("blip-base+blip-vqa-base", sample_dir=_NOWHERE, store_dir=store_dir)
    assert found.captioner is not None
    assert found.answerer is not None
    assert found.answerer.revision == "e" * 40


def test_two_at_once_are_told_apart(hub: HubServer, one: Install) -> None:
    hub.gate = threading.Event()
    with at_work(one):
        assert hub.waits_at_gate.wait(60)
        assert "Another Photo Narrator" in _refused(one).message


def test_verifying_hashes_every_file_again(hub: HubServer, store_dir: Path, both: Install) -> None:
    run(both)
    check = Verify(str(store_dir), "blip-base")
    work: Task = run(check)
    assert work.said[-1] == Finished()
    assert work.moved[-1].stage is Stage.CHECKING
    assert work.moved[-1].done_bytes == work.moved[-1].total_bytes > 0
    folder = Store(store_dir).checkpoint_folder(MATCHER.repository, MATCHER.revision)
    damaged = bytearray((folder / _WEIGHTS).read_bytes())
    damaged[-1] ^= 1
    (folder / _WEIGHTS).write_bytes(damaged)
    (folder / "vocab.txt").unlink()
    message = _refused(check).message
    assert f"{folder / _WEIGHTS} has another content" in message
    assert f"{folder / 'vocab.txt'} is missing" in message
    assert "not installed" in _refused(Verify(str(store_dir), "nothing")).message
