"""Where a word is seen, held against transformers' own classes, hooks and autograd."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from transformers import BlipForImageTextRetrieval
from transformers import logging as transformers_logging

from engine.blip.describer import BlipDescriber
from engine.blip.grounding import relevance
from engine.blip.networks import TextMatcher
from engine.blip.settings import grounding_layer
from engine.blip.shapes import blip_shape
from engine.checkpoints import CheckpointError, find_set, read_json
from engine.describer import CannotAnswerError, Picture, Wish

Make = Callable[..., Path]
_SAMPLE = Path(__file__).parents[3] / "resources" / "checkpoints" / "sample"
_CLOSE = 1e-5


@pytest.fixture(autouse=True, scope="module")
def _no_progress_bars() -> None:
    """They would leave a thread behind."""
    transformers_logging.disable_progress_bar()


class Looking:
    """A describer and transformers' matcher on one folder, and what each says of a word."""

    def __init__(self, folder: Path) -> None:
        chosen = find_set(str(folder), sample_dir=_SAMPLE)
        self.describer = BlipDescriber(None, chosen.matcher, "cpu")
        self.reference = BlipForImageTextRetrieval.from_pretrained(
            folder, dtype=torch.float32, local_files_only=True
        ).eval()

    @property
    def matcher(self) -> TextMatcher:
        assert self.describer._matcher is not None
        return self.describer._matcher

    def seen(self, pictures: list[Picture]) -> Tensor:
        vision = self.describer._match_vision
        with torch.no_grad():
            return vision.tokens([picture.pixels[0] for picture in pictures])

    def by_hooks(
        self, ids: Tensor, mask: Tensor, seen: Tensor, layer: int
    ) -> tuple[Tensor, Tensor]:
        """Grad-CAM (N, L, patches) and logits by transformers' network and its whole graph."""
        kept: list[Tensor] = []

        def keep(module: object, given: object, probabilities: Tensor) -> None:
            probabilities.retain_grad()
            kept.append(probabilities)

        attention = self.reference.text_encoder.encoder.layer[layer].crossattention.self
        hook = attention.dropout.register_forward_hook(keep)
        read = self.reference.text_encoder(
            input_ids=ids, attention_mask=mask, encoder_hidden_states=seen, return_dict=True
        )
        hook.remove()
        logits = self.reference.itm_head(read.last_hidden_state[:, 0])
        logits[:, 1].sum().backward()
        (probabilities,) = kept
        assert probabilities.grad is not None
        counted = (probabilities.grad * probabilities).clamp(min=0).mean(1)[..., 1:]
        return counted.detach(), logits.detach()


@pytest.fixture(scope="module", params=["tiny", "hub layout", "sample"])
def looking(request: pytest.FixtureRequest, make_checkpoint: Make) -> Iterator[Looking]:
    threads = torch.get_num_threads()
    parts = {"tiny": "both", "hub layout": "matcher"}.get(request.param)
    yield Looking(make_checkpoint(parts) if parts else _SAMPLE)
    torch.set_num_threads(threads)


@pytest.fixture
def pictures(looking: Looking, pictures_dir: Path) -> list[Picture]:
    return [looking.describer.prepare(pictures_dir / f"{number}.png") for number in range(3)]


_TEXTS = ["a cat on the table", "two dogs and a red boat", "beach"]


def test_every_token_counts_as_by_transformers_hooks(
    looking: Looking, pictures: list[Picture]
) -> None:
    matcher, seen = looking.matcher, looking.seen(pictures)
    ids, mask = matcher._asked(_TEXTS)
    most = 0.0
    for layer in range(matcher._encoder._stack.shape.layers):
        got, logits = relevance(matcher._encoder, matcher._itm_head, ids, mask, seen, layer)
        wanted, wanted_logits = looking.by_hooks(ids, mask, seen, layer)
        assert got.shape == wanted.shape == (*ids.shape, seen.shape[1] - 1)
        assert (got - wanted).abs().max() < _CLOSE
        assert (logits - wanted_logits).abs().max() < 1e-4
        assert not got.requires_grad
        most = max(most, float(got.max()))
    assert most > 1e-4, "nothing counts: no test"


def test_a_words_map_is_the_mean_of_its_pieces_and_its_warmest_patch_is_1(
    looking: Looking, pictures: list[Picture]
) -> None:
    words, layer = looking.matcher._words, looking.matcher._layer
    for text, word in (("a cat on the table", "the Table"), ("a red dog", "red"), ("", "a beach")):
        text_read = text or word
        ids = torch.tensor([words.ids(text_read, words.enc, max_length=35)])
        pieces = words.ids(word, words.enc, max_length=35)[1:-1]
        begin = next(
            at for at in range(ids.shape[1]) if ids[0, at : at + len(pieces)].tolist() == pieces
        )
        for picture in pictures:
            counted, logits = looking.by_hooks(
                ids, torch.ones_like(ids), looking.seen([picture]), layer
            )
            wanted = counted[0, begin : begin + len(pieces)].mean(0)
            found = looking.describer.locate(text, word, picture)
            assert found.heat.dtype == np.float32
            assert found.heat.max() == 1
            assert found.heat.min() >= 0
            assert np.abs(found.heat.ravel() - (wanted / wanted.max()).numpy()).max() < 1e-4
            assert found.score == pytest.approx(float(logits.softmax(-1)[0, 1]), abs=1e-5)


def test_the_grid_is_the_models_and_a_batch_tells_what_single_pictures_tell(
    looking: Looking, pictures: list[Picture]
) -> None:
    matcher, seen = looking.matcher, looking.seen(pictures)
    places = [matcher.places(text, text.split()[0]) for text in _TEXTS]
    heat, _ = matcher.heat(seen, _TEXTS, places)
    patches = seen.shape[1] - 1
    assert heat.shape == (3, round(patches**0.5), round(patches**0.5))
    for number, text in enumerate(_TEXTS):
        alone, _ = matcher.heat(seen[number : number + 1], [text], [places[number]])
        assert (alone[0] - heat[number]).abs().max() < 1e-3


def test_looking_changes_nothing_for_what_runs_beside_it(
    looking: Looking, pictures: list[Picture]
) -> None:
    describer = looking.describer
    wish = [Wish(caption=False, vector=True)] * 3
    before = describer.describe(pictures, wish)
    maps: list[Any] = []
    threads = [
        threading.Thread(target=lambda: maps.append(describer.locate("", "a cat", pictures[0])))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    after = describer.describe(pictures, wish)
    for thread in threads:
        thread.join()
    assert len(maps) == 4
    assert all(np.array_equal(one.heat, maps[0].heat) for one in maps)
    for one, other in zip(before, after, strict=True):
        assert np.array_equal(one.vector, other.vector)  # type: ignore[arg-type]


def test_words_that_are_not_there_are_told(make_checkpoint: Make, pictures_dir: Path) -> None:
    looking = Looking(make_checkpoint("both"))
    picture = looking.describer.prepare(pictures_dir / "0.png")
    for text, word, told in (
        ("a cat", "dog", "There is no “dog” in “a cat”"),
        ("two cat", "a cat", "There is no “a cat”"),
        ("concat", "cat", "There is no “cat”"),
        ("a zebra", "zebra", "does not know “zebra”"),
        ("cat " * 60 + "dog", "dog", "as far as it is read"),
        ("a cat", " ", "There is no “ ”"),
    ):
        with pytest.raises(CannotAnswerError, match=told):
            looking.describer.locate(text, word, picture)
    blind = BlipDescriber(
        find_set(str(make_checkpoint("captioner")), sample_dir=_SAMPLE).captioner, None, "cpu"
    )
    with pytest.raises(CheckpointError, match="needs a matcher"):
        blind.locate("a cat", "cat", picture)


def test_the_layer_is_the_authors_unless_a_checkpoint_names_one(
    make_checkpoint: Make, tmp_path: Path
) -> None:
    def layer(layers: int, **own: Any) -> int:
        config = {"text_config": {"num_hidden_layers": layers}, **own}
        return grounding_layer(config, blip_shape(config).text)

    assert [layer(layers) for layers in (1, 2, 3, 4, 6, 12)] == [0, 0, 0, 1, 2, 6]
    assert layer(12, photo_narrator={"grounding_layer": 8}) == 8
    assert layer(12, photo_narrator={"grounding_layer": 12}) == 6
    folder = tmp_path / "named"
    shutil.copytree(make_checkpoint("both"), folder)
    config = read_json(folder / "config.json")
    config["photo_narrator"]["grounding_layer"] = 1
    (folder / "config.json").write_text(json.dumps(config))
    assert Looking(folder).matcher._layer == 1
