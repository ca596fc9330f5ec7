"""Real photos, where a folder of them lies beside the checkout: phones' HEIC, every orientation."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.images import open_rgb, read_header, thumbnail_jpeg

PHOTOS = Path(__file__).resolve().parents[3] / "shared" / "photos"

pytestmark = pytest.mark.skipif(not PHOTOS.is_dir(), reason="no folder of real photos is here")


def test_heic_photos_of_phones_come_upright_with_their_date() -> None:
    phones = sorted(path for path in (PHOTOS / "phones").iterdir())
    assert phones
    for path in phones:
        header = read_header(path)
        assert header.format == "HEIF"
        assert header.height_px > header.width_px
        assert open_rgb(path, at_least=(768, 768)).size == (header.width_px, header.height_px)
        assert len(thumbnail_jpeg(path, 320)) > 2_000
    assert any(read_header(path).taken_at for path in phones)


@pytest.mark.parametrize("kind", ["Landscape", "Portrait"])
def test_a_photo_in_every_orientation_looks_the_same(kind: str) -> None:
    small = []
    for path in sorted((PHOTOS / "orientation").glob(f"{kind}_*.jpg")):
        image = open_rgb(path).resize((32, 32), Image.Resampling.BOX)
        small.append(np.asarray(image, np.float64))
    assert len(small) >= 8
    for other in small[1:]:
        assert np.abs(other - small[0]).mean() < 6
