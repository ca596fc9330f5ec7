"""The same program without a window: what can be asked, and what the exit codes mean."""

import argparse
import importlib
import logging
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from engine.protocol import Precision
from gallery.errors import KnownError
from gallery.paths import log_path
from gallery.settings import DEVICES

DONE, SOME_FAILED, WRONG, BUG, STOPPED = 0, 1, 2, 70, 130
_EXIT_CODES = (
    "Exit codes: 0 done, 1 some photos failed, 2 wrong use or a known error, "
    "70 an error of the program itself, 130 stopped by Ctrl+C."
)
_LOG = logging.getLogger(__name__)
_COMMANDS = {
    "index": ("gallery.commands.indexing", "index"),
    "search": ("gallery.commands.searching", "search"),
    "caption": ("gallery.commands.captioning", "caption"),
    "ask": ("gallery.commands.asking", "ask"),
    "check": ("gallery.commands.checking", "check"),
    "locate": ("gallery.commands.locating", "locate"),
    "edit": ("gallery.commands.editing", "edit"),
    "narrate": ("gallery.commands.narrating", "narrate"),
    "status": ("gallery.commands.status", "status"),
    "demo": ("gallery.commands.demo", "demo"),
    "doctor": ("gallery.doctor", "doctor"),
    "bench": ("gallery.commands.benchmarks", "bench"),
    "checkpoints": ("gallery.commands.checkpoints", "checkpoints"),
}
"""Imported when asked for, so that `doctor` also runs where the others cannot."""


class _Parser(argparse.ArgumentParser):
    """Tells wrong use in one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG, f"{self.prog}: {message} (see `{self.prog} --help`)\n")


def parse(argv: Sequence[str]) -> Namespace:
    """Return what was asked; exits with 2 and one sentence on stderr for wrong use."""
    arguments = _parser().parse_args(list(argv))
    if arguments.command is None:
        arguments = _parser().parse_args([*argv, "window"])
    return arguments


def run(arguments: Namespace) -> int:
    """Run a command that needs no window; returns the exit code."""
    from gallery.commands import terminal

    terminal.log_to_file(log_path())
    module, name = _COMMANDS[arguments.command]
    command: Callable[[Namespace], int] = getattr(importlib.import_module(module), name)
    return command(arguments)


def guarded(command: Callable[[Namespace], int], arguments: Namespace) -> int:
    """Run a command and turn what the world does to it into sentences and exit codes."""
    from gallery.commands import terminal

    terminal.prepare_streams()
    try:
        code = command(arguments)
        sys.stdout.flush()
        return code
    except KnownError as error:
        terminal.note(f"photo-narrator: {error}")
        return WRONG
    except KeyboardInterrupt:
        terminal.note("photo-narrator: stopped.")
        return STOPPED
    except BrokenPipeError:
        terminal.close_broken_pipe()
        return DONE
    except Exception:  # noqa: BLE001 - the roof of the program
        _LOG.exception("a command failed")
        terminal.note(
            "photo-narrator: this is an error of the program itself, not of yours; "
            f"what happened is written in {log_path()}."
        )
        return BUG


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="photo-narrator",
        description="Describes your photos on your own computer, finds them by what is in them, "
        "and tells them aloud. Without a command it opens the window.",
        epilog=_EXIT_CODES,
    )
    _common(parser, default=None)
    # What stands before the command must not be overwritten by the command's own defaults.
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    _common(common, default=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=text, description=text, parents=[common], epilog=_EXIT_CODES
        )

    _window(add("window", "open the window (the default)"))
    _index(add("index", "scan folders, make thumbnails, describe the photos"))
    _search(add("search", "find photos by their captions and by what is in them"))
    _caption(add("caption", "describe photo files; nothing is stored"))
    _ask(add("ask", "ask a question about a photo file; the answer is a guess"))
    _check(add("check", "list captions by people and files that do not seem to fit their photos"))
    _locate(add("locate", "tell where in a photo a word is seen"))
    _edit(add("edit", "give a photo in the catalog your own caption"))
    _narrate(add("narrate", "say captions aloud into a WAV file"))
    _json(add("status", "tell how the catalog stands"))
    _demo(add("demo", "show the main job on the sample gallery, in text"))
    _json(add("doctor", "check everything the program needs on this machine"))
    _bench(add("bench", "measure how fast the program is on this machine"))
    _checkpoints(
        add("checkpoints", "what can describe: see, get, import, remove and check it"), common
    )
    return parser


def _common(parser: argparse.ArgumentParser, *, default: Any) -> None:
    parser.add_argument(
        "--catalog", type=Path, metavar="PATH", default=default, help="the catalog file to use"
    )
    parser.add_argument(
        "--checkpoint",
        metavar="NAME|FOLDER",
        default=default,
        help="what describes: “sample”, an installed set, or a folder with BLIP weights as the hub "
        "lays them out",
    )
    parser.add_argument(
        "--device",
        choices=DEVICES,
        default=default,
        help="where the describer runs (auto: an accelerator where one is trusted)",
    )
    parser.add_argument(
        "--precision",
        choices=tuple(Precision),
        default=default,
        help="exact, or faster with rounded weights, which may change captions",
    )


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _window(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--samples", action="store_true", help="with the bundled sample gallery")
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="folders to add")


def _index(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="FOLDER", help="none: all known folders again"
    )
    _json(parser)


def _search(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", metavar="TEXT", help="what should be in the photo")
    _limit(parser, 20)
    parser.add_argument("--all", action="store_true", help="what is less likely too")
    _json(parser)


def _caption(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
    parser.add_argument(
        "--candidates",
        type=_positive,
        metavar="N",
        help="propose N more wordings, keep the best and list the others",
    )
    _json(parser)


def _check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="FOLDER", help="none: all known folders"
    )
    _json(parser)


def _ask(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("photo", type=Path, metavar="PHOTO")
    parser.add_argument("question", metavar="QUESTION", help="like “how many dogs are there?”")
    parser.add_argument(
        "--choice", action="append", default=[], metavar="ANSWER", help="a possible answer; again"
    )
    _json(parser)


def _locate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("photo", type=Path, metavar="PHOTO")
    parser.add_argument("word", metavar="WORD", help="a word or a phrase")
    parser.add_argument(
        "--text", default="", metavar="CAPTION", help="the text that the word stands in"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE.png", help="write the photo, lit where the word is seen"
    )
    _json(parser)


def _edit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("photo", type=Path, metavar="PHOTO")
    parser.add_argument(
        "--caption", required=True, metavar="TEXT", help="your caption; empty withdraws it"
    )


def _narrate(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("photo", nargs="?", type=Path, metavar="PHOTO")
    what.add_argument("--search", metavar="TEXT", help="what is found by this, best first")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.wav")
    _limit(parser, 10)


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, default=Path("narrated-samples.wav"), metavar="FILE.wav"
    )


def _import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE.pth", help="salesforce/BLIP's own file")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the checkpoint to make")
    parser.add_argument(
        "--vocabulary",
        type=Path,
        metavar="FOLDER",
        help="where the words of bert-base-uncased are (beside the file)",
    )
    parser.add_argument(
        "--image-size", type=int, metavar="PX", help="of the pictures it takes (the file's own)"
    )


def _bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=("engine", "agreement"),
        help="the describer; or how far it agrees with itself where its weights are rounded",
    )
    parser.add_argument(
        "--full-size", action="store_true", help="with a BLIP base of random weights: minutes"
    )
    parser.add_argument("--large", action="store_true", help="the same with BLIP large")
    parser.add_argument("--careful", action="store_true", help="measure beam search too")
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="measure with these photos")
    parser.add_argument("--turns", type=_positive, metavar="N", help="more turns: steadier figures")
    parser.add_argument("--threads", type=_positive, metavar="N", help="threads of the networks")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was measured")


def _checkpoints(parser: argparse.ArgumentParser, common: _Parser) -> None:
    actions = parser.add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=_Parser
    )

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, help=text, description=text, parents=[common])

    _json(add("list", "what is installed, and what can be had"))
    install = add("install", "get a set from the model hub, after asking; again: go on with it")
    install.add_argument("name", metavar="NAME")
    install.add_argument("--yes", action="store_true", help="do not ask")
    _json(install)
    remove = add("remove", "remove an installed set, or what was got of one")
    remove.add_argument("name", metavar="NAME")
    _json(remove)
    verify = add("verify", "hash the files again and compare with what was recorded")
    verify.add_argument("name", metavar="NAME", nargs="?", help="none: all that are installed")
    _json(verify)
    _import(add("import", "make a checkpoint of the authors' own file, with all parts in one"))


def _limit(parser: argparse.ArgumentParser, default: int) -> None:
    parser.add_argument(
        "--limit", type=_positive, default=default, metavar="N", help=f"at most N ({default})"
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return number
