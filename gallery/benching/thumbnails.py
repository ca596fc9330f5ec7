"""What a thumbnail of a camera's JPEG costs, beside decoding it in full."""

import tempfile
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image

from engine.images import thumbnail_jpeg

_SIZE_PX = (4000, 3000)
_QUALITY = 90


def measure(*, turns: int = 9, edge_px: int = 256, seed: int = 1) -> dict[str, float]:
    """CPU milliseconds (median of ``turns``) for one 12 megapixel JPEG, sides taking turns.

    ``thumbnail_ms``: from the file to the JPEG bytes of our thumbnail; ``full_ms``: the same by
    decoding it in full with Pillow, making it small (Lanczos) and encoding that; ``decode_ms``: of
    this the decoding alone. ``ratio`` and ``decode_ratio``: the median of the turns' ``full`` and
    ``decode`` over ``thumbnail``. The latter has a bound: whatever is decoded, all of a JPEG's bits
    have to be read, which is half of decoding it.
    """
    with tempfile.TemporaryDirectory(prefix="photo-narrator-bench-") as folder:
        path = Path(folder) / "photo.jpg"
        _camera_like(seed).save(path, "JPEG", quality=_QUALITY)
        sides: dict[str, Callable[[], object]] = {
            "thumbnail_ms": lambda: thumbnail_jpeg(path, edge_px),
            "full_ms": lambda: _the_full_way(path, edge_px),
            "decode_ms": lambda: _decoded(path),
        }
        times: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(turns + 1):
            for name, side in sides.items():
                times[name].append(_cpu_ms(side))
        size_bytes = path.stat().st_size
    warm = {name: values[1:] for name, values in times.items()}
    return {
        **{name: median(values) for name, values in warm.items()},
        "ratio": _ratio(warm["full_ms"], warm["thumbnail_ms"]),
        "decode_ratio": _ratio(warm["decode_ms"], warm["thumbnail_ms"]),
        "megapixels": _SIZE_PX[0] * _SIZE_PX[1] / 1e6,
        "file_bytes": float(size_bytes),
    }


def _ratio(theirs: Sequence[float], ours: Sequence[float]) -> float:
    return median(one / other for one, other in zip(theirs, ours, strict=True))


def _camera_like(seed: int) -> Image.Image:
    """Soft shapes with fine grain, which compress about as a camera's photos do."""
    draw = np.random.default_rng(seed)
    width, height = _SIZE_PX
    shapes = Image.fromarray(draw.integers(0, 256, (24, 32, 3), dtype=np.uint8))
    scene = np.asarray(shapes.resize(_SIZE_PX, Image.Resampling.BICUBIC), np.int16)
    grain = draw.normal(0, 4, (height, width, 1)).astype(np.int16)
    return Image.fromarray((scene + grain).clip(0, 255).astype(np.uint8))


def _decoded(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
        return image


def _the_full_way(path: Path, edge_px: int) -> bytes:
    out = BytesIO()
    image = _decoded(path)
    scale = edge_px / max(image.size)
    size = (round(image.width * scale), round(image.height * scale))
    image.resize(size, Image.Resampling.LANCZOS).save(out, "JPEG", quality=87)
    return out.getvalue()


def _cpu_ms(action: Callable[[], object]) -> float:
    begun = time.process_time()
    action()
    return (time.process_time() - begun) * 1000
