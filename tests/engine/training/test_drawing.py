"""One renderer for every size: the same bytes for a seed, the same picture small and large."""

import numpy as np
import pytest
from PIL import Image

from engine.training.atlas import glyph
from engine.training.batches import make_batch
from engine.training.drawing import LOOK_CLASS, PLANES, patch_truth, render
from engine.training.scenes import sample, with_setting
from engine.training.things import COLOURS, NOUNS, SETTINGS


def difference(first: Image.Image, second: Image.Image) -> float:
    one, two = np.asarray(first, np.float32), np.asarray(second, np.float32)
    return float(np.abs(one - two).mean())


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert render(sample(9), 128, 128).tobytes() == render(sample(9), 128, 128).tobytes()


@pytest.mark.parametrize("setting", SETTINGS)
def test_small_and_large_drawings_agree(setting: str) -> None:
    scene = with_setting(sample(4), setting)
    large = render(scene, 768, round(768 / scene.aspect))
    small = render(scene, 128, 128)
    assert difference(large.resize((128, 128), Image.Resampling.BICUBIC), small) < 4


def test_settings_look_different() -> None:
    pictures = [render(with_setting(sample(4), setting), 64, 64) for setting in SETTINGS]
    for i, first in enumerate(pictures):
        for second in pictures[i + 1 :]:
            assert difference(first, second) > 12


def test_every_noun_has_a_glyph() -> None:
    for noun in NOUNS:
        alpha = np.asarray(glyph(noun.name).getchannel("A"))
        assert (alpha > 200).mean() > 0.1


def test_colours_are_what_they_are_called() -> None:
    hues = {"red": 0, "blue": 148, "green": 92, "yellow": 34, "purple": 199}
    for noun in (noun for noun in NOUNS if noun.tintable):
        for colour in COLOURS:
            image = glyph(noun.name, colour)
            hsv = np.asarray(image.convert("RGB").convert("HSV")).astype(int)
            strong = (np.asarray(image.getchannel("A")) > 200) & (hsv[..., 1] > 110)
            away = np.abs((hsv[..., 0][strong] - hues[colour] + 128) % 256 - 128)
            assert np.median(away) < 8, (noun.name, colour)


def test_cells_name_what_is_seen() -> None:
    scene = sample(12)
    classes = {LOOK_CLASS[item.noun, item.colour] for item in scene.items}
    planes = patch_truth(scene, 32)
    assert planes.shape == (len(PLANES), 32, 32)
    assert set(np.unique(planes[0])) == {0, *classes}
    assert ((planes > 0) == (planes[0] > 0)).all()
    assert all(
        plane.max() < classes for plane, classes in zip(planes, PLANES.values(), strict=True)
    )


def test_a_batch_is_decided_by_its_step() -> None:
    first, again, other = make_batch(2000, 6), make_batch(2000, 6), make_batch(2001, 6)
    assert first.texts == again.texts
    assert first.wrong_texts == again.wrong_texts
    assert (first.pixels == again.pixels).all()
    assert first.captions != other.captions
    assert first.pixels.shape == (6, 128, 128, 3)
    assert first.entailed.diagonal().all()
