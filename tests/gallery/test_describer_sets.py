"""What a name means, and what is remembered of it."""

from pathlib import Path

from engine.hub.store import Store
from gallery.describer_sets import describer_set, lasting_name
from gallery.paths import checkpoints_dir


def test_an_installed_set_is_remembered_by_its_name_and_a_folder_as_a_whole(
    tmp_path: Path,
) -> None:
    assert lasting_name("mine", tmp_path / "mine") == str(tmp_path / "mine")
    store = Store(checkpoints_dir())
    folder = store.checkpoint_folder("owner/mine", "a" * 40)
    folder.mkdir(parents=True)
    store.add("mine", [folder])
    assert lasting_name("mine", tmp_path / "mine") == "mine"


def test_the_sample_is_always_there() -> None:
    assert describer_set("sample").name == "sample"
