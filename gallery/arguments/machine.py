"""The program on this machine: shown, checked and measured."""

from pathlib import Path

from gallery.arguments.options import add_json, positive
from gallery.arguments.parsers import Commands, Parser


def add_to(commands: Commands) -> None:
    """Add the commands."""
    _demo(
        commands.add(
            "demo",
            "show the main job on the sample gallery, in text",
            runs="gallery.commands.demo:demo",
        )
    )
    add_json(
        commands.add(
            "doctor",
            "check everything the program needs on this machine",
            runs="gallery.doctor:doctor",
        )
    )
    _desktop(
        commands.add(
            "desktop",
            "put the program into your menu and file manager, or take it away again",
            runs="gallery.commands.desktop:desktop",
        )
    )
    _bench(
        commands.add(
            "bench",
            "measure how fast the program is on this machine",
            runs="gallery.commands.benchmarks:bench",
        )
    )


def _demo(parser: Parser) -> None:
    parser.add_argument(
        "--out", type=Path, default=Path("narrated-samples.wav"), metavar="FILE.wav"
    )


def _desktop(parser: Parser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--install", action="store_true", help="write the entry, icon and description"
    )
    what.add_argument("--remove", action="store_true", help="remove what was written")


def _bench(parser: Parser) -> None:
    parser.add_argument(
        "what",
        choices=("engine", "agreement", "library", "narration"),
        help="the describer; how far it agrees with itself where its weights are rounded; "
        "search, start, import and memory with so many --photos; or the voice and films",
    )
    parser.add_argument(
        "--full-size",
        action="store_true",
        help="with a BLIP base of random weights, or a film of 1,000 photos: minutes",
    )
    parser.add_argument("--large", action="store_true", help="the same with BLIP large")
    parser.add_argument("--careful", action="store_true", help="measure beam search too")
    parser.add_argument(
        "--photos",
        type=Path,
        metavar="FOLDER|N",
        help="measure with these photos; the library: with so many made-up ones (100000)",
    )
    parser.add_argument("--turns", type=positive, metavar="N", help="more turns: steadier figures")
    parser.add_argument("--threads", type=positive, metavar="N", help="threads of the networks")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was measured")
