"""A file in the authors' own layout becomes a checkpoint that says what transformers says."""

import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional
from transformers import BertTokenizer, BlipForConditionalGeneration, BlipForImageTextRetrieval
from transformers import logging as transformers_logging

from engine.blip.describer import BlipDescriber
from engine.checkpoints import CheckpointError, find_set, read_json
from engine.describer import Wish
from engine.original import import_original
from tests.engine.blip.authors import HEADS, LAYERS, WIDTH, Authors

_BOTH = Wish(caption=True, vector=True)


@pytest.fixture(autouse=True, scope="module")
def _no_progress_bars() -> None:
    """They would leave a thread behind."""
    transformers_logging.disable_progress_bar()


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
        assert config.text_config.num_attention_heads == HEADS
        assert config.vision_config.num_attention_heads == HEADS


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
    for number in range(LAYERS):
        block = f"blocks.{number}"
        rows, length, width = seen.shape
        split = layer(layer(seen, f"{block}.norm1"), f"{block}.attn.qkv")
        query, key, value = split.reshape(rows, length, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        likely = (query @ key.transpose(-2, -1) * (width // HEADS) ** -0.5).softmax(-1)
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
    assert places.shape == (1, 1 + 7 * 7, WIDTH)
    assert torch.equal(places[:, 0], before[:, 0])
    grid = before[0, 1:].reshape(4, 4, WIDTH).permute(2, 0, 1)[None]
    wider = functional.interpolate(grid, (7, 7), mode="bicubic", align_corners=False)[0]
    for row, column in ((0, 0), (3, 5), (6, 6)):
        assert torch.allclose(places[0, 1 + 7 * row + column], wider[:, row, column], atol=1e-6)
    describer = _describer(made)
    (said,) = describer.describe([describer.prepare(pictures_dir / "0.png")], [_BOTH])
    assert said.caption
    assert "interpolated from 64 px" in (made / "README.md").read_text(encoding="utf-8")
    for size in (100, 0, -16, 16_000):
        with pytest.raises(CheckpointError, match=f"Pictures of {size} pixels cannot be"):
            import_original(
                authors.file, tmp_path / "odd", vocabulary=authors.vocabulary, image_px=size
            )


def test_a_captioners_file_makes_a_captioner(
    authors: Authors, tmp_path: Path, pictures_dir: Path
) -> None:
    parts = ("visual_encoder.", "text_decoder.")
    state = {name: item for name, item in authors.state.items() if name.startswith(parts)}
    file = tmp_path / "caption.pth"
    torch.save({"model": state}, file)
    import_original(file, tmp_path / "made", vocabulary=authors.vocabulary)
    describer = _describer(tmp_path / "made")
    assert describer.info.matcher is None
    (said,) = describer.describe([describer.prepare(pictures_dir / "0.png")], [_BOTH])
    assert said.caption


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
