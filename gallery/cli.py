"""The same program without a window: how a command is run, and what becomes of its errors."""

import logging
import pkgutil
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence

from gallery.arguments.program import program_parser
from gallery.errors import KnownError
from gallery.exit_codes import BUG, DONE, STOPPED, WRONG
from gallery.paths import log_path

_LOG = logging.getLogger(__name__)


def parse(argv: Sequence[str]) -> Namespace:
    """Return what was asked; exits with 2 and one sentence on stderr for wrong use."""
    parser = program_parser()
    arguments = parser.parse_args(list(argv))
    if arguments.command is None:
        arguments = parser.parse_args([*argv, "window"])
    return arguments


def run(arguments: Namespace) -> int:
    """Run a command that needs no window; returns the exit code."""
    from gallery.commands import terminal

    terminal.log_to_file(log_path())
    command: Callable[[Namespace], int] = pkgutil.resolve_name(arguments.runs)
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
