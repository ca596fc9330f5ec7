"""Photos told aloud."""

from pathlib import Path

from gallery.arguments.options import positive
from gallery.arguments.parsers import Commands, Parser


def add_to(commands: Commands) -> None:
    """Add the commands."""
    _narrate(
        commands.add(
            "narrate",
            "say captions aloud into a WAV file",
            runs="gallery.commands.narrating:narrate",
        )
    )


def _narrate(parser: Parser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("photo", nargs="?", type=Path, metavar="PHOTO")
    what.add_argument("--search", metavar="TEXT", help="what is found by this, best first")
    what.add_argument("--album", metavar="NAME", help="an album, in its order")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.wav")
    parser.add_argument(
        "--limit", type=positive, metavar="N", help="at most N (10 of a search, a whole album)"
    )
