"""A file in the authors' own layout becomes a checkpoint that says what transformers says."""

import json
import pickle
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional
from transformers import (
    BertTokenizer,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipForImageTextRetrieval,
)
from transformers import logging as transformers_logging

from engine import original
from engine.blip.describer import BlipDescriber
from engine.checkpoints import CheckpointError, find_set, read_json
from engine.describer import Wish
from engine.original import import_original

Make = Callable[..., Path]
_WIDTH, _HEADS, _LAYERS = 128, 2, 2
_BOTH = Wish(caption=True, vector=True)
_VISION_NAMES = (
    ("vision_model.embeddings.class_embedding", "visual_encoder.cls_token"),
    ("vision_model.embeddings.position_embedding", "visual_encoder.pos_embed"),
    ("vision_model.embeddings.patch_embedding", "visual_encoder.patch_embed.proj"),
    ("vision_model.post_layernorm", "visual_encoder.norm"),
    ("vision_model.encoder.layers", "visual_encoder.blocks"),
    ("layer_norm1", "norm1"),
    ("layer_norm2", "norm2"),
    ("self_attn.projection", "attn.proj"),
    ("self_attn.qkv", "attn.qkv"),
)


@pytest.fixture(autouse=True, scope="module")
def _no_progress_bars() -> None:
    """They would leave a thread behind."""
    transformers_logging.disable_progress_bar()


@dataclass
class Authors:
    """A file of the authors' layout, transformers' classes with its weights, and BERT's words."""

    file: Path
    state: dict[str, Tensor]
    captioner: Any
    matcher: Any
    vocabulary: Path


def _config(vocabulary: int, image_px: int) -> BlipConfig:
    shape = {"hidden_size": _WIDTH, "num_attention_heads": _HEADS, "initializer_range": 0.25}
    shape |= {"intermediate_size": 192, "num_hidden_layers": _LAYERS}
    words = {"vocab_size": vocabulary, "max_position_embeddings": 48, "pad_token_id": 0}
    words |= {"bos_token_id": vocabulary - 2, "sep_token_id": 3, "eos_token_id": 3}
    vision = {"image_size": image_px, "patch_size": 16, "layer_norm_eps": 1e-6}
    return BlipConfig(
        text_config=shape | words, vision_config=shape | vision, image_text_hidden_size=24
    )


def _authors_name(name: str) -> str:
    if name.startswith("vision_model."):
        for theirs, authors in _VISION_NAMES:
            name = name.replace(theirs, authors)
    return name


def _file(path: Path, vocabulary: Path, image_px: int = 64) -> Authors:
    count = len((vocabulary / "vocab.txt").read_text().split())
    config = _config(count + 2, image_px)
    torch.manual_seed(11)
    captioner = BlipForConditionalGeneration(config).eval()
    matcher = BlipForImageTextRetrieval(config).eval()
    matcher.vision_model = captioner.vision_model
    with torch.no_grad():
        for name, value in captioner.vision_model.named_parameters():
            value += torch.randn_like(value) * (0.3 if "embedding" in name else 0.1)
        captioner.text_decoder.get_output_embeddings().bias[3] += 2.0  # texts end, if not at once
    ours = matcher.state_dict() | captioner.state_dict()
    state = {_authors_name(name): tensor for name, tensor in ours.items()}
    for name in list(state):
        part = name.partition(".")[0]
        if part in ("visual_encoder", "text_encoder", "vision_proj", "text_proj"):
            state[name.replace(part, f"{part}_m", 1)] = torch.randn_like(state[name])
    state |= {
        "image_queue": torch.randn(24, 96),
        "text_queue": torch.randn(24, 96),
        "queue_ptr": torch.zeros(1, dtype=torch.long),
        "temp": torch.tensor(0.05),
        "text_encoder.embeddings.position_ids": torch.arange(48)[None],
        "text_decoder.bert.embeddings.position_ids": torch.arange(48)[None],
    }
    stored = {"model": state, "optimizer": {"state": {}}, "config": {"vit": "base"}, "epoch": 19}
    torch.save(stored, path)
    return Authors(path, state, captioner, matcher, vocabulary)


@pytest.fixture(scope="module")
def authors(make_checkpoint: Make, tmp_path_factory: pytest.TempPathFactory) -> Authors:
    vocabulary = tmp_path_factory.mktemp("words")
    words = (make_checkpoint("captioner") / "vocab.txt").read_text(encoding="utf-8").split()
    (vocabulary / "vocab.txt").write_text("\n".join(dict.fromkeys(words)) + "\n")
    return _file(tmp_path_factory.mktemp("original") / "model_base.pth", vocabulary)


@pytest.fixture(scope="module")
def folder(authors: Authors) -> Path:
    made = authors.file.parent / "imported"
    assert import_original(authors.file, made, vocabulary=authors.vocabulary) == ()
    return made


def _describer(folder: Path) -> BlipDescriber:
    chosen = find_set(str(folder), sample_dir=folder)
    return BlipDescriber(chosen.captioner, chosen.matcher, "cpu")


def test_every_tensor_is_where_transformers_wants_it(authors: Authors, folder: Path) -> None:
    for kind, wanted in (
        (BlipForConditionalGeneration, authors.captioner),
        (BlipForImageTextRetrieval, authors.matcher),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model, told = kind.from_pretrained(
                folder, local_files_only=True, output_loading_info=True
            )
        assert not told["missing_keys"]
        assert not told["mismatched_keys"]
        loaded = model.state_dict()
        assert loaded.keys() == wanted.state_dict().keys()
        for name, tensor in wanted.state_dict().items():
            assert torch.equal(loaded[name], tensor), name
        config = model.config
        assert config.vision_config.layer_norm_eps == 1e-6
        assert config.text_config.layer_norm_eps == 1e-12
        assert config.text_config.num_attention_heads == _HEADS
        assert config.vision_config.num_attention_heads == _HEADS


def test_only_what_is_wanted_is_kept(authors: Authors, folder: Path) -> None:
    held = load_file(folder / "model.safetensors")
    assert not [name for name in held if "_m." in name or "queue" in name or "temp" in name]
    heads = {"vision_proj", "text_proj", "itm_head"}
    networks = {"vision_model", "text_encoder", "text_decoder"}
    assert {name.partition(".")[0] for name in held} == heads | networks
    words = "text_decoder.cls.predictions.decoder.weight"
    assert words in authors.state
    assert words not in held  # the word embeddings again
    chosen = find_set(str(folder), sample_dir=folder)
    assert chosen.captioner == chosen.matcher
    assert chosen.licence == "bsd-3-clause"
    assert not chosen.knows_drawn_scenes_only
    assert {path.name for path in folder.parent.iterdir()} == {"model_base.pth", "imported"}


def _authors_vision(state: dict[str, Tensor], pixels: Tensor) -> Tensor:
    """timm's ViT as salesforce/BLIP has it, straight from the file's names."""

    def layer(values: Tensor, name: str) -> Tensor:
        weight, bias = (state[f"visual_encoder.{name}.{part}"] for part in ("weight", "bias"))
        if "norm" in name:
            return functional.layer_norm(values, weight.shape, weight, bias, 1e-6)
        return functional.linear(values, weight, bias)

    patch = "visual_encoder.patch_embed.proj"
    patches = functional.conv2d(pixels, state[f"{patch}.weight"], state[f"{patch}.bias"], stride=16)
    cls = state["visual_encoder.cls_token"].expand(len(pixels), -1, -1)
    seen = torch.cat([cls, patches.flatten(2).transpose(1, 2)], 1)
    seen = seen + state["visual_encoder.pos_embed"]
    for number in range(_LAYERS):
        block = f"blocks.{number}"
        rows, length, width = seen.shape
        split = layer(layer(seen, f"{block}.norm1"), f"{block}.attn.qkv")
        query, key, value = split.reshape(rows, length, 3, _HEADS, -1).permute(2, 0, 3, 1, 4)
        likely = (query @ key.transpose(-2, -1) * (width // _HEADS) ** -0.5).softmax(-1)
        heard = (likely @ value).transpose(1, 2).reshape(rows, length, width)
        seen = seen + layer(heard, f"{block}.attn.proj")
        inner = functional.gelu(layer(layer(seen, f"{block}.norm2"), f"{block}.mlp.fc1"))
        seen = seen + layer(inner, f"{block}.mlp.fc2")
    return layer(seen, "norm")


def test_it_sees_as_the_authors_network_does(
    authors: Authors, folder: Path, pictures_dir: Path
) -> None:
    describer = _describer(folder)
    pixels = [describer.prepare(path).pixels[0] for path in sorted(pictures_dir.iterdir())]
    shape = describer._vision.geometry
    colours = (torch.from_numpy(np.stack(pixels)) / 255 - torch.tensor(shape.mean)) / torch.tensor(
        shape.std
    )
    with torch.no_grad():
        got = describer._vision.tokens(pixels)
        wanted = _authors_vision(authors.state, colours.permute(0, 3, 1, 2))
        theirs = authors.captioner.vision_model(colours.permute(0, 3, 1, 2)).last_hidden_state
    assert (got - wanted).abs().max() < 5e-5
    assert (theirs - wanted).abs().max() < 5e-5


def test_captions_vectors_and_scores_are_transformers_from_one_look(
    authors: Authors, folder: Path, pictures_dir: Path
) -> None:
    describer = _describer(folder)
    assert describer.info.shared_vision
    pictures = [describer.prepare(path) for path in sorted(pictures_dir.iterdir())]
    tokenizer = BertTokenizer.from_pretrained(folder, local_files_only=True)
    writer, matcher = describer._writer, describer._matcher
    assert writer is not None
    assert matcher is not None
    with torch.no_grad():
        seen = describer._vision.tokens([picture.pixels[0] for picture in pictures])
        for beams in (1, 3):
            wanted = _generated(authors, tokenizer, seen, beams)
            got = writer.token_ids(seen, careful=beams > 1)
            assert got.tolist() == wanted.tolist()
        assert len({tuple(ids) for ids in wanted.tolist()}) > 2, "all alike: no test"
        text = "a cat on the table"
        read = tokenizer([text] * len(pictures), return_tensors="pt")
        encoder = authors.matcher.text_encoder
        alone = encoder(input_ids=read.input_ids, attention_mask=read.attention_mask)
        vector = functional.normalize(authors.matcher.text_proj(alone[0][:, 0]), dim=-1)
        cosine = functional.normalize(authors.matcher.vision_proj(seen[:, 0]), dim=-1) @ vector[0]
        ids = read.input_ids.clone()
        ids[:, 0] = authors.captioner.config.text_config.bos_token_id + 1
        both = encoder(
            input_ids=ids, attention_mask=read.attention_mask, encoder_hidden_states=seen
        )
        scores = authors.matcher.itm_head(both[0][:, 0]).softmax(-1)[:, 1]
    query = describer.embed_text(text).vector
    assert query is not None
    described = describer.describe(pictures, [_BOTH] * len(pictures))
    for one, wanted_cosine, wanted_score, score in zip(
        described, cosine, scores, describer.match(text, pictures), strict=True
    ):
        assert one.caption
        assert one.vector is not None
        assert float(one.vector @ query) == pytest.approx(float(wanted_cosine), abs=1e-4)
        assert score == pytest.approx(float(wanted_score), abs=1e-4)


def _generated(authors: Authors, tokenizer: Any, seen: Tensor, beams: int) -> Tensor:
    start = torch.tensor([tokenizer("a picture of").input_ids[:-1]] * len(seen))
    start[:, 0] = authors.captioner.config.text_config.bos_token_id
    invented = ("arafed", "araffed", "araffe", "arafe", "arafeed", "araf")
    generated: Tensor = authors.captioner.text_decoder.generate(
        input_ids=start,
        attention_mask=torch.ones_like(start),
        encoder_hidden_states=seen,
        encoder_attention_mask=torch.ones(seen.shape[:2], dtype=torch.long),
        eos_token_id=3,
        pad_token_id=0,
        max_length=20,
        min_length=5,
        repetition_penalty=1.1,
        no_repeat_ngram_size=3,
        bad_words_ids=[tokenizer(word, add_special_tokens=False).input_ids for word in invented],
        num_beams=beams,
        do_sample=False,
    )
    return generated


def test_places_are_interpolated_where_a_larger_picture_is_asked_for(
    authors: Authors, tmp_path: Path, pictures_dir: Path
) -> None:
    made = tmp_path / "larger"
    import_original(authors.file, made, vocabulary=authors.vocabulary, image_px=112)
    assert read_json(made / "config.json")["vision_config"]["image_size"] == 112
    assert read_json(made / "preprocessor_config.json")["size"] == {"height": 112, "width": 112}
    places = load_file(made / "model.safetensors")["vision_model.embeddings.position_embedding"]
    before = authors.state["visual_encoder.pos_embed"]
    assert places.shape == (1, 1 + 7 * 7, _WIDTH)
    assert torch.equal(places[:, 0], before[:, 0])
    grid = before[0, 1:].reshape(4, 4, _WIDTH).permute(2, 0, 1)[None]
    wider = functional.interpolate(grid, (7, 7), mode="bicubic", align_corners=False)[0]
    for row, column in ((0, 0), (3, 5), (6, 6)):
        assert torch.allclose(places[0, 1 + 7 * row + column], wider[:, row, column], atol=1e-6)
    describer = _describer(made)
    (said,) = describer.describe([describer.prepare(pictures_dir / "0.png")], [_BOTH])
    assert said.caption
    assert "interpolated from 64 px" in (made / "README.md").read_text(encoding="utf-8")
    with pytest.raises(CheckpointError, match="not made of patches of 16"):
        import_original(authors.file, tmp_path / "odd", vocabulary=authors.vocabulary, image_px=100)


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
        ("visual_encoder.pos_embed", torch.zeros(1, 13, _WIDTH), "no square picture"),
        ("visual_encoder.patch_embed.proj.weight", torch.zeros(_WIDTH, 3), "has the shape"),
        ("visual_encoder.blocks.0.adapter.weight", torch.zeros(2), "is another network than BLIP"),
        ("text_encoder.encoder.layer.2.output.dense.bias", torch.zeros(2), "differ in size"),
        ("vision_proj.weight", torch.zeros(24, _WIDTH, dtype=torch.long), "holds no weights"),
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


def test_a_captioners_file_makes_a_captioner(
    authors: Authors, tmp_path: Path, pictures_dir: Path
) -> None:
    def change(state: dict[str, Any]) -> None:
        for name in list(state):
            if not name.startswith(("visual_encoder.", "text_decoder.")):
                del state[name]

    file = _changed(authors, tmp_path / "caption.pth", change)
    import_original(file, tmp_path / "made", vocabulary=authors.vocabulary)
    describer = _describer(tmp_path / "made")
    assert describer.info.matcher is None
    (said,) = describer.describe([describer.prepare(pictures_dir / "0.png")], [_BOTH])
    assert said.caption


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
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_the_program_makes_a_checkpoint_that_describes(authors: Authors, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "engine.original", str(authors.file)]
    words = ["--vocabulary", str(authors.vocabulary)]
    done = subprocess.run(
        [*command, str(tmp_path / "made"), *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "makes captions of photos and finds them" in done.stdout
    again = subprocess.run(
        [*command, str(tmp_path / "made")], capture_output=True, text=True, check=False
    )
    assert again.returncode == 2
    assert "is there already. Name a new folder." in again.stderr
