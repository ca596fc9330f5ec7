"""The store: a set is there whole or not at all, and files go when nobody needs them."""

import json
import shutil
from pathlib import Path

import pytest

from engine.checkpoints import CheckpointError
from engine.hub.store import Store
from engine.installed import installed_folders, is_set_name


def _checkpoint(store: Store, repository: str, letter: str) -> Path:
    folder = store.checkpoint_folder(repository, letter * 40)
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "checkpoints")


def test_sets_share_a_checkpoint_and_it_goes_with_the_last_one(store: Store) -> None:
    shared = _checkpoint(store, "owner/captions", "a")
    other = _checkpoint(store, "owner/search", "b")
    store.add("both", [shared, other])
    store.add("captions", [shared])
    assert [item.name for item in store.sets()] == ["both", "captions"]
    store.remove("both")
    assert shared.exists()
    assert not other.exists()
    store.remove("captions")
    assert not list(store.folder.glob("models--*"))


def test_joined_names_bring_the_folders_of_each_once(store: Store) -> None:
    one, two = _checkpoint(store, "owner/one", "a"), _checkpoint(store, "owner/two", "b")
    store.add("both", [one, two])
    store.add("two", [two])
    assert installed_folders(store.folder, "both+two") == [one, two]
    assert installed_folders(store.folder, "both+gone") is None


def test_a_store_can_be_moved(store: Store, tmp_path: Path) -> None:
    store.add("mine", [_checkpoint(store, "owner/one", "a")])
    moved = store.folder.rename(tmp_path / "elsewhere")
    (folder,) = installed_folders(moved, "mine") or ()
    assert folder.is_relative_to(moved)
    assert folder.is_dir()


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", ".hidden", "a+b", "x" * 80])
def test_a_name_is_never_a_path(store: Store, name: str) -> None:
    assert not is_set_name(name)
    assert installed_folders(store.folder, name) is None
    with pytest.raises(CheckpointError):
        store.add(name, [])
    with pytest.raises(CheckpointError, match="not installed"):
        store.remove(name)


@pytest.mark.parametrize("repository", ["name", "../x", "a/../b", "a/b/c", "a b/c"])
def test_a_repository_is_never_a_path(store: Store, repository: str) -> None:
    with pytest.raises(CheckpointError):
        store.checkpoint_folder(repository, "a" * 40)
    with pytest.raises(CheckpointError):
        store.staging_folder("owner/name", "../main")


def test_rubbish_where_a_set_is_written_down_is_no_set(store: Store) -> None:
    (store.folder / "sets").mkdir(parents=True)
    for number, text in enumerate(["{", "[]", "{}", json.dumps({"checkpoints": []})]):
        (store.folder / "sets" / f"rubbish{number}.json").write_text(text)
    assert store.sets() == []


def test_what_was_begun_is_remembered_until_it_is_given_up(store: Store) -> None:
    shared, own = (store.staging_folder("owner/name", letter * 40) for letter in "ab")
    for folder in (shared, own):
        folder.mkdir(parents=True)
        (folder / "weights.part").write_bytes(b"half of it")
    store.begin("both", [shared, own], 100)
    store.begin("one", [shared], 50)
    assert [(item.name, item.done_bytes, item.total_bytes) for item in store.unfinished()] == [
        ("both", 20, 100),
        ("one", 10, 50),
    ]
    store.give_up("both")
    assert shared.exists()
    assert not own.exists()


def test_a_set_whose_files_somebody_deleted_can_be_got_again(store: Store) -> None:
    gone, kept = _checkpoint(store, "owner/one", "a"), _checkpoint(store, "owner/two", "b")
    store.add("both", [gone, kept])
    shutil.rmtree(gone)
    assert store.find("both") is None
    store.add("other", [_checkpoint(store, "owner/three", "c")])
    assert kept.exists()
    store.remove("both")
    assert not kept.exists()
