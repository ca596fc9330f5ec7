"""What the describer loads, shares, refuses and survives."""

import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.blip.describer import BlipDescriber
from engine.blip.devices import choose_device, is_out_of_memory
from engine.blip.loading import Checkpoint
from engine.blip.parts import load_parts, parts_agree
from engine.blip.settings import Decoding, decoding
from engine.checkpoints import CheckpointError, DescriberSet, find_set, read_json
from engine.describer import Wish
from engine.images import DecodeError

Make = Callable[..., Path]
_BOTH = Wish(caption=True, vector=True)


def _set(folder: Path) -> DescriberSet:
    return find_set(str(folder), sample_dir=folder)


def _describer(captioner: Path, matcher: Path) -> BlipDescriber:
    return BlipDescriber(_set(captioner).captioner, _set(matcher).matcher, "cpu")


def _passes(describer: BlipDescriber) -> list[int]:
    """Count the pictures in every vision pass from now on."""
    seen: list[int] = []

    def counting(network: Callable[[torch.Tensor], torch.Tensor]) -> Any:
        def counted(colours: torch.Tensor) -> torch.Tensor:
            seen.append(len(colours))
            return network(colours)

        return counted

    for vision in {describer._vision, describer._match_vision}:
        vision._network = counting(vision._network)
    return seen


def test_one_checkpoint_with_both_parts_looks_once(
    make_checkpoint: Make, pictures_dir: Path
) -> None:
    folder = make_checkpoint("both")
    describer = _describer(folder, folder)
    assert describer.info.shared_vision
    assert describer.info.vector_size == 24
    passes = _passes(describer)
    pictures = [describer.prepare(pictures_dir / f"{n}.png") for n in range(4)]
    describer.describe(pictures, [_BOTH] * 4)
    assert passes == [4]


def test_two_checkpoints_with_equal_eyes_look_once_and_others_twice(
    make_checkpoint: Make, pictures_dir: Path
) -> None:
    captioner = make_checkpoint("captioner")
    for seed, expected in ((1, [3]), (2, [3, 3])):
        describer = _describer(captioner, make_checkpoint("matcher", vision_seed=seed))
        assert describer.info.shared_vision == (len(expected) == 1)
        passes = _passes(describer)
        pictures = [describer.prepare(pictures_dir / f"{n}.png") for n in range(3)]
        for one in describer.describe(pictures, [_BOTH] * 3):
            assert one.caption is not None
            assert one.score is not None
            assert 0 <= one.score <= 1
            assert one.vector is not None
        assert passes == expected


def test_parts_of_different_sizes_each_get_their_own(
    make_checkpoint: Make, pictures_dir: Path
) -> None:
    describer = _describer(make_checkpoint("captioner"), make_checkpoint("matcher", image_px=64))
    picture = describer.prepare(pictures_dir / "0.png")
    assert [pixels.shape for pixels in picture.pixels] == [(48, 48, 3), (64, 64, 3)]
    (one,) = describer.describe([picture], [_BOTH])
    assert one.caption is not None
    assert one.vector is not None


def test_only_what_is_wished_is_made(make_checkpoint: Make, pictures_dir: Path) -> None:
    folder = make_checkpoint("both")
    describer = _describer(folder, folder)
    picture = describer.prepare(pictures_dir / "0.png")
    wishes = [Wish(caption=True, vector=False), Wish(caption=False, vector=True)]
    first, second = describer.describe([picture, picture], wishes)
    assert first.vector is None
    assert second.vector is not None
    assert second.vector.dtype == np.float32
    assert (first.caption is None, second.caption, second.score) == (False, None, None)
    assert first.settings == "greedy"
    (slow,) = describer.describe([picture], [_BOTH], careful=True)
    assert slow.settings == "beam 3"


def test_one_part_alone_works_as_far_as_it_goes(make_checkpoint: Make, pictures_dir: Path) -> None:
    captioner = BlipDescriber(_set(make_checkpoint("captioner")).captioner, None, "cpu")
    (said,) = captioner.describe([captioner.prepare(pictures_dir / "0.png")], [_BOTH])
    assert said.caption
    assert (said.score, said.vector, captioner.info.vector_size) == (None, None, 0)
    with pytest.raises(CheckpointError, match="needs a matcher"):
        captioner.embed_text("a cat")
    matcher = BlipDescriber(None, _set(make_checkpoint("matcher")).matcher, "cpu")
    (seen,) = matcher.describe([matcher.prepare(pictures_dir / "0.png")], [_BOTH])
    assert seen.caption is None
    assert seen.vector is not None


def test_a_given_beginning_is_kept_as_it_was_written(
    make_checkpoint: Make, pictures_dir: Path
) -> None:
    describer = _describer(make_checkpoint("captioner"), make_checkpoint("matcher"))
    pictures = [describer.prepare(pictures_dir / f"{n}.png") for n in range(3)]
    for beginning in (
        "My Dog & the CAT on",
        "There is a cat",
        "a picture of the sea",
        "un été à",
        "cat " * 60,
    ):
        for said in describer.caption(pictures, beginning=f"  {beginning} "):
            assert said.caption is not None
            assert said.caption.startswith(beginning.strip())
            assert len(said.caption) > len(beginning.strip())
            assert said.score is not None
            assert said.vector is None
    (plain,) = describer.caption(pictures[:1], beginning=" ")
    (described,) = describer.describe(pictures[:1], [Wish(caption=True, vector=False)])
    assert (plain.caption, plain.score) == (described.caption, described.score)
    blind = BlipDescriber(None, _set(make_checkpoint("matcher")).matcher, "cpu")
    with pytest.raises(CheckpointError, match="needs a captioner"):
        blind.caption(pictures, beginning="a cat")


def test_published_checkpoints_are_guarded_against_loops_and_invented_words(
    make_checkpoint: Make,
) -> None:
    published, own = (
        decoding(read_json(folder / "config.json"), Checkpoint(folder).shape.text)
        for folder in (make_checkpoint("captioner"), make_checkpoint("both"))
    )
    assert (published.prompt, published.max_length, published.min_length) == ("a picture of", 20, 5)
    assert (published.repetition_penalty, published.no_repeat) == (1.1, 3)
    assert "arafed" in published.forbidden
    assert own == Decoding("", 16)


def test_a_query_of_unknown_words_has_no_vector(make_checkpoint: Make) -> None:
    folder = make_checkpoint("both")
    describer = _describer(folder, folder)
    nothing = describer.embed_text("zebra giraffe!")
    assert nothing.vector is None
    assert nothing.unknown_words == ("zebra", "giraffe")
    mixed, known = describer.embed_text("a zebra cat"), describer.embed_text("a cat")
    assert mixed.unknown_words == ("zebra",)
    assert mixed.vector is not None
    assert known.vector is not None
    assert np.array_equal(mixed.vector, known.vector)


def test_a_photo_that_cannot_be_read_is_the_decoders_matter(
    make_checkpoint: Make, tmp_path: Path
) -> None:
    folder = make_checkpoint("both")
    with pytest.raises(DecodeError):
        _describer(folder, folder).prepare(tmp_path / "gone.jpg")


def test_bin_weights_load_as_data_and_equal_safetensors(
    make_checkpoint: Make, pictures_dir: Path
) -> None:
    plain, binary = make_checkpoint("matcher"), make_checkpoint("matcher", weights="bin")
    vectors = []
    for folder in (plain, binary):
        describer = BlipDescriber(None, _set(folder).matcher, "cpu")
        picture = describer.prepare(pictures_dir / "0.png")
        vectors.append(describer.describe([picture], [_BOTH])[0].vector)
    assert np.array_equal(vectors[0], vectors[1])


class _Bomb:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


def test_bin_weights_never_run_code(make_checkpoint: Make, tmp_path: Path) -> None:
    folder = tmp_path / "evil"
    shutil.copytree(make_checkpoint("matcher", weights="bin"), folder)
    mark = tmp_path / "ran"
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(_Bomb(mark)))
    for _ in range(2):
        with pytest.raises(CheckpointError, match="cannot be read as weights"):
            BlipDescriber(None, _set(folder).matcher, "cpu")
        torch.save({"vision_proj.weight": _Bomb(mark)}, folder / "pytorch_model.bin")
    assert not mark.exists()


def test_weights_that_do_not_fit_are_told(make_checkpoint: Make, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(make_checkpoint("both"), folder)
    weights = load_file(folder / "model.safetensors")
    lacking = {key: tensor for key, tensor in weights.items() if not key.startswith("itm_head")}
    save_file(lacking, folder / "model.safetensors")
    with pytest.raises(CheckpointError, match="lack itm_head"):
        _describer(folder, folder)
    save_file(weights | {"vision_proj.weight": torch.zeros(3, 3)}, folder / "model.safetensors")
    with pytest.raises(CheckpointError, match="do not fit"):
        _describer(folder, folder)


_DESCRIBING = """
import sys
from pathlib import Path
from engine.blip.describer import BlipDescriber
from engine.checkpoints import find_set
from engine.describer import Wish
chosen = find_set(sys.argv[1], sample_dir=Path(sys.argv[1]))
describer = BlipDescriber(chosen.captioner, chosen.matcher, "cpu")
picture = describer.prepare(Path(sys.argv[2]))
for careful in (False, True):
    describer.describe([picture], [Wish(caption=True, vector=True)], careful=careful)
describer.match("a cat", [picture]), describer.embed_text("a cat")
sys.exit(", ".join({"transformers", "huggingface_hub", "torchvision"} & set(sys.modules)) or 0)
"""


def test_describing_never_imports_transformers(make_checkpoint: Make, pictures_dir: Path) -> None:
    folder = make_checkpoint("both")
    command = [sys.executable, "-c", _DESCRIBING, str(folder), str(pictures_dir / "0.png")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("part", "changes", "told"),
    [
        ("text_config", {"num_attention_heads": 5}, "cannot be shared by 5 attention heads"),
        ("text_config", {"hidden_act": "relu"}, "“hidden_act” is 'relu'"),
        ("text_config", {"vocab_size": "many"}, "“vocab_size” is 'many'"),
        ("vision_config", {"patch_size": 0}, "“patch_size” is 0"),
        ("vision_config", {"layer_norm_eps": None}, "“layer_norm_eps” is None"),
        ("vision_config", {"image_size": [48, None]}, "“image_size” is None"),
    ],
)
def test_a_configuration_that_is_no_blip_is_told(
    make_checkpoint: Make, tmp_path: Path, part: str, changes: dict[str, Any], told: str
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(make_checkpoint("matcher"), folder)
    config = json.loads((folder / "config.json").read_text())
    config[part] |= changes
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="is no BLIP configuration") as refused:
        BlipDescriber(None, _set(folder).matcher, "cpu")
    assert told in refused.value.message


def test_a_device_that_is_not_there_is_told() -> None:
    assert choose_device("cpu").type == "cpu"
    assert choose_device("auto").type in {"cpu", "cuda", "mps"}
    with pytest.raises(CheckpointError, match="no device “tpu”"):
        choose_device("tpu")


def test_running_out_of_memory_is_recognised() -> None:
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    with pytest.raises(RuntimeError) as told:
        torch.empty(1 << 60)
    assert is_out_of_memory(told.value)
    assert not is_out_of_memory(RuntimeError("shape mismatch"))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_an_accelerator_says_what_the_processor_says(
    make_checkpoint: Make, pictures_dir: Path
) -> None:
    chosen = _set(make_checkpoint("both"))
    both = [BlipDescriber(chosen.captioner, chosen.matcher, name) for name in ("cpu", "cuda")]
    pictures = [both[0].prepare(path) for path in sorted(pictures_dir.iterdir())]
    for slow, fast in zip(*(one.describe(pictures, [_BOTH] * 8) for one in both), strict=True):
        assert fast.caption == slow.caption
        assert fast.score == pytest.approx(slow.score, abs=1e-3)


def test_networks_that_say_different_things_are_told_apart(make_checkpoint: Make) -> None:
    one, other = (
        load_parts(chosen.captioner, chosen.matcher, torch.device("cpu"))
        for chosen in (_set(make_checkpoint("both", vision_seed=seed)) for seed in (1, 2))
    )
    assert parts_agree(one, one)
    assert not parts_agree(one, other)
