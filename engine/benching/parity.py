"""Whether the describer says what transformers says: captions token for token, ITC, ITM, pixels;
and whether it says the same whatever stands beside a photo.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from engine.benching.reference_run import Answers, Manner, Theirs
from engine.blip.parts import Parts, load_parts
from engine.blip.settings import Decoding, decoding
from engine.blip.shapes import blip_shape
from engine.blip.words import Words
from engine.checkpoints import CheckpointError, DescriberSet, read_json
from engine.describer import Pixels
from engine.images import open_rgb, squash

_BEAMS = (1, 3)
_CLOSE = 1e-4
_PIXELS_CLOSE = 1e-5
_PHOTOS = (
    ("0 ordinary", (640, 480)),
    ("1 ordinary", (480, 640)),
    ("2 ordinary", (500, 500)),
    ("3 ordinary", (900, 600)),
    ("4 EXIF orientation", (640, 480)),
    ("5 smaller than the network's", (97, 61)),
    ("6 panorama", (2600, 260)),
    ("7 ordinary", (640, 427)),
)
_ALL = tuple(range(len(_PHOTOS)))
_ALONE = (3, 4, 5, 6)  # in batches of one: an ordinary one, and each that is not
_TURNED, _UPRIGHT = 4, 0  # the same picture, stored lying on its side
_ROTATED_270 = 6  # EXIF's number


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the table; ``difference`` and ``allowed`` are counts where captions differ."""

    name: str
    compared: int
    difference: float
    allowed: float

    @property
    def passed(self) -> bool:
        """Whether it is within what is allowed; what is no number is not."""
        return self.difference <= self.allowed


def make_photos(folder: Path) -> list[Path]:
    """Write eight pictures: ordinary ones, one turned by EXIF, a small one, a panorama."""
    folder.mkdir(parents=True)
    paths = []
    for number, (name, size) in enumerate(_PHOTOS):
        random = np.random.default_rng(_UPRIGHT if number == _TURNED else number)
        coarse = Image.fromarray(random.integers(0, 256, (6, 8, 3), dtype=np.uint8))
        image, exif = coarse.resize(size, Image.Resampling.BICUBIC), Image.Exif()
        if number == _TURNED:
            image = image.transpose(Image.Transpose.ROTATE_90)
            exif[0x0112] = _ROTATED_270
        paths.append(folder / f"{name}.png")
        image.save(paths[-1], exif=exif)
    return paths


def compare(
    chosen: DescriberSet, paths: Sequence[Path], told: Callable[[str], None]
) -> list[Check]:
    """Hold a describer set against transformers on photos of :func:`make_photos`.

    One implementation after the other, so that two are never in memory. ``told`` hears what is
    begun. Raises CheckpointError.
    """
    if chosen.captioner is None or chosen.matcher is None:
        raise CheckpointError(f"“{chosen.name}” has not both parts.", chosen.note)
    captioner, matcher = Path(chosen.captioner.folder), Path(chosen.matcher.folder)
    config = read_json(captioner / "config.json")
    rules = decoding(config, blip_shape(config).text)
    words = Words(captioner, config)
    theirs = Theirs(captioner, words.enc)
    texts = theirs.texts()
    prompt = " ".join(texts[1].split()[:3])
    manners = [
        Manner(beams, given, batch, photos)
        for beams in _BEAMS
        for given in ("", prompt)
        for batch, photos in ((len(paths), _ALL), (1, _ALONE))
    ]
    wanted = Answers(theirs.pixels(paths))
    told("transformers writes captions")
    wanted.captions = theirs.captions(captioner, wanted.pixels, manners, rules)
    told("transformers matches texts")
    match_pixels = Theirs(matcher, words.enc).pixels(paths)
    wanted.cosines, wanted.logits = theirs.matched(matcher, match_pixels, texts)
    told("ours does the same")
    parts = load_parts(chosen.captioner, chosen.matcher, torch.device("cpu"))
    ours = _Ours(parts, words, rules, paths)
    with torch.inference_mode():
        return [
            *_pixel_checks(ours, wanted, paths),
            *_caption_checks(ours, wanted),
            *_match_checks(ours, wanted, texts),
            *_own_checks(ours, texts[0]),
        ]


class _Ours:
    """The describer's networks on some photos."""

    def __init__(self, parts: Parts, words: Words, rules: Decoding, paths: Sequence[Path]) -> None:
        if parts.writer is None or parts.matcher is None:
            raise CheckpointError("Both parts are needed.")
        self.vision, self.match_vision = parts.vision, parts.match_vision
        self.writer, self.matcher = parts.writer, parts.matcher
        self.words, self.longest = words, rules.max_length
        self.pixels = [_pixels(path, parts.vision.geometry.size) for path in paths]
        self._seen: dict[tuple[int, ...], Tensor] = {}
        self._match_seen = self._seen if parts.shared_vision else {}
        self.match_pixels = [_pixels(path, parts.match_vision.geometry.size) for path in paths]

    def colours(self) -> Tensor:
        """Normalised pixels (N, 3, height, width)."""
        shape = self.vision.geometry
        scaled = torch.from_numpy(np.stack(self.pixels)).float() / 255
        normal = (scaled - torch.tensor(shape.mean)) / torch.tensor(shape.std)
        return normal.permute(0, 3, 1, 2)

    def _looked(self, batch: tuple[int, ...]) -> Tensor:
        """Image tokens of a batch for the captioner, computed once."""
        if batch not in self._seen:
            self._seen[batch] = self.vision.tokens([self.pixels[place] for place in batch])
        return self._seen[batch]

    def _match_looked(self, batch: tuple[int, ...]) -> Tensor:
        """The same for the matcher; where both see alike, they are the same."""
        if batch not in self._match_seen:
            pixels = [self.match_pixels[place] for place in batch]
            self._match_seen[batch] = self.match_vision.tokens(pixels)
        return self._match_seen[batch]

    def caption_ids(self, manner: Manner) -> list[list[int]]:
        """Token ids of the captions of the manner's photos, in its order."""
        start = self.words.ids(manner.prompt, self.words.dec, max_length=self.longest)[:-1]
        rows: list[list[int]] = []
        for begin in range(0, len(manner.photos), manner.batch):
            seen = self._looked(manner.photos[begin : begin + manner.batch])
            written = self.writer.token_ids(seen, careful=manner.beams > 1, start=start)
            rows += written.tolist()
        return rows

    def vectors_and_logits(
        self, order: tuple[int, ...], text: str, batch: int
    ) -> tuple[Tensor, Tensor]:
        """Image vectors (N, d) and ITM logits (N, 2) of photos, in this order."""
        vectors, logits = [], []
        for begin in range(0, len(order), batch):
            seen = self._match_looked(order[begin : begin + batch])
            vectors.append(self.matcher.image_vectors(seen))
            logits.append(self.matcher.match_logits(seen, [text] * len(seen)))
        return torch.cat(vectors), torch.cat(logits)


def _pixels(path: Path, size: tuple[int, int]) -> Pixels:
    wide, high = size
    return np.asarray(squash(open_rgb(path, at_least=(2 * wide, 2 * high)), size))


def _pixel_checks(ours: _Ours, wanted: Answers, paths: Sequence[Path]) -> list[Check]:
    apart = (ours.colours() - wanted.pixels).abs().amax((1, 2, 3))
    kinds = [path.stem.partition(" ")[2] for path in paths]
    return [
        Check(f"pixels, {kind}", len(found), max(found), _PIXELS_CLOSE)
        for kind in dict.fromkeys(kinds)
        if (found := [float(a) for a, its in zip(apart, kinds, strict=True) if its == kind])
    ]


def _caption_checks(ours: _Ours, wanted: Answers) -> list[Check]:
    checks = []
    for manner, theirs in wanted.captions.items():
        got = ours.caption_ids(manner)
        different = sum(one != other for one, other in zip(got, theirs, strict=True))
        checks.append(Check(f"captions' tokens, {manner}", len(got), different, 0))
    kinds = {tuple(ids) for ids in wanted.captions[next(iter(wanted.captions))]}
    # captions that are all alike would show nothing
    checks.append(Check("captions tell photos apart", len(wanted.pixels), float(len(kinds) < 2), 0))
    return checks


def _match_checks(ours: _Ours, wanted: Answers, texts: Sequence[str]) -> list[Check]:
    assert wanted.cosines is not None
    assert wanted.logits is not None
    count = len(ours.pixels)
    cosines, logits = [], []
    for text in texts:
        vectors, said = ours.vectors_and_logits(_ALL, text, count)
        query = ours.matcher.text_vector(text)
        if query is None:
            raise CheckpointError(f"The checkpoint knows no word of “{text}”.")
        cosines.append(vectors @ query)
        logits.append(said)
    pairs = count * len(texts)
    itc = _apart(torch.stack(cosines), wanted.cosines)
    itm = _apart(torch.stack(logits), wanted.logits)
    return [
        Check("ITC, cosine of photo and text", pairs, itc, _CLOSE),
        Check("ITM, logits with [ENC]", pairs, itm, _CLOSE),
    ]


def _own_checks(ours: _Ours, text: str) -> list[Check]:
    """Ours against ours: alone, in another order, and turned by EXIF."""
    count = len(ours.pixels)
    mixed = tuple((5 * place + 2) % count for place in _ALL)
    checks = []
    vectors, logits = ours.vectors_and_logits(_ALL, text, count)
    for name, other, batch in (("batch = single", _ALL, 1), ("another order", mixed, count)):
        for beams in _BEAMS:
            straight = ours.caption_ids(Manner(beams, "", count, _ALL))
            got = ours.caption_ids(Manner(beams, "", batch, other))
            pairs = [
                (_told(ours, straight[at]), _told(ours, ids))
                for at, ids in zip(other, got, strict=True)
            ]
            different = sum(one != again for one, again in pairs)
            search = "greedy" if beams == 1 else f"beam {beams}"
            checks.append(Check(f"{name}: captions' tokens, {search}", count, different, 0))
        again, said = ours.vectors_and_logits(other, text, batch)
        checks.append(
            Check(f"{name}: ITC vectors", count, _apart(again, vectors[list(other)]), _CLOSE)
        )
        checks.append(
            Check(f"{name}: ITM logits", count, _apart(said, logits[list(other)]), _CLOSE)
        )
    turned = float(np.abs(ours.pixels[_TURNED].astype(int) - ours.pixels[_UPRIGHT]).max())
    return [*checks, Check("EXIF orientation: pixels as of the upright photo", 1, turned, 0)]


def _told(ours: _Ours, ids: list[int]) -> list[int]:
    """Up to the end: what a batch is filled up with says nothing."""
    return ids[: ids.index(ours.words.sep)] if ours.words.sep in ids else ids


def _apart(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().max())
