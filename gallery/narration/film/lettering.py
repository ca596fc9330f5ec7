"""Text drawn without a window: a font of the computer that has every letter, or Pillow's own."""

from functools import lru_cache

from PIL import ImageDraw, ImageFont

_FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "SegoeUI.ttf",
    "segoeui.ttf",
    "Arial.ttf",
    "arial.ttf",
    "Helvetica.ttc",
    # other scripts
    "NotoSansCJK-Regular.ttc",
    "msyh.ttc",
    "YuGothM.ttc",
    "malgun.ttf",
    "PingFang.ttc",
    "AppleSDGothicNeo.ttc",
    "Arial Unicode.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "unifont.otf",
)
_NO_LETTER = "\U0010fffd"  # no font has it: drawn as the box for what is missing
_LEAST_SHARE = 0.6  # a long title is made smaller before it is broken into lines
_MOST_LINES = 3

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def fitting_font(text: str, size_px: int, room_px: int) -> Font:
    """Return a font for ``text``, smaller where that lets it stand in one line."""
    font = _font_for(text, size_px)
    width = font.getlength(text)
    if width <= room_px:
        return font
    return _font_for(text, round(size_px * max(room_px / width, _LEAST_SHARE)))


def draw_centred(
    pen: ImageDraw.ImageDraw,
    text: str,
    font: Font,
    place: tuple[int, int],
    room_px: int,
    ink: tuple[int, int, int],
) -> int:
    """Draw ``text`` in the middle of a picture of width ``place[0]``, from ``place[1]`` down.

    At most three lines, the rest is cut off; returns where the last one ends.
    """
    lines = _lines(text, font, room_px)
    _, top, _, bottom = font.getbbox("Ag")
    step = round((bottom - top) * 1.35)
    y = place[1]
    for line in lines:
        pen.text(((place[0] - font.getlength(line)) / 2, y), line, fill=ink, font=font)
        y += step
    return y


def _lines(text: str, font: Font, room_px: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > room_px:
            lines.append(word)
        else:
            lines[-1] = longer
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES][:-1], f"{lines[_MOST_LINES - 1]}…"]
    return lines


@lru_cache(maxsize=32)
def _font_for(text: str, size_px: int) -> Font:
    letters = sorted({letter for letter in text if not letter.isspace()})
    for name in _FONTS:
        try:
            font = ImageFont.truetype(name, size_px)
        except OSError:
            continue
        if _has(font, letters):
            return font
    return ImageFont.load_default(size_px)


def _has(font: ImageFont.FreeTypeFont, letters: list[str]) -> bool:
    missing = bytes(font.getmask(_NO_LETTER))
    return all(bytes(font.getmask(letter)) != missing for letter in letters)
