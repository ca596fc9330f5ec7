"""Finding checkpoints in every layout, and saying plainly what is wrong with the others."""

import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.checkpoints import CheckpointError, find_set, revision_of, sample_set

_COMMIT = "353689b859fcf0523410b1806dace5fb46ecdf41"
_NOWHERE = Path("nowhere")
Make = Callable[..., Path]


def _copy(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to)
    return to


def _refused(folder: Path | str) -> CheckpointError:
    with pytest.raises(CheckpointError) as told:
        find_set(str(folder), sample_dir=_NOWHERE)
    assert told.value.message.endswith((".", "!"))
    return told.value


def test_the_sample_is_one_folder_with_both_parts(make_checkpoint: Make) -> None:
    folder = make_checkpoint("both")
    found = find_set("sample", sample_dir=folder)
    assert found == sample_set(folder)
    assert found.name == "sample"
    assert found.captioner == found.matcher
    assert found.captioner is not None
    assert found.captioner.folder == str(folder)
    assert found.knows_drawn_scenes_only
    assert "drawn scenes" in found.note


def test_a_folder_of_one_part_is_a_set_without_the_other(make_checkpoint: Make) -> None:
    captioner = find_set(str(make_checkpoint("captioner")), sample_dir=_NOWHERE)
    assert captioner.captioner is not None
    assert captioner.matcher is None
    assert not captioner.knows_drawn_scenes_only
    matcher = find_set(str(make_checkpoint("matcher")), sample_dir=_NOWHERE)
    assert matcher.captioner is None
    assert matcher.matcher is not None


def test_an_answerer_is_a_part_of_a_set_or_a_set_of_its_own(
    make_checkpoint: Make, tmp_path: Path
) -> None:
    alone = find_set(str(make_checkpoint("answerer")), sample_dir=_NOWHERE)
    assert alone.answerer is not None
    assert (alone.captioner, alone.matcher) == (None, None)
    assert "answers questions" in alone.note
    _copy(make_checkpoint("captioner"), tmp_path / "set" / "cap")
    _copy(make_checkpoint("answerer"), tmp_path / "set" / "vqa")
    found = find_set(str(tmp_path / "set"), sample_dir=_NOWHERE)
    assert found.captioner is not None
    assert found.answerer is not None
    assert found.answerer.folder == str(tmp_path / "set" / "vqa")
    _copy(make_checkpoint("answerer"), tmp_path / "set" / "again")
    assert "two checkpoints for the same part" in _refused(tmp_path / "set").message


def _with_answerer(make_checkpoint: Make, to: Path) -> Path:
    """A sample-like folder whose answerer uses its vision weights."""
    _copy(make_checkpoint("both"), to)
    config = _copy(make_checkpoint("answerer"), to / "answerer") / "config.json"
    plain = json.loads(config.read_text())
    plain["photo_narrator"] = {"name": "tiny answerer", "vision": ".."}
    config.write_text(json.dumps(plain))
    return to


def test_the_samples_answerer_lies_in_its_folder_and_its_revision_covers_both(
    make_checkpoint: Make, tmp_path: Path
) -> None:
    folder = _with_answerer(make_checkpoint, tmp_path / "set")
    found = sample_set(folder)
    assert found == find_set("sample", sample_dir=folder)
    assert found.captioner == found.matcher
    assert found.answerer is not None
    assert found.answerer.id == "tiny answerer"
    assert found.answerer.folder == str(folder / "answerer")
    assert find_set(str(folder), sample_dir=_NOWHERE).answerer == found.answerer
    revisions = {found.answerer.revision}
    for changed in (folder / "vocab.txt", folder / "answerer" / "vocab.txt"):
        changed.write_text(changed.read_text() + "more\n")
        answerer = sample_set(folder).answerer
        assert answerer is not None
        revisions.add(answerer.revision)
    assert len(revisions) == 3


def test_an_answerer_whose_eyes_are_gone_is_refused(make_checkpoint: Make, tmp_path: Path) -> None:
    folder = _with_answerer(make_checkpoint, tmp_path / "set")
    (folder / "answerer").rename(tmp_path / "answerer")
    error = _refused(tmp_path / "answerer")
    assert "config.json" in error.message
    assert str(tmp_path) in error.message


def test_two_sub_folders_make_a_set(make_checkpoint: Make, tmp_path: Path) -> None:
    _copy(make_checkpoint("captioner"), tmp_path / "set" / "cap")
    _copy(make_checkpoint("matcher"), tmp_path / "set" / "match")
    (tmp_path / "set" / "notes").mkdir()
    found = find_set(str(tmp_path / "set"), sample_dir=_NOWHERE)
    assert found.name == "set"
    assert found.captioner is not None
    assert found.matcher is not None
    assert (found.captioner.id, found.matcher.id) == ("cap", "match")


def test_the_hubs_cache_tells_names_commits_and_licences(
    make_checkpoint: Make, tmp_path: Path
) -> None:
    hub = tmp_path / "hub"
    repository = hub / "models--Salesforce--blip-image-captioning-large"
    snapshot = _copy(make_checkpoint("captioner"), repository / "snapshots" / _COMMIT)
    _copy(make_checkpoint("captioner"), repository / "snapshots" / ("0" * 40))
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(_COMMIT)
    (snapshot / "README.md").write_text("---\nlicense: bsd-3-clause\n---\n")
    _copy(
        make_checkpoint("matcher"),
        hub / "models--Salesforce--blip-itm-large-coco" / "snapshots" / ("a" * 40),
    )
    for named in (hub, repository, snapshot):
        found = find_set(str(named), sample_dir=_NOWHERE)
        assert found.captioner is not None
        assert found.captioner.id == "Salesforce/blip-image-captioning-large"
        assert found.captioner.revision == _COMMIT
        assert "bsd-3-clause" in found.licence
    matcher = find_set(str(hub), sample_dir=_NOWHERE).matcher
    assert matcher is not None
    assert matcher.revision == "a" * 40


def test_what_is_no_checkpoint_is_refused_in_plain_words(tmp_path: Path) -> None:
    assert "no checkpoint “captoin”" in _refused("captoin").message
    assert "“config.json” is missing" in _refused(tmp_path).message
    (tmp_path / "config.json").write_text('{"architectures": ["BertModel"]}')
    assert "no BLIP" in _refused(tmp_path).message
    (tmp_path / "config.json").write_text("{")
    assert "cannot be read" in _refused(tmp_path).message
    (tmp_path / "config.json").write_text("[]")
    assert "no configuration" in _refused(tmp_path).message
    with pytest.raises(CheckpointError, match="sample checkpoint is missing"):
        find_set("sample", sample_dir=tmp_path / "none")


@pytest.mark.parametrize(
    "name", ["config.json", "model.safetensors", "vocab.txt", "preprocessor_config.json"]
)
def test_a_missing_file_is_named_with_its_folder(
    make_checkpoint: Make, tmp_path: Path, name: str
) -> None:
    folder = _copy(make_checkpoint("both"), tmp_path / "mine")
    (folder / name).unlink()
    message = _refused(folder).message
    assert f"“{name}”" in message
    assert str(folder) in message


def test_two_checkpoints_for_one_part_are_not_guessed_between(
    make_checkpoint: Make, tmp_path: Path
) -> None:
    _copy(make_checkpoint("captioner"), tmp_path / "first")
    _copy(make_checkpoint("captioner"), tmp_path / "second")
    error = _refused(tmp_path)
    assert "first" in error.message
    assert "second" in error.message


@pytest.mark.parametrize("heads", [8, None])
def test_eight_text_heads_of_a_real_blip_are_refused(
    make_checkpoint: Make, tmp_path: Path, heads: int | None
) -> None:
    folder = _copy(make_checkpoint("captioner"), tmp_path / "old")
    config = json.loads((folder / "config.json").read_text())
    config["text_config"] |= {"hidden_size": 768, "num_attention_heads": heads}
    if heads is None:
        del config["text_config"]["num_attention_heads"]
    (folder / "config.json").write_text(json.dumps(config))
    assert "8 attention heads" in _refused(folder).message


def test_a_download_that_broke_off_is_told(make_checkpoint: Make, tmp_path: Path) -> None:
    folder = _copy(make_checkpoint("both"), tmp_path / "half")
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    for size in (len(whole) // 2, 20, 3, 0):
        weights.write_bytes(whole[:size])
        assert "“model.safetensors”" in _refused(folder).message
    weights.write_bytes(struct.pack("<Q", 2) + b"[]")
    assert "no file of weights" in _refused(folder).message


def test_a_revision_follows_the_content(make_checkpoint: Make, tmp_path: Path) -> None:
    folder = _copy(make_checkpoint("both"), tmp_path / "mine")
    first = revision_of(folder)
    assert revision_of(_copy(folder, tmp_path / "copy")) == first
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "model.safetensors").write_bytes(weights)
    assert revision_of(folder) != first


def test_a_huge_files_revision_reads_little_of_it(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with (tmp_path / "model.safetensors").open("wb") as file:
        file.truncate(2 << 30)  # sparse: nothing on the disk
    first = revision_of(tmp_path)
    with (tmp_path / "model.safetensors").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"x")
    assert revision_of(tmp_path) != first


def test_the_gallery_may_import_the_border_without_torch() -> None:
    code = (
        "import sys, engine.checkpoints, engine.images, engine.worker, engine.protocol;"
        "heavy = {'torch', 'transformers', 'tokenizers', 'safetensors'} & set(sys.modules);"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["~nobody-of-this-name", "long" * 100])
def test_a_name_that_no_folder_can_have_is_refused_in_plain_words(
    name: str, tmp_path: Path
) -> None:
    with pytest.raises(CheckpointError, match=r"There is no checkpoint|cannot be read"):
        find_set(name, sample_dir=tmp_path)


def test_an_installed_set_is_found_by_its_name_before_a_folder_of_that_name(
    make_checkpoint: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    parts = {"captioner": "a" * 40, "matcher": "b" * 40}
    folders = [
        _copy(make_checkpoint(part), store / f"models--owner--{part}" / "snapshots" / commit)
        for part, commit in parts.items()
    ]
    (store / "sets").mkdir()
    inside = [str(folder.relative_to(store)) for folder in folders]
    (store / "sets" / "mine.json").write_text(json.dumps({"checkpoints": inside}))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    found = find_set("mine", sample_dir=_NOWHERE, store_dir=store)
    assert found.name == "mine"
    assert found.captioner is not None
    assert found.matcher is not None
    assert (found.captioner.id, found.captioner.revision) == ("owner/captioner", "a" * 40)
    assert found.matcher.folder == str(folders[1])
    monkeypatch.setenv("PHOTO_NARRATOR_CHECKPOINTS", str(store))
    assert find_set("mine", sample_dir=_NOWHERE) == found
    shutil.rmtree(folders[0])
    with pytest.raises(CheckpointError, match=r"“config\.json” is missing"):
        find_set("mine", sample_dir=_NOWHERE, store_dir=store)
