"""The limit on pixels promises that a picture takes 8 bytes for each while it is opened."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

_SIZE = (5000, 4000)
_MEASURE = """
import sys
from pathlib import Path
from engine.images import open_rgb
def most():  # what getrusage tells would be the parent's, if that ever had more
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
open_rgb(Path(sys.argv[1]))
before = most()
open_rgb(Path(sys.argv[2]))
print(most() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak in this way")
@pytest.mark.parametrize(
    ("mode", "ending", "orientation"),
    [("RGBA", "png", 1), ("P", "png", 1), ("RGB", "jpg", 6), ("I;16", "png", 1)],
)
def test_opening_a_picture_takes_no_more_than_two_copies(
    tmp_path: Path, mode: str, ending: str, orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    for name, size in (("small", (64, 64)), ("large", _SIZE)):
        image = Image.new(mode, size)
        if mode == "P":
            image.info["transparency"] = 0
        image.save(tmp_path / f"{name}.{ending}", exif=exif)
    command = [sys.executable, "-c", _MEASURE]
    command += [str(tmp_path / f"{name}.{ending}") for name in ("small", "large")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert int(done.stdout) / (_SIZE[0] * _SIZE[1]) < 9.5


@pytest.mark.parametrize("mode", ["RGBA", "LA", "I;16", "I", "F"])
def test_what_is_done_in_strips_looks_as_if_it_were_done_at_once(tmp_path: Path, mode: str) -> None:
    from engine.images import open_rgb

    random = np.random.default_rng(2)
    shape = (700, 40)
    if mode in ("RGBA", "LA"):
        image = Image.fromarray(random.integers(0, 256, (*shape, len(mode)), dtype=np.uint8), mode)
        rgba = image.convert("RGBA")
        flat = Image.new("RGBA", rgba.size, "white")
        flat.alpha_composite(rgba)
        expected = np.asarray(flat.convert("RGB"))
    else:
        kind = {"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]
        values = random.integers(0, 65_536, shape).astype(kind)
        image = Image.fromarray(values)
        low, high = (0.0, 65535.0) if mode == "I;16" else (float(values.min()), float(values.max()))
        eight = np.rint((values.astype(np.float32) - low) * (255 / (high - low)))
        expected = np.repeat(eight.astype(np.uint8)[..., None], 3, axis=2)
    image.save(tmp_path / "photo.tif")
    assert np.array_equal(np.asarray(open_rgb(tmp_path / "photo.tif")), expected)
