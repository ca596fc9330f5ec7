"""A media file being written: streams, chapters, cover and tags; whole at the end or not there."""

import base64
import contextlib
import os
import struct
import threading
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from av.stream import Disposition
from av.video.reformatter import ColorRange, Colorspace

from gallery.errors import KnownError
from gallery.narration.film.formats import Format, encoder_of
from gallery.narration.film.frames import Frame
from gallery.narration.film.sound import RATE_HZ, Sound
from gallery.narration.film.subtitles import Cue, vtt_text
from gallery.narration.film.timeline import Chapter

# SVT-AV1 tells of itself on stderr, unless its own variable says: errors alone
os.environ.setdefault("SVT_LOG", "1")
_MS = Fraction(1, 1_000)
_BT709 = 1
_STYLE = b"""[Script Info]\r
ScriptType: v4.00+\r
PlayResX: 384\r
PlayResY: 288\r
\r
[V4+ Styles]\r
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, \
Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, \
Alignment, MarginL, MarginR, MarginV, Encoding\r
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0\r
\r
[Events]\r
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\r
"""


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Lend a name beside ``path``; what was written there takes its place at the end.

    On an error it vanishes. Raises ``KnownError`` for what the disk does.
    """
    part = path.with_name(f".{path.name[:80]}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        if path.exists() and not path.is_file():
            raise KnownError(f"{path} is no file that could be replaced.", "Choose another name.")
        try:
            with part.open("xb"):
                pass
            yield part
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            with contextlib.suppress(OSError):
                part.unlink()
    except OSError as error:  # FFmpegError is one, too
        raise KnownError(
            f"{path} could not be written: {error.strerror or error}.",
            "Choose another folder, or free some space.",
        ) from error


class Output:
    """One open container. What is written must come in the order of time, each kind by itself."""

    def __init__(self, path: Path, form: Format, tags: dict[str, str], language: str) -> None:
        """``language``: ISO 639-2, of all that is said and written."""
        self._form, self._language = form, language
        self._container = av.open(
            str(path), "w", format=form.muxer, options=dict(form.flags) if form.flags else None
        )
        self._container.metadata.update(tags)
        self._video: av.VideoStream | None = None
        self._audio: av.AudioStream | None = None
        self._subtitles: av.subtitles.stream.SubtitleStream | None = None
        self._poster: av.VideoStream | None = None
        self._resampler: av.AudioResampler | None = None
        self._samples = 0

    @property
    def seconds(self) -> float:
        """How much sound was written."""
        return self._samples / RATE_HZ

    def add_video(self, size: tuple[int, int], fps: int, threads: int) -> None:
        """Add the picture."""
        codec = encoder_of(self._form.video)
        options = dict(codec.options)
        if codec.name == "libsvtav1":
            options["svtav1-params"] = f"lp={threads}"
        stream = self._container.add_stream(codec.name, rate=fps, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.thread_count = threads
        context.gop_size = 4 * fps  # a player jumps to a chapter without decoding much
        context.color_range = ColorRange.MPEG
        context.colorspace = Colorspace.ITU709
        context.color_primaries = context.color_trc = _BT709
        self._video = stream

    def add_audio(self, title: str) -> None:
        """Add the sound, marked as the description of the pictures that it is."""
        codec = encoder_of(self._form.audio)
        stream = self._container.add_stream(codec.name, rate=RATE_HZ, options=dict(codec.options))
        assert isinstance(stream, av.AudioStream)
        stream.codec_context.layout = "stereo"
        if not codec.name.startswith("pcm"):
            stream.codec_context.bit_rate = int(codec.bits)
        stream.metadata.update({"language": self._language, "title": title})
        if self._form.video:
            stream.disposition = (
                Disposition.default | Disposition.visual_impaired | Disposition.descriptions
            )
        self._audio = stream

    def add_subtitles(self) -> None:
        """Add the words."""
        stream = self._container.add_stream(self._form.subtitles)
        assert isinstance(stream, av.subtitles.stream.SubtitleStream)
        stream.codec_context.time_base = _MS
        stream.codec_context.subtitle_header = _STYLE
        stream.metadata["language"] = self._language
        stream.disposition = Disposition.default
        self._subtitles = stream

    def begin(
        self, chapters: Sequence[Chapter], cover: bytes | None, cover_px: tuple[int, int]
    ) -> None:
        """Write the head: after the streams, before what is in them. ``cover`` is a JPEG."""
        if self._form.cover:
            self._add_cover(cover, cover_px)
        if self._form.muxer != "wav":
            self._container.set_chapters(
                [
                    {
                        "id": number,
                        "start": chapter.start_ms,
                        "end": chapter.end_ms,
                        "time_base": _MS,
                        "metadata": {"title": chapter.title},
                    }
                    for number, chapter in enumerate(chapters, 1)
                ]
            )
        self._container.start_encoding()
        if self._poster is not None and cover is not None:
            packet = av.Packet(cover)
            packet.stream, packet.pts, packet.dts = self._poster, 0, 0
            packet.time_base = Fraction(1, 25)
            packet.is_keyframe = True
            self._container.mux(packet)
        if self._audio is not None:
            context = self._audio.codec_context
            self._resampler = av.AudioResampler(
                context.format, "stereo", RATE_HZ, context.frame_size or None
            )

    def write_frame(self, frame: Frame, number: int, fps: int) -> None:
        """Encode a picture."""
        assert self._video is not None
        picture = av.VideoFrame.from_ndarray(frame, format="yuv420p")
        picture.pts, picture.time_base = number, Fraction(1, fps)
        picture.color_range, picture.colorspace = ColorRange.MPEG, Colorspace.ITU709
        self._container.mux(self._video.encode(picture))

    def write_sound(self, block: Sound) -> None:
        """Encode a piece of sound."""
        samples = np.ascontiguousarray(block, np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, "flt", "stereo")
        frame.sample_rate, frame.time_base = RATE_HZ, Fraction(1, RATE_HZ)
        frame.pts = self._samples
        self._samples += len(block)
        self._encode_sound(frame)

    def write_cue(self, cue: Cue) -> None:
        """Put a subtitle in."""
        assert self._subtitles is not None
        text = cue.text.encode()
        if self._form.subtitles == "mov_text":
            data = struct.pack(">H", len(text)) + text
        else:
            data = vtt_text(cue.text).encode()
        packet = av.Packet(data)
        packet.stream, packet.time_base = self._subtitles, _MS
        packet.pts = packet.dts = cue.start_ms
        packet.duration = cue.end_ms - cue.start_ms
        self._container.mux(packet)

    def finish(self) -> None:
        """Write what encoders still hold, and the end of the file."""
        if self._audio is not None:
            self._encode_sound(None)
            self._container.mux(self._audio.encode(None))
        if self._video is not None:
            self._container.mux(self._video.encode(None))
        self._container.close()

    def abandon(self) -> None:
        """Let the file go as it is; after :meth:`finish` nothing is done."""
        with contextlib.suppress(FFmpegError, OSError, ValueError):
            self._container.close()

    def _encode_sound(self, frame: av.AudioFrame | None) -> None:
        assert self._audio is not None
        assert self._resampler is not None
        for piece in self._resampler.resample(frame):
            self._container.mux(self._audio.encode(piece))

    def _add_cover(self, cover: bytes | None, size: tuple[int, int]) -> None:
        if cover is None:
            return
        if self._form.cover == "attachment":
            self._container.add_attachment("cover.jpg", "image/jpeg", cover)
        elif self._form.cover == "comment":
            assert self._audio is not None
            self._audio.metadata["METADATA_BLOCK_PICTURE"] = _flac_picture(cover, size)
        else:
            stream = self._container.add_stream("mjpeg", rate=25)
            assert isinstance(stream, av.VideoStream)
            stream.width, stream.height = size
            stream.pix_fmt = "yuvj420p"
            stream.disposition = Disposition.attached_pic
            self._poster = stream


def _flac_picture(jpeg: bytes, size: tuple[int, int]) -> str:
    """Return a cover as Ogg files carry it (RFC 9639, section 8.8), in base 64."""
    kind, mime = 3, b"image/jpeg"  # 3: the front cover
    head = struct.pack(">II", kind, len(mime)) + mime + struct.pack(">I", 0)
    head += struct.pack(">IIIII", *size, 24, 0, len(jpeg))
    return base64.b64encode(head + jpeg).decode("ascii")
