"""What the describer, or a person, says of a photo."""

from pathlib import Path

from gallery.arguments.options import add_json, positive
from gallery.arguments.parsers import Commands, Parser


def add_to(commands: Commands) -> None:
    """Add the commands."""
    _caption(
        commands.add(
            "caption",
            "describe photo files; nothing is stored",
            runs="gallery.commands.captioning:caption",
        )
    )
    _ask(
        commands.add(
            "ask",
            "ask a question about a photo file; the answer is a guess",
            runs="gallery.commands.asking:ask",
        )
    )
    _check(
        commands.add(
            "check",
            "list captions by people and files that do not seem to fit their photos",
            runs="gallery.commands.checking:check",
        )
    )
    _locate(
        commands.add(
            "locate",
            "tell where in a photo a word is seen",
            runs="gallery.commands.locating:locate",
        )
    )
    _edit(
        commands.add(
            "edit",
            "give photos in the catalog your own captions",
            runs="gallery.commands.editing:edit",
        )
    )


def _caption(parser: Parser) -> None:
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
    parser.add_argument(
        "--candidates",
        type=positive,
        metavar="N",
        help="propose N more wordings, keep the best and list the others",
    )
    add_json(parser)


def _ask(parser: Parser) -> None:
    parser.add_argument("photo", type=Path, metavar="PHOTO")
    parser.add_argument("question", metavar="QUESTION", help="like “how many dogs are there?”")
    parser.add_argument(
        "--choice", action="append", default=[], metavar="ANSWER", help="a possible answer; again"
    )
    add_json(parser)


def _check(parser: Parser) -> None:
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="FOLDER", help="none: all known folders"
    )
    add_json(parser)


def _locate(parser: Parser) -> None:
    parser.add_argument("photo", type=Path, metavar="PHOTO")
    parser.add_argument("word", metavar="WORD", help="a word or a phrase")
    parser.add_argument(
        "--text", default="", metavar="CAPTION", help="the text that the word stands in"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE.png", help="write the photo, lit where the word is seen"
    )
    add_json(parser)


def _edit(parser: Parser) -> None:
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
    change = parser.add_mutually_exclusive_group(required=True)
    change.add_argument("--caption", metavar="TEXT", help="your caption; empty withdraws it")
    change.add_argument("--append", metavar="TEXT", help="put this behind what is shown")
    change.add_argument(
        "--replace", nargs=2, metavar=("OLD", "NEW"), help="put NEW wherever OLD stands"
    )
    parser.add_argument("--match-case", action="store_true", help="OLD in exactly these letters")
    parser.add_argument("--whole-words", action="store_true", help="not OLD within longer words")
    parser.add_argument("--dry-run", action="store_true", help="only print what would change")
    add_json(parser)
