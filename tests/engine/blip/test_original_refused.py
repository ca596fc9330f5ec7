"""Files that are no BLIP of the authors', or lack something, are refused in plain words."""

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError
from torch import Tensor

from engine import original
from engine.blip import whole
from engine.checkpoints import CheckpointError
from engine.original import import_original
from tests.engine.blip.authors import WIDTH, Authors


class _Bomb:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


def _changed(authors: Authors, path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    state = dict(authors.state)
    change(state)
    torch.save({"model": state}, path)
    return path


def _refused(authors: Authors, file: Path) -> str:
    target = file.parent / "made"
    with pytest.raises(CheckpointError) as refused:
        import_original(file, target, vocabulary=authors.vocabulary)
    assert [path for path in file.parent.iterdir() if path.is_dir()] == []
    return f"{refused.value.message} {refused.value.hint}"


def test_a_file_that_would_run_code_is_refused_and_runs_none(
    authors: Authors, tmp_path: Path
) -> None:
    file, mark = tmp_path / "evil.pth", tmp_path / "ran"
    torch.save({"model": authors.state, "config": _Bomb(mark)}, file)
    assert "something else than weights" in _refused(authors, file)
    file.write_bytes(pickle.dumps(_Bomb(mark)))
    assert "something else than weights" in _refused(authors, file)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("itm_head.weight", None, "lacks itm_head"),
        ("visual_encoder.pos_embed", None, "lacks vision_model.embeddings.position_embedding"),
        ("visual_encoder.blocks.0.norm2.bias", None, "lack vision_model.encoder.layers.0.layer"),
        ("text_encoder.encoder.layer.1.crossattention.self.key.weight", None, "lack text_encoder."),
        ("text_decoder.cls.predictions.transform.dense.bias", None, "lack text_decoder.cls"),
        ("text_proj.weight", torch.zeros(24, 64), "do not fit"),
        ("visual_encoder.norm.weight", torch.zeros(5), "do not fit"),
        ("visual_encoder.pos_embed", torch.zeros(1, 13, WIDTH), "no square picture"),
        ("visual_encoder.patch_embed.proj.weight", torch.zeros(WIDTH, 3), "has the shape"),
        ("visual_encoder.blocks.0.adapter.weight", torch.zeros(2), "is another network than BLIP"),
        ("text_encoder.encoder.layer.2.output.dense.bias", torch.zeros(2), "differ in size"),
        ("vision_proj.weight", torch.zeros(24, WIDTH, dtype=torch.long), "holds no weights"),
        ("itm_head.bias", torch.zeros(1).expand(10**12), "would unfold to"),
        ("itm_head.bias", "two", "no list of tensors"),
    ],
)
def test_a_file_that_is_not_whole_or_not_blip_is_told(
    authors: Authors, tmp_path: Path, name: str, value: Any, told: str
) -> None:
    def change(state: dict[str, Any]) -> None:
        state[name] = value
        if value is None:
            del state[name]

    assert told in _refused(authors, _changed(authors, tmp_path / "changed.pth", change))


def test_other_files_are_told(authors: Authors, tmp_path: Path) -> None:
    file = tmp_path / "other.pth"
    torch.save({"weights": {}}, file)
    assert "no list of tensors" in _refused(authors, file)
    torch.save({"model": {"conv.weight": torch.zeros(3)}}, file)
    assert "holds no BLIP" in _refused(authors, file)
    whole = authors.file.read_bytes()
    for cut in (0, 5000, len(whole) // 2, len(whole) - 100):
        file.write_bytes(whole[:cut])
        told = _refused(authors, file)
        assert "is cut off, or damaged" in told or "something else than weights" in told
    with pytest.raises(CheckpointError, match="There is no file"):
        import_original(tmp_path / "gone.pth", tmp_path / "made")


def test_another_head_is_left_out_and_named(authors: Authors, tmp_path: Path) -> None:
    file = _changed(
        authors, tmp_path / "more.pth", lambda state: state.update({"cls_head.0.bias": Tensor([1])})
    )
    made = import_original(file, tmp_path / "made", vocabulary=authors.vocabulary)
    assert made == ("cls_head.0.bias",)


def test_the_words_are_found_beside_the_file_or_asked_for(authors: Authors, tmp_path: Path) -> None:
    file = tmp_path / "model.pth"
    shutil.copyfile(authors.file, file)
    with pytest.raises(CheckpointError, match="words of bert-base-uncased") as refused:
        import_original(file, tmp_path / "made")
    assert "--vocabulary" in refused.value.hint
    words = (authors.vocabulary / "vocab.txt").read_text(encoding="utf-8").split()
    beside = tmp_path / "bert-base-uncased"
    beside.mkdir()
    table = {word: number for number, word in enumerate([*words, "[DEC]", "[ENC]"])}
    (beside / "tokenizer.json").write_text(json.dumps({"model": {"vocab": table}}))
    import_original(file, tmp_path / "made")
    assert (tmp_path / "made" / "vocab.txt").read_text(encoding="utf-8").split() == words
    for wrong, told in (
        (words[:-1], "is not the vocabulary"),
        ([*words[:-1], words[5]], "is not the vocabulary"),
        ([word for word in words if word != "[SEP]"] + ["x"], r"lacks \[SEP\]"),
    ):
        (tmp_path / "vocab.txt").write_text("\n".join(wrong) + "\n", encoding="utf-8")
        with pytest.raises(CheckpointError, match=told):
            import_original(file, tmp_path / "again")
    (tmp_path / "vocab.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(CheckpointError, match="cannot be read as a vocabulary"):
        import_original(file, tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_nothing_is_overwritten_and_a_full_disk_leaves_nothing(
    authors: Authors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "made"
    made.mkdir()
    (made / "mine.txt").touch()
    with pytest.raises(CheckpointError, match="is there already"):
        import_original(authors.file, made, vocabulary=authors.vocabulary)
    with pytest.raises(CheckpointError, match="There is no folder"):
        import_original(authors.file, tmp_path / "a" / "b", vocabulary=authors.vocabulary)
    full = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(original.shutil, "disk_usage", lambda path: full)
    with pytest.raises(CheckpointError, match="not enough room"):
        import_original(authors.file, tmp_path / "new", vocabulary=authors.vocabulary)
    monkeypatch.undo()

    def fail(tensors: object, path: Path, metadata: object) -> None:
        path.write_bytes(b"the beginning")
        raise SafetensorError("No space left on device")

    monkeypatch.setattr(whole, "save_file", fail)
    with pytest.raises(CheckpointError, match="cannot be written: No space left"):
        import_original(authors.file, tmp_path / "new", vocabulary=authors.vocabulary)
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
