"""Draw the sample gallery: pictures for trying the program, with dates and places as photos have.

::

    python -m engine.training.samples --out resources/samples [--truth FILE.json]
"""

import argparse
import json
import random
from pathlib import Path

from PIL import ExifTags, Image

from engine.training.drawing import render
from engine.training.sample_list import Sample, samples
from engine.training.scenes import SAMPLES_FIRST, Scene, place

_LONG_SIDE_PX = 1600
#: How stored pixels are turned so that a viewer that obeys EXIF shows them upright.
_TURNS: dict[int, Image.Transpose] = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}
_LATITUDE, _LONGITUDE = (43.0, 29.0, 2.4), (1.0, 28.0, 27.6)


def scene_of(sample: Sample, index: int) -> Scene:
    """Return the scene of the sample at `index`, placed by a seed that training never uses."""
    seed = SAMPLES_FIRST + 1000 * index + sample.placement
    return place(sample.content, random.Random(seed), sample.aspect)


def orientation(sample: Sample) -> int:
    """Return the EXIF orientation (1, 3, 6 or 8) that `sample` is stored with."""
    return next((turn for turn in _TURNS if f"turn{turn}" in sample.options), 1)


def exif(sample: Sample) -> Image.Exif:
    """Return camera, time, orientation and, where wanted, place."""
    data = Image.Exif()
    data[ExifTags.Base.Make] = "Photo Narrator"
    data[ExifTags.Base.Model] = "Drawn scene"
    data[ExifTags.Base.Orientation] = orientation(sample)
    when = sample.taken.strftime("%Y:%m:%d %H:%M:%S")
    data[ExifTags.Base.DateTime] = when
    data.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = when
    if "gps" in sample.options:
        place_ifd = data.get_ifd(ExifTags.IFD.GPSInfo)
        place_ifd[ExifTags.GPS.GPSLatitudeRef] = "N"
        place_ifd[ExifTags.GPS.GPSLatitude] = _LATITUDE
        place_ifd[ExifTags.GPS.GPSLongitudeRef] = "W"
        place_ifd[ExifTags.GPS.GPSLongitude] = _LONGITUDE
    return data


def draw(sample: Sample, index: int, long_side_px: int = _LONG_SIDE_PX) -> Image.Image:
    """Return the upright picture of `sample`, its longer side `long_side_px`."""
    wide = round(long_side_px * min(1.0, sample.aspect))
    tall = round(long_side_px * min(1.0, 1 / sample.aspect))
    return render(scene_of(sample, index), wide, tall)


def store(sample: Sample, image: Image.Image, path: Path) -> None:
    """Write the upright `image` to `path` as the sample wants it stored."""
    turn = orientation(sample)
    if turn in _TURNS:
        image = image.transpose(_TURNS[turn])
    data = exif(sample)
    if path.suffix == ".png":
        image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS).save(
            path, exif=data, optimize=True
        )
    elif path.suffix == ".webp":
        image.save(path, quality=84, method=6, exif=data)
    else:
        image.save(path, quality=90, optimize=True, progressive=True, exif=data)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("resources/samples"))
    parser.add_argument("--truth", type=Path, help="write path -> caption to this file")
    arguments = parser.parse_args()
    truth: dict[str, str] = {}
    for index, sample in enumerate(samples()):
        path = arguments.out / sample.path
        path.parent.mkdir(parents=True, exist_ok=True)
        store(sample, draw(sample, index), path)
        truth[sample.path] = scene_of(sample, index).caption
    if arguments.truth:
        arguments.truth.write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
