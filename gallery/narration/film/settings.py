"""What a person chooses of a film."""

from dataclasses import dataclass
from pathlib import Path

SIZES = {"360p": (640, 360), "720p": (1280, 720), "1080p": (1920, 1080), "4k": (3840, 2160)}
"""Width and height by name, in pixels; every one is 16 to 9."""


@dataclass(frozen=True, slots=True)
class FilmSettings:
    """The look and sound of a film.

    ``moving``: gentle pan and zoom. ``music``: a sound file, repeated as often as it takes and
    lowered under the voice. ``language``: BCP 47, of what is said and written.
    """

    size: tuple[int, int] = SIZES["1080p"]
    fps: int = 30
    moving: bool = True
    music: Path | None = None
    language: str = "en"
    loudness_lufs: float = -16.0

    @property
    def language_code(self) -> str:
        """The language as containers want it (ISO 639-2), where it is known; else "und"."""
        return _THREE_LETTERS.get(self.language.split("-")[0].lower(), "und")


_THREE_LETTERS = {
    "en": "eng",
    "de": "deu",
    "fr": "fra",
    "es": "spa",
    "it": "ita",
    "pt": "por",
    "nl": "nld",
    "pl": "pol",
    "sv": "swe",
    "da": "dan",
    "fi": "fin",
    "cs": "ces",
    "ru": "rus",
    "uk": "ukr",
    "tr": "tur",
    "el": "ell",
    "ja": "jpn",
    "zh": "zho",
    "ko": "kor",
    "ar": "ara",
    "he": "heb",
    "hi": "hin",
}
