"""Photos told aloud."""

import argparse
from pathlib import Path

from gallery.arguments.options import add_json, positive
from gallery.arguments.parsers import Commands, Parser

_SIZES = ("360p", "720p", "1080p", "4k")  # as in gallery.narration.film.formats, without its ffmpeg
_LEAST_FPS, _MOST_FPS = 24, 60


def add_to(commands: Commands) -> None:
    """Add the commands."""
    _narrate(
        commands.add(
            "narrate",
            "say captions aloud into a sound file",
            runs="gallery.commands.narrating:narrate",
        )
    )
    _slideshow(
        commands.add(
            "slideshow",
            "make a film of photos that are told aloud",
            runs="gallery.commands.filming:slideshow",
        )
    )


def _narrate(parser: Parser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("photo", nargs="?", type=Path, metavar="PHOTO")
    what.add_argument("--search", metavar="TEXT", help="what is found by this, best first")
    what.add_argument("--album", metavar="NAME", help="an album, in its order")
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="FILE",
        help="its ending chooses the kind: .m4a, .opus, .mp3 or .wav",
    )
    parser.add_argument("--each", action="store_true", help="a file for each photo, numbered")
    parser.add_argument(
        "--limit", type=positive, metavar="N", help="at most N (10 of a search, a whole album)"
    )
    _sound(parser)


def _slideshow(parser: Parser) -> None:
    parser.add_argument("photos", nargs="*", type=Path, metavar="PHOTO", help="in this order")
    parser.add_argument("--search", metavar="TEXT", help="what is found by this, best first")
    parser.add_argument("--album", metavar="NAME", help="an album, in its order")
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="all in it, by time")
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="FILE",
        help="its ending chooses the kind: .mp4, .webm or .mkv; .srt and .vtt are put beside it",
    )
    parser.add_argument("--size", choices=_SIZES, default="1080p", help="of the picture (1080p)")
    parser.add_argument(
        "--fps", type=_fps, default=30, metavar="N", help="pictures a second, 24 to 60 (30)"
    )
    parser.add_argument("--title", metavar="TEXT", help="on the first card; “”: no card")
    parser.add_argument(
        "--detail",
        choices=("caption", "dated"),
        default="dated",
        help="what is said: captions alone, or each day with its first photo too (dated)",
    )
    parser.add_argument("--no-motion", action="store_true", help="without pan and zoom")
    parser.add_argument("--no-voice", action="store_true", help="subtitles alone")
    parser.add_argument(
        "--limit", type=positive, metavar="N", help="at most N (50 of a search, else all)"
    )
    _sound(parser)


def _sound(parser: Parser) -> None:
    parser.add_argument("--voice", metavar="ID", help="a voice of this computer")
    parser.add_argument("--music", type=Path, metavar="FILE", help="played softly under the voice")
    add_json(parser)


def _fps(text: str) -> int:
    number = int(text)
    if not _LEAST_FPS <= number <= _MOST_FPS:
        raise argparse.ArgumentTypeError(f"{text} is not between {_LEAST_FPS} and {_MOST_FPS}")
    return number
