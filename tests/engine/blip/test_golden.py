"""What the published weights say of the picture of the authors' demo, where they are at hand.

PHOTO_NARRATOR_WEIGHTS names a folder with ``demo.jpg`` (a woman and her dog on a beach) and the
checkpoints under their own names. The wanted outputs are those of transformers' own test-suite.
How they are computed here is tested on random weights without any of that.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional
from transformers import (
    BertTokenizer,
    BlipForConditionalGeneration,
    BlipForImageTextRetrieval,
    BlipForQuestionAnswering,
    BlipImageProcessorPil,
)
from transformers import logging as transformers_logging

from engine.blip.decoding import Rules, greedy
from engine.blip.loading import Checkpoint
from engine.blip.networks import Vision
from engine.blip.text import TextDecoder, TextEncoder
from engine.blip.words import Words
from engine.checkpoints import _snapshot
from engine.images import open_rgb, squash
from engine.original import import_original

Make = Callable[..., Path]
_VARIABLE = "PHOTO_NARRATOR_WEIGHTS"
_CPU = torch.device("cpu")


class Golden:
    """A checkpoint as transformers' own tests use it: no penalty, no guards, [CLS] first."""

    def __init__(self, folder: Path) -> None:
        self.checkpoint = Checkpoint(folder)
        self.words = Words(folder, self.checkpoint.config)
        self.weights = self.checkpoint.weights(_CPU)
        self.vision = Vision(self.checkpoint, _CPU)

    def seen(self, picture: Path) -> Tensor:
        size = self.vision.geometry.size
        return self.vision.tokens([np.asarray(squash(open_rgb(picture), size))])

    def caption_ids(self, picture: Path, prompt: str = "") -> list[int]:
        start = self.words.ids(prompt, self.words.dec, max_length=20)[:-1]
        return self._told(self.seen(picture), start)

    def match(self, picture: Path, text: str) -> tuple[list[float], float]:
        """ITM probabilities and the ITC cosine."""
        ids, mask = self._read(text)
        seen, shape = self.seen(picture), self.checkpoint.shape
        encoder = TextEncoder(self.weights, shape.text)
        head = self.weights.linear("itm_head", 2, shape.text.width)
        image = self.weights.linear("vision_proj", shape.vector_size, shape.vision.width)
        words = self.weights.linear("text_proj", shape.vector_size, shape.text.width)
        logits = head(encoder.first_states(ids, mask, seen))
        one = functional.normalize(image(seen[:, 0]), dim=-1)
        other = functional.normalize(words(encoder.first_states(ids, mask)), dim=-1)
        probabilities: list[float] = logits.softmax(-1)[0].tolist()
        return probabilities, float((one * other).sum())

    def answer_ids(self, picture: Path, question: str) -> list[int]:
        """The decoder looks at the question as read beside the picture."""
        ids, mask = self._read(question)
        stack = TextEncoder(self.weights, self.checkpoint.shape.text)._stack
        words = mask.bool()[:, None, None]
        read = stack.read(stack.embedded(ids), words, self.seen(picture))
        return self._told(read, [self.words.dec])

    def _read(self, text: str) -> tuple[Tensor, Tensor]:
        ids = torch.tensor([self.words.ids(text, self.words.cls, max_length=35)])
        return ids, torch.ones_like(ids)

    def _told(self, looked: Tensor, start: list[int]) -> list[int]:
        decoder = TextDecoder(self.weights, self.checkpoint.shape.text)
        rules = Rules(self.words.sep, self.words.pad, 20)
        ids: list[int] = greedy(decoder.about(looked, 20), torch.tensor([start]), rules)[0].tolist()
        return ids


@pytest.fixture(autouse=True)
def _computing() -> Iterator[None]:
    transformers_logging.disable_progress_bar()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.inference_mode():
        yield
    torch.set_num_threads(threads)


def _weights(name: str) -> tuple[Golden, Path]:
    named = os.environ.get(_VARIABLE)
    if not named:
        pytest.skip(f"{_VARIABLE} names no folder with BLIP's published weights")
    there = (Path(named) / name, Path(named) / f"models--Salesforce--{name}")
    folder = next((folder for folder in there if folder.is_dir()), None)
    picture = Path(named) / "demo.jpg"
    if folder is None or not picture.is_file():
        pytest.skip(f"{_VARIABLE} has no {name if folder is None else 'demo.jpg'}")
    return Golden(_snapshot(folder)), picture


@pytest.mark.weights
def test_the_published_captioner_says_what_it_is_known_to_say() -> None:
    golden, picture = _weights("blip-image-captioning-base")
    ids = [30522, 1037, 2450, 3564, 2006, 1996, 3509, 2007, 2014, 3899, 102]
    assert golden.caption_ids(picture) == ids
    assert golden.words.text(ids) == "a woman sitting on the beach with her dog"
    prompted = golden.words.text(golden.caption_ids(picture, "a picture of"))
    assert prompted == "a picture of a woman and her dog on the beach"


@pytest.mark.weights
def test_the_published_answerer_counts_the_dogs() -> None:
    golden, picture = _weights("blip-vqa-base")
    assert golden.answer_ids(picture, "how many dogs are in the picture?") == [30522, 1015, 102]


@pytest.mark.weights
def test_the_published_matcher_knows_the_picture() -> None:
    golden, picture = _weights("blip-itm-base-coco")
    probabilities, cosine = golden.match(picture, "A woman and her dog sitting in a beach")
    assert probabilities == pytest.approx([0.0029, 0.9971], abs=1e-3)
    assert cosine == pytest.approx(0.5162, abs=1e-3)


@pytest.mark.weights
def test_the_authors_own_file_becomes_a_checkpoint_that_knows_the_picture(tmp_path: Path) -> None:
    _, picture = _weights("blip-image-captioning-base")
    folder = Path(os.environ[_VARIABLE])
    file = folder / "model_base_capfilt_large.pth"
    if not file.is_file():
        pytest.skip(f"{_VARIABLE} has no {file.name}")
    words = folder / "blip-image-captioning-base"
    import_original(file, tmp_path / "made", vocabulary=_snapshot(words))
    golden = Golden(tmp_path / "made")
    assert {"woman", "dog"} <= set(golden.words.text(golden.caption_ids(picture)).split())
    right, _ = golden.match(picture, "a woman and her dog on a beach")
    wrong, _ = golden.match(picture, "a red car in a city")
    assert right[1] > 0.5 > wrong[1]


def _reference(kind: Any, folder: Path) -> tuple[Any, Any, Any]:
    return (
        kind.from_pretrained(folder, dtype=torch.float32, local_files_only=True).eval(),
        BertTokenizer.from_pretrained(folder, local_files_only=True),
        BlipImageProcessorPil.from_pretrained(folder, local_files_only=True),
    )


def _pixels(processor: Any, picture: Path) -> Tensor:
    pixels: Tensor = processor(open_rgb(picture), return_tensors="pt").pixel_values
    return pixels


def test_these_tests_compute_what_transformers_does(
    make_checkpoint: Make, pictures_dir: Path
) -> None:
    captioner, matcher = make_checkpoint("captioner"), make_checkpoint("matcher")
    model, tokenizer, processor = _reference(BlipForConditionalGeneration, captioner)
    golden = Golden(captioner)
    told = set()
    for picture in sorted(pictures_dir.iterdir())[:4]:
        for prompt in ("", "a picture of"):
            given = {"input_ids": torch.tensor([tokenizer(prompt).input_ids])} if prompt else {}
            wanted = model.generate(
                _pixels(processor, picture), **given, max_length=20, do_sample=False
            )
            got = golden.caption_ids(picture, prompt)
            assert got == wanted[0].tolist()
            told.add(tuple(got))
    assert len(told) > 2
    model, tokenizer, processor = _reference(BlipForImageTextRetrieval, matcher)
    picture, text = pictures_dir / "0.png", "a red dog on the beach"
    given = tokenizer([text], return_tensors="pt")
    given = {"input_ids": given.input_ids, "attention_mask": given.attention_mask}
    given["pixel_values"] = _pixels(processor, picture)
    probabilities, cosine = Golden(matcher).match(picture, text)
    itm = model(**given, use_itm_head=True).itm_score.softmax(-1)[0].tolist()
    assert probabilities == pytest.approx(itm, abs=1e-5)
    assert cosine == pytest.approx(float(model(**given, use_itm_head=False).itm_score), abs=1e-5)


def test_these_tests_answer_as_transformers_does(
    make_checkpoint: Make, pictures_dir: Path, tmp_path: Path
) -> None:
    folder = make_checkpoint("captioner")
    captioner, tokenizer, processor = _reference(BlipForConditionalGeneration, folder)
    torch.manual_seed(3)
    made = BlipForQuestionAnswering(captioner.config).eval()
    made.vision_model = captioner.vision_model
    made.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    golden = Golden(tmp_path)
    for number, question in enumerate(("two dogs on the beach", "the cat", "a red sea and a dog")):
        picture = pictures_dir / f"{number}.png"
        read = tokenizer([question], return_tensors="pt")
        wanted = made.generate(
            input_ids=read.input_ids,
            attention_mask=read.attention_mask,
            pixel_values=_pixels(processor, picture),
            max_length=20,
            do_sample=False,
        )
        assert golden.answer_ids(picture, question) == wanted[0].tolist()
