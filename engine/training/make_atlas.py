"""Make the glyph atlas from Noto Color Emoji (SIL Open Font License 1.1).

A build tool, needed only when the list of nouns changes. The source is the web font release
"Noto Color Emoji" as packaged by Fontsource: WOFF2 files whose glyphs are SVG documents. It needs
fontTools, brotli and skia-python, none of which the program itself depends on::

    python -m engine.training.make_atlas --fonts FOLDER_OF_WOFF2 --out resources/scenes
"""

import argparse
import importlib
import io
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from engine.training.things import NOUNS

GLYPH_PX = 448
_COLUMNS = 9
_RENDER_PX = 1024
_SVG = "{http://www.w3.org/2000/svg}"
ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")


def svg_glyph(fonts: list[Any], glyph: str) -> Image.Image:
    """Return `glyph` as RGBA, cropped to its ink; raise KeyError when no font holds it."""
    skia = importlib.import_module("skia")
    for font in fonts:
        name = font.getBestCmap().get(ord(glyph))
        if name is None:
            continue
        gid = font.getGlyphID(name)
        doc = next(d for d in font["SVG "].docList if d.startGlyphID <= gid <= d.endGlyphID)
        root = ElementTree.fromstring(doc.data)  # noqa: S314 - the font is our own choice
        for element in list(root):
            if element.tag == _SVG + "g" and element.get("id") != f"glyph{gid}":
                root.remove(element)
        root.set("viewBox", "-100 -1100 1500 1500")
        root.set("width", str(_RENDER_PX))
        root.set("height", str(_RENDER_PX))
        stream = skia.MemoryStream.MakeCopy(ElementTree.tostring(root))
        dom = skia.SVGDOM.MakeFromStream(stream)
        surface = skia.Surface(_RENDER_PX, _RENDER_PX)
        dom.setContainerSize(skia.Size(_RENDER_PX, _RENDER_PX))
        dom.render(surface.getCanvas())
        png = bytes(surface.makeImageSnapshot().encodeToData())
        image = Image.open(io.BytesIO(png)).convert("RGBA")
        return image.crop(image.getbbox())
    raise KeyError(glyph)


def draw_table() -> Image.Image:
    """Return a wooden table as RGBA: Unicode has no emoji for one."""
    image = Image.new("RGBA", (1000, 700), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    dark, wood, light = (109, 62, 33, 255), (160, 98, 56, 255), (198, 132, 82, 255)
    for left in (230, 700):
        draw.rectangle([left, 180, left + 70, 600], fill=dark)
    for left in (60, 860):
        draw.polygon([(left, 190), (left + 80, 190), (left + 70, 700), (left + 10, 700)], fill=wood)
        draw.polygon(
            [(left, 190), (left + 24, 190), (left + 28, 700), (left + 10, 700)], fill=light
        )
    draw.rectangle([60, 170, 940, 250], fill=dark)
    draw.polygon([(130, 0), (870, 0), (1000, 130), (0, 130)], fill=light)
    draw.rounded_rectangle([0, 128, 1000, 190], 16, fill=wood)
    return image


def fit(image: Image.Image, side_px: int) -> Image.Image:
    """Return `image` scaled so that its longer side is `side_px`."""
    scale = side_px / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def make(fonts_folder: Path, out: Path) -> None:
    """Write `atlas.webp` and `atlas.json` (name -> [left, top, width, height] px) into `out`."""
    ttlib = importlib.import_module("fontTools.ttLib")
    fonts = [ttlib.TTFont(path) for path in sorted(fonts_folder.glob("*.woff2"))]
    cell = GLYPH_PX + 2
    rows = -(-len(NOUNS) // _COLUMNS)
    atlas = Image.new("RGBA", (_COLUMNS * cell, rows * cell), (0, 0, 0, 0))
    boxes: dict[str, list[int]] = {}
    for index, noun in enumerate(NOUNS):
        image = fit(svg_glyph(fonts, noun.glyph) if noun.glyph else draw_table(), GLYPH_PX)
        left, top = index % _COLUMNS * cell, index // _COLUMNS * cell
        atlas.paste(image, (left, top))
        boxes[noun.name] = [left, top, image.width, image.height]
    atlas.save(out / "atlas.webp", quality=82, alpha_quality=90, method=6)
    (out / "atlas.json").write_text(json.dumps(boxes, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fonts", type=Path, required=True, help="folder of WOFF2 files")
    parser.add_argument("--out", type=Path, default=Path("resources/scenes"))
    arguments = parser.parse_args()
    make(arguments.fonts, arguments.out)


if __name__ == "__main__":
    main()
