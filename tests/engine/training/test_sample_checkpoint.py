"""The checkpoint that ships: small, loadable by both classes, and right about drawn scenes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageOps

from engine.training import measures
from engine.training.held_out import held_out, see
from engine.training.pointing import pointing
from engine.training.reference import Reference
from engine.training.sample_list import samples
from engine.training.samples import scene_of
from engine.training.wording import read

ROOT = Path(__file__).resolve().parents[3]
CHECKPOINT = ROOT / "resources" / "checkpoints" / "sample"
SAMPLES = ROOT / "resources" / "samples"
TRUTH: dict[str, str] = json.loads(
    (Path(__file__).parent / "samples_truth.json").read_text(encoding="utf-8")
)
#: Percent; set below what the model card reports.
LEAST_CAPTIONS_RIGHT = 75
LEAST_RECALL = 85
LEAST_SAMPLES_RIGHT = 90
LEAST_POINTED_RIGHT = 60
LEAST_POINTED_IN_CAPTION = 50


@pytest.fixture(scope="module")
def reference() -> Iterator[Reference]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Reference(CHECKPOINT)
    torch.set_num_threads(threads)


def test_it_is_at_most_12_megabytes() -> None:
    size = sum(path.stat().st_size for path in CHECKPOINT.iterdir())
    assert size <= 12_000_000


def test_its_config_says_what_it_is() -> None:
    config = json.loads((CHECKPOINT / "config.json").read_text(encoding="utf-8"))
    own = config["photo_narrator"]
    assert (own["name"], own["domain"], own["prompt"]) == ("sample", "drawn scenes", "")
    assert own["trained_at_step"] > 0
    assert len(config["architectures"]) == 2


def test_captions_of_held_out_scenes_are_mostly_right(reference: Reference) -> None:
    scenes = held_out(60, from_withheld=False)
    seen = see(reference, scenes)
    scores = measures.caption_scores(scenes, reference.captions(seen, 1))
    assert scores.right >= LEAST_CAPTIONS_RIGHT
    texts = reference.text_vectors([scene.caption for scene in scenes]).numpy()
    cosine = texts @ reference.image_vectors(seen).numpy().T
    assert measures.first_right(cosine, scenes) >= LEAST_RECALL


def test_the_gallery_is_described_mostly_right(reference: Reference) -> None:
    paths = sorted(TRUTH)[::2]
    pictures = []
    for name in paths:
        with Image.open(SAMPLES / name) as image:
            pictures.append(ImageOps.exif_transpose(image).convert("RGB"))
    said = reference.captions(reference.see(reference.pixels(pictures)), 1)
    right = [read(text) == read(TRUTH[name]) for text, name in zip(said, paths, strict=True)]
    assert measures.share(right) >= LEAST_SAMPLES_RIGHT


def test_the_gallery_is_what_its_list_says() -> None:
    listed = samples()
    assert {sample.path for sample in listed} == set(TRUTH)
    assert len(listed) >= 44
    total = 0
    for index, sample in enumerate(listed):
        path = SAMPLES / sample.path
        total += path.stat().st_size
        assert TRUTH[sample.path] == scene_of(sample, index).caption
        with Image.open(path) as image:
            exif = image.getexif()
            assert exif.get_ifd(0x8769)[36867] == sample.taken.strftime("%Y:%m:%d %H:%M:%S")
            assert abs(_upright_aspect(image) - sample.aspect) < 0.01
    assert total <= 10_000_000


def _upright_aspect(image: Image.Image) -> float:
    width, height = image.size
    return height / width if image.getexif()[274] in (6, 8) else width / height


def test_a_words_heat_map_is_warmest_where_the_thing_is(reference: Reference) -> None:
    scenes = held_out(60, from_withheld=False)
    figures = pointing(CHECKPOINT, scenes, see(reference, scenes))
    by_chance = figures["on the thing, by chance"]
    assert 3 < by_chance < 20
    assert figures["on the thing, the word alone"] >= LEAST_POINTED_RIGHT > 3 * by_chance
    in_caption = figures["on the thing, the word in its caption"]
    assert in_caption >= LEAST_POINTED_IN_CAPTION > 3 * by_chance
    assert figures["on another thing, in the caption"] < in_caption / 2
