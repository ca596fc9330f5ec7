"""Every answer held against what transformers itself computes."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    BertTokenizer,
    BlipForConditionalGeneration,
    BlipForImageTextRetrieval,
    BlipImageProcessorPil,
)

from engine.blip.describer import BlipDescriber
from engine.blip.wording import tidy
from engine.checkpoints import find_set
from engine.describer import Wish
from engine.images import open_rgb

_SAMPLE = Path(__file__).parents[3] / "resources" / "checkpoints" / "sample"
_BOTH = Wish(caption=True, vector=True)
_TEXTS = ["a cat on the table", "two dogs and a red boat in the sea", "beach"]


class Reference:
    """The two transformers classes on the same folders, fed by transformers' own processor."""

    def __init__(self, captioner: Path, matcher: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.captioner = BlipForConditionalGeneration.from_pretrained(
                captioner, dtype=torch.float32, local_files_only=True
            ).eval()
            self.matcher = BlipForImageTextRetrieval.from_pretrained(
                matcher, dtype=torch.float32, local_files_only=True
            ).eval()
            self.tokenizer = BertTokenizer.from_pretrained(matcher, local_files_only=True)
            self.processor = BlipImageProcessorPil.from_pretrained(captioner, local_files_only=True)

    def pixels(self, paths: list[Path]) -> torch.Tensor:
        images = [open_rgb(path) for path in paths]
        return self.processor(images, return_tensors="pt").pixel_values

    @torch.inference_mode()
    def caption_ids(self, paths: list[Path], prompt: str, **settings: Any) -> torch.Tensor:
        ids = self.tokenizer(prompt).input_ids if prompt else [0, 0]
        return self.captioner.generate(
            self.pixels(paths),
            input_ids=torch.tensor([ids] * len(paths)),
            do_sample=False,
            **settings,
        )

    @torch.inference_mode()
    def match(self, path: Path, text: str, *, enc: int | None) -> torch.Tensor:
        """ITM probabilities with [ENC] first, or the ITC cosine where ``enc`` is None."""
        read = self.tokenizer([text], return_tensors="pt")
        ids = read.input_ids.clone()
        if enc is not None:
            ids[:, 0] = enc
        return self.matcher(
            input_ids=ids,
            pixel_values=self.pixels([path]),
            attention_mask=read.attention_mask,
            use_itm_head=enc is not None,
        ).itm_score


Pair = tuple[BlipDescriber, Reference, dict[str, Any]]


def _pair(captioner: Path, matcher: Path, **settings: Any) -> Pair:
    first = find_set(str(captioner), sample_dir=_SAMPLE)
    second = find_set(str(matcher), sample_dir=_SAMPLE)
    describer = BlipDescriber(first.captioner, second.matcher, "cpu")
    return describer, Reference(captioner, matcher), settings


def _guards(captioner: Path) -> dict[str, Any]:
    """What the published checkpoints are decoded with."""
    tokenizer = BertTokenizer.from_pretrained(captioner, local_files_only=True)
    invented = ("arafed", "araffed", "araffe", "arafe", "arafeed", "araf")
    return {
        "max_length": 20,
        "min_length": 5,
        "repetition_penalty": 1.1,
        "no_repeat_ngram_size": 3,
        "bad_words_ids": [tokenizer(word, add_special_tokens=False).input_ids for word in invented],
    }


@pytest.fixture(scope="module", params=["tiny", "hub layout", "sample"])
def pair(request: pytest.FixtureRequest, make_checkpoint: Callable[..., Path]) -> Iterator[Pair]:
    if request.param == "tiny":
        folder = make_checkpoint("both")
        yield _pair(folder, folder, prompt="", max_length=16)
    elif request.param == "hub layout":
        captioner, matcher = make_checkpoint("captioner"), make_checkpoint("matcher", vision_seed=2)
        yield _pair(captioner, matcher, prompt="a picture of", **_guards(captioner))
    else:
        yield _pair(_SAMPLE, _SAMPLE, prompt="", max_length=24)


@pytest.fixture
def photos(pictures_dir: Path) -> list[Path]:
    return sorted(pictures_dir.iterdir())


@pytest.mark.parametrize("careful", [False, True], ids=["greedy", "beam 3"])
@pytest.mark.parametrize("size", [1, 8])
def test_captions_are_transformers_token_for_token(
    pair: Pair, photos: list[Path], size: int, careful: bool
) -> None:
    describer, reference, settings = pair
    wanted = reference.caption_ids(photos[:size], num_beams=3 if careful else 1, **settings)
    pixels = [describer.prepare(path).pixels[0] for path in photos[:size]]
    writer = describer._writer
    assert writer is not None
    with torch.inference_mode():
        got = writer.token_ids(describer._vision.tokens(pixels), careful=careful)
    assert got.tolist() == wanted.tolist()


def _enc(describer: BlipDescriber) -> int:
    matcher = describer._matcher
    assert matcher is not None
    return matcher._words.enc


@pytest.mark.parametrize("careful", [False, True], ids=["greedy", "beam 3"])
def test_a_given_beginning_goes_on_as_transformers_goes_on_from_it(
    pair: Pair, photos: list[Path], careful: bool
) -> None:
    describer, reference, settings = pair
    beginning = "A Cat on the"
    prompt = f"{settings['prompt']} {beginning}".strip()
    begun = len(reference.tokenizer(prompt).input_ids) - 1
    more = begun - len(reference.tokenizer(settings["prompt"]).input_ids) + 1
    lengths = {"max_length": settings["max_length"] + more, "min_length": begun + 1}
    beams = 3 if careful else 1
    wanted = reference.caption_ids(
        photos, **settings | lengths | {"prompt": prompt}, num_beams=beams
    )
    prepared = [describer.prepare(path) for path in photos]
    got = describer.caption(prepared, beginning=beginning, careful=careful)
    for ids, said in zip(wanted.tolist(), got, strict=True):
        assert said.caption is not None
        assert said.caption.startswith(beginning)
        special = {reference.captioner.config.text_config.bos_token_id, _enc(describer)}
        words = [token for token in ids[1:] if token not in special]
        whole = reference.tokenizer.decode(words, skip_special_tokens=True)
        told = whole.removeprefix(settings["prompt"]).strip()
        assert tidy(said.caption.lower(), ended=False) == tidy(told, ended=False)
        assert said.score is not None


def test_pixels_are_those_of_transformers_own_processor(pair: Pair, photos: list[Path]) -> None:
    describer, reference, _ = pair
    shape = describer._vision.geometry
    ours = np.stack([describer.prepare(path).pixels[0] for path in photos]) / 255.0
    ours = ((ours - np.array(shape.mean)) / np.array(shape.std)).transpose(0, 3, 1, 2)
    assert np.abs(ours - reference.pixels(photos).numpy()).max() < 1e-5


def test_image_text_cosines_are_transformers(pair: Pair, photos: list[Path]) -> None:
    describer, reference, _ = pair
    prepared = [describer.prepare(path) for path in photos]
    described = describer.describe(prepared, [Wish(caption=False, vector=True)] * len(photos))
    for text in _TEXTS:
        query = describer.embed_text(text)
        assert query.vector is not None
        if query.unknown_words:
            continue  # the reference keeps [UNK]
        assert np.linalg.norm(query.vector) == pytest.approx(1, abs=1e-5)
        for path, description in zip(photos, described, strict=True):
            assert description.vector is not None
            wanted = float(reference.match(path, text, enc=None))
            assert float(description.vector @ query.vector) == pytest.approx(wanted, abs=1e-5)


def test_matching_is_transformers_with_enc_first(pair: Pair, photos: list[Path]) -> None:
    describer, reference, _ = pair
    enc = _enc(describer)
    dec = reference.captioner.config.text_config.bos_token_id
    assert enc == (5 if dec == 4 else dec + 1)
    prepared = [describer.prepare(path) for path in photos]
    for text in _TEXTS:
        got = describer.match(text, prepared)
        for path, score in zip(photos, got, strict=True):
            logits = reference.match(path, text, enc=enc)
            assert score == pytest.approx(float(logits.softmax(-1)[0, 1]), abs=1e-5)


@pytest.mark.parametrize("careful", [False, True], ids=["greedy", "beam 3"])
def test_a_batch_says_what_single_photos_say(pair: Pair, photos: list[Path], careful: bool) -> None:
    describer, _, _ = pair
    prepared = [describer.prepare(path) for path in photos]
    together = describer.describe(prepared, [_BOTH] * len(photos), careful=careful)
    for picture, one in zip(prepared, together, strict=True):
        (alone,) = describer.describe([picture], [_BOTH], careful=careful)
        assert one.caption == alone.caption
        assert one.score == pytest.approx(alone.score, abs=1e-5)
        assert one.vector is not None
        assert alone.vector is not None
        assert np.abs(one.vector - alone.vector).max() < 1e-5


@pytest.mark.parametrize("careful", [False, True], ids=["greedy", "beam 3"])
def test_the_order_of_a_batch_changes_nothing(
    pair: Pair, photos: list[Path], careful: bool
) -> None:
    describer, _, _ = pair
    prepared = [describer.prepare(path) for path in photos]
    straight = describer.describe(prepared, [_BOTH] * 8, careful=careful)
    back = describer.describe(prepared[::-1], [_BOTH] * 8, careful=careful)[::-1]
    for one, other in zip(straight, back, strict=True):
        assert one.caption == other.caption
        assert one.vector is not None
        assert other.vector is not None
        assert np.abs(one.vector - other.vector).max() < 1e-5


def test_a_captions_score_is_its_match(pair: Pair, photos: list[Path]) -> None:
    describer, _, _ = pair
    prepared = [describer.prepare(path) for path in photos]
    for picture, said in zip(prepared, describer.describe(prepared, [_BOTH] * 8), strict=True):
        assert said.caption is not None
        (score,) = describer.match(said.caption, [picture])
        assert said.score == pytest.approx(score, abs=1e-5)


def test_the_pictures_of_these_tests_are_told_apart(pair: Pair, photos: list[Path]) -> None:
    describer, _, _ = pair
    described = describer.describe([describer.prepare(path) for path in photos], [_BOTH] * 8)
    vectors = np.stack([one.vector for one in described if one.vector is not None])
    assert (vectors @ vectors.T)[~np.eye(8, dtype=bool)].max() < 0.9999
