"""What a film or a recording can be written as here, by the ending of its name."""

from dataclasses import dataclass
from pathlib import Path

import av

from gallery.errors import KnownError


@dataclass(frozen=True, slots=True)
class Codec:
    """An encoder, how it is asked, and about how much it writes.

    ``bits`` of a video encoder: for each pixel of each frame while pictures move; of a sound
    encoder: for each second.
    """

    name: str
    options: tuple[tuple[str, str], ...]
    bits: float


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file. ``muxer`` is ffmpeg's name; encoders are tried in order.

    ``cover``: how a poster or cover picture is carried ("stream", "attachment", "comment" or "").
    """

    muxer: str
    video: tuple[Codec, ...]
    audio: tuple[Codec, ...]
    subtitles: str
    cover: str
    flags: tuple[tuple[str, str], ...] = ()


# Chosen by measure (docs/decisions/0015): the best picture that leaves time for the rest.
_H264 = Codec(
    "libx264",
    (("preset", "superfast"), ("crf", "20"), ("x264-params", "mbtree=1:rc-lookahead=10")),
    0.10,
)
_AV1 = Codec("libsvtav1", (("preset", "10"), ("crf", "32")), 0.07)
_VP9 = Codec(
    "libvpx-vp9",
    (("deadline", "realtime"), ("cpu-used", "7"), ("row-mt", "1"), ("crf", "31"), ("b", "0")),
    0.09,
)
_AAC = Codec("aac", (), 160_000)
_OPUS = Codec("libopus", (("application", "audio"),), 96_000)
_MP3 = Codec("libmp3lame", (), 160_000)
_PCM = Codec("pcm_s16le", (), 1_536_000)

_FILMS = {
    ".mp4": Format(
        "mp4", (_H264, _AV1), (_AAC,), "mov_text", "stream", (("movflags", "+faststart"),)
    ),
    ".webm": Format("webm", (_AV1, _VP9), (_OPUS,), "webvtt", ""),
    ".mkv": Format("matroska", (_AV1, _VP9, _H264), (_OPUS, _AAC), "webvtt", "attachment"),
}
_SOUNDS = {
    # the muxer "ipod" takes no cover that is not encoded by it
    ".m4a": Format(
        "mp4", (), (_AAC,), "", "stream", (("brand", "M4A "), ("movflags", "+faststart"))
    ),
    ".opus": Format("opus", (), (_OPUS,), "", "comment"),
    ".mp3": Format("mp3", (), (_MP3,), "", "stream", (("id3v2_version", "3"),)),
    ".wav": Format("wav", (), (_PCM,), "", "", (("rf64", "auto"),)),
}


def film_format(path: Path) -> Format:
    """Return the kind of film that a file's name asks for; KnownError where there is none."""
    return _format_of(path, _FILMS, "film")


def sound_format(path: Path) -> Format:
    """Return the kind of recording that a file's name asks for; KnownError where there is none."""
    return _format_of(path, _SOUNDS, "recording")


def is_film(path: Path) -> bool:
    """Whether a file's name asks for a film."""
    return path.suffix.lower() in _FILMS


def encoder_of(codecs: tuple[Codec, ...]) -> Codec:
    """Return the first encoder that this build of ffmpeg has."""
    for codec in codecs:
        if codec.name in av.codecs_available and _encodes(codec.name):
            return codec
    names = " or ".join(codec.name for codec in codecs)
    raise KnownError(
        f"This build of ffmpeg cannot encode with {names}.",
        "Choose another kind of file, or install PyAV from its own wheel: `pip install av`.",
    )


def _encodes(name: str) -> bool:
    try:
        av.codec.Codec(name, "w")
    except ValueError:  # UnknownCodecError: there is a decoder of that name alone
        return False
    return True


def _format_of(path: Path, known: dict[str, Format], what: str) -> Format:
    try:
        return known[path.suffix.lower()]
    except KeyError:
        endings = ", ".join(known)
        raise KnownError(
            f"{path.name} does not tell what kind of {what} it is to be.",
            f"Give it one of these endings: {endings}.",
        ) from None
