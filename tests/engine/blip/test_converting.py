"""A .bin to safetensors: every tensor stays what it was, and no code of the file runs."""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from engine.blip.converting import convert
from engine.checkpoints import CheckpointError

Make = Callable[..., Path]


class _Hostile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


def test_every_tensor_keeps_its_name_type_and_values(make_checkpoint: Make, tmp_path: Path) -> None:
    source = make_checkpoint("matcher", weights="bin") / "pytorch_model.bin"
    convert(source, tmp_path / "made")
    stored, made = torch.load(source, weights_only=True), load_file(tmp_path / "made")
    assert made.keys() == stored.keys()
    assert all(torch.equal(made[key], stored[key]) for key in stored)
    assert all(made[key].dtype is stored[key].dtype for key in stored)


def test_tied_weights_and_views_are_written_each_for_itself(tmp_path: Path) -> None:
    words = torch.arange(12.0).reshape(3, 4)
    tied = {"a": words, "b": words, "c": words.T, "d": words[1:]}
    torch.save(tied, tmp_path / "tied.bin")
    convert(tmp_path / "tied.bin", tmp_path / "made")
    made = load_file(tmp_path / "made")
    assert all(torch.equal(made[key], tied[key]) for key in tied)


def test_a_file_of_the_old_kind_is_read_too(tmp_path: Path) -> None:
    torch.save({"a": torch.ones(3)}, tmp_path / "old", _use_new_zipfile_serialization=False)
    convert(tmp_path / "old", tmp_path / "made")
    assert torch.equal(load_file(tmp_path / "made")["a"], torch.ones(3))


def test_what_would_run_code_is_refused_and_not_run(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    torch.save({"weight": _Hostile(touched)}, tmp_path / "hostile.bin")
    with pytest.raises(CheckpointError, match="something else than weights"):
        convert(tmp_path / "hostile.bin", tmp_path / "made")
    assert not touched.exists()
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("stored", [[torch.ones(2)], {"epoch": 3}, torch.ones(2)])
def test_what_is_no_list_of_weights_is_refused(tmp_path: Path, stored: object) -> None:
    torch.save(stored, tmp_path / "other.bin")
    with pytest.raises(CheckpointError, match="no list of weights"):
        convert(tmp_path / "other.bin", tmp_path / "made")


def test_rubbish_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rubbish.bin").write_bytes(b"not a file of weights")
    with pytest.raises(CheckpointError, match="something else than weights"):
        convert(tmp_path / "rubbish.bin", tmp_path / "made")


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
def test_a_full_disk_is_an_error_of_the_disk_and_leaves_nothing(tmp_path: Path) -> None:
    import resource

    torch.save({"a": torch.ones(300, 300)}, tmp_path / "some.bin")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large") as told:
            convert(tmp_path / "some.bin", tmp_path / "made")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert told.value.errno == errno.EFBIG
    assert [path.name for path in tmp_path.iterdir()] == ["some.bin"]
