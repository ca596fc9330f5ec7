"""A collection of any size: drawn scenes multiplied with noise, and words as people's are spread.

The scenes' vectors are turned into BLIP's 256 numbers by a map that keeps every cosine. Nothing is
uniform random: a photo's vector lies between those of two scenes, with noise, as photos
of a collection lie in clusters; its caption is a scene's with words of a Zipf vocabulary behind it.
Everything follows from the seed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gallery.benching.scenes import Floats, Scenes
from gallery.catalog.importing import ImportedPhoto

Ranks = npt.NDArray[np.int64]

DIMENSION = 256
VOCABULARY = 50_000
WORDS_A_CAPTION = 4
_ZIPF_EXPONENT = 1.0
_NOISE = 0.6  # its length beside a vector's of 1: photos of one scene have cosines of about 0.7
_BATCH = 2_000
_PHOTOS_A_FOLDER = 500
_FIRST = datetime(2004, 1, 1)  # noqa: DTZ001 - cameras tell no zone
_YEARS = 20
_PLACES = ("Lisbon", "Oslo", "Garden", "Birthday", "Mountains", "Office", "Kraków", "Beach")
_CAMERAS = ("NIKON D70", "Canon EOS R6", "Pixel 8", "iPhone 15", None)
_RARE_FORMATS = ("PNG", "HEIF", "TIFF")
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprtvz" for vowel in "aeiou"]


def word(rank: int) -> str:
    """The made-up word of this rank (0: the most frequent)."""
    letters = ""
    number = rank + len(_SYLLABLES) ** 2  # three syllables at least
    while number:
        number, place = divmod(number, len(_SYLLABLES))
        letters += _SYLLABLES[place]
    return letters + "x"  # no plural, nothing that a stemmer would cut


def _isometry(size: int, wanted: int) -> Floats:
    """Orthonormal rows (size, wanted): a turn that keeps lengths and angles."""
    square = np.random.default_rng(5).normal(size=(wanted, wanted))
    turn: Floats = np.linalg.qr(square)[0][:size].astype(np.float32)
    return turn


class Collection:
    """Photos and queries made of scenes; ``count`` photos below ``root``."""

    def __init__(self, scenes: Scenes, root: Path, count: int, *, seed: int = 7) -> None:
        self.captions, self.count = scenes.captions, count
        size = scenes.images.shape[1]
        turn = _isometry(size, max(size, DIMENSION))
        self.images, self.texts = scenes.images @ turn, scenes.texts @ turn
        self.root = root
        self.captioner, self.matcher = scenes.captioner, scenes.matcher
        self._seed = seed
        shares = 1.0 / np.arange(1, VOCABULARY + 1) ** _ZIPF_EXPONENT
        self._spread = np.cumsum(shares / shares.sum())

    def photos(self) -> Iterator[ImportedPhoto]:
        """Every photo, the same ones each time."""
        for begin in range(0, self.count, _BATCH):
            yield from self._some(begin, min(_BATCH, self.count - begin))

    def ranks(self, random: np.random.Generator, shape: tuple[int, ...]) -> Ranks:
        """Ranks of words, drawn as often as Zipf says."""
        return np.minimum(np.searchsorted(self._spread, random.random(shape)), VOCABULARY - 1)

    def _some(self, begin: int, count: int) -> Iterator[ImportedPhoto]:
        random = np.random.default_rng([self._seed, begin])
        scenes = random.integers(0, len(self.captions), (2, count))
        stored = self._vectors(random, scenes).astype("<f2")
        ranks = self.ranks(random, (count, WORDS_A_CAPTION))
        days = random.random(count) * 365 * _YEARS
        chances = random.random((4, count))
        for i in range(count):
            number = begin + i
            words = " ".join(word(int(rank)) for rank in ranks[i])
            yield ImportedPhoto(
                path=self._path(number).encode(),
                size_bytes=3_000_000 + number,
                mtime_ns=1_700_000_000_000_000_000 + number,
                taken_at=_FIRST + timedelta(days=float(days[i])),
                fingerprint=b"%032d" % number,
                caption=f"{self.captions[scenes[0, i]]}, {words}",
                vector=stored[i].tobytes(),
                format="JPEG" if chances[0, i] < 0.95 else _RARE_FORMATS[number % 3],
                by_person=bool(chances[1, i] < 0.01),
                camera=_CAMERAS[number % len(_CAMERAS)],
                rating=int(chances[3, i] * 5) + 1 if chances[2, i] < 0.1 else None,
            )

    def _vectors(self, random: np.random.Generator, scenes: Ranks) -> Floats:
        """Unit vectors (n, d): mostly the first scene's, a little of the second's, and noise."""
        images = self.images
        share = random.random((scenes.shape[1], 1)).astype(np.float32) * 0.5
        noise = random.normal(size=(scenes.shape[1], images.shape[1])).astype(np.float32)
        noise *= _NOISE / np.sqrt(images.shape[1])
        mixed = (1 - share) * images[scenes[0]] + share * images[scenes[1]] + noise
        unit: Floats = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
        return unit

    def _path(self, number: int) -> str:
        folder = number // _PHOTOS_A_FOLDER
        place = _PLACES[folder % len(_PLACES)]
        return f"{self.root}/{2004 + folder % _YEARS} {place} {folder}/IMG_{number:07}.jpg"


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A query as it is typed, and its vector (d,), which the engine would give."""

    kind: str
    text: str
    vector: Floats


#: Of a hundred queries; all of them have a vector, so meaning is always weighed.
MIX = {
    "one scene word": 15,
    "two scene words": 20,
    "a whole caption": 15,
    "one Zipf word": 20,
    "scene word and Zipf word": 10,
    "with a field": 15,
    "phrase or minus": 5,
}
_FIELDS = ("year:2011", "rating:>=4", "camera:nikon", "is:edited", "folder:lisbon", "type:png",
           "before:2009", "-is:missing", "has:keywords", "after:2022-06")  # fmt: skip
_SMALL = frozenset({"a", "an", "the", "of", "in", "on", "at", "and", "with", "is"})


def queries(made: Collection, count: int) -> list[Asked]:
    """So many queries of the mix, in an order of their own; always the same ones."""
    random = np.random.default_rng(11)
    kinds = [kind for kind, share in MIX.items() for _ in range(share)]
    chosen = (
        [kinds[i % len(kinds)] for i in range(count)]
        if count >= len(kinds)
        else [kinds[i * len(kinds) // count] for i in range(count)]
    )
    random.shuffle(chosen)
    asked = []
    for number, kind in enumerate(chosen):
        scene = int(random.integers(len(made.captions)))
        text = _text(made, random, kind, made.captions[scene], number)
        asked.append(Asked(kind, text, made.texts[scene]))
    return asked


def _text(
    made: Collection, random: np.random.Generator, kind: str, caption: str, number: int
) -> str:
    words = [each for each in caption.split() if each not in _SMALL]
    some = [words[i] for i in random.permutation(len(words))]
    rare = word(int(made.ranks(random, (1,))[0]))
    texts: dict[str, str] = {
        "one scene word": some[0],
        "two scene words": " ".join(some[:2]),
        "a whole caption": caption,
        "one Zipf word": rare,
        "scene word and Zipf word": f"{some[0]} {rare}",
        "with a field": f"{some[0]} {_FIELDS[number % len(_FIELDS)]}",
        "phrase or minus": f'"{words[0]}" {some[-1]} -{rare}',
    }
    return texts[kind]
