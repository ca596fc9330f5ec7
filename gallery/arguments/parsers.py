"""Parsers that tell wrong use in one sentence, and what a topic adds its commands to."""

import argparse
from typing import NoReturn

from gallery import exit_codes


class Parser(argparse.ArgumentParser):
    """Tells wrong use in one sentence, its own and that of its commands."""

    def error(self, message: str) -> NoReturn:
        """Exit with the code of wrong use, after one line on stderr."""
        self.exit(exit_codes.WRONG, f"{self.prog}: {message} (see `{self.prog} --help`)\n")


class Commands:
    """The commands of the program, each with the options that all of them have."""

    def __init__(self, parser: Parser, common: Parser) -> None:
        """``common`` holds the options that may stand after each command too."""
        self._common = common
        self._added = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)

    def add(self, name: str, text: str, *, runs: str | None) -> Parser:
        """Return the parser of a new command.

        ``text`` describes it in the help. ``runs`` is the ``module:function`` that takes the
        arguments and returns the exit code; it is imported when the command is asked for, so that
        `doctor` also runs where the others cannot. None: what needs a window.
        """
        added = self._added.add_parser(
            name,
            help=text,
            description=text,
            parents=[self._common],
            epilog=exit_codes.IN_WORDS,
        )
        added.set_defaults(runs=runs)
        return added

    def actions_of(self, command: Parser) -> "Actions":
        """Return what a command of several actions adds them to; one of them has to be named."""
        return Actions(command, self._common)


class Actions:
    """The actions of one command, as in ``checkpoints list``; told apart by ``action``."""

    def __init__(self, command: Parser, common: Parser) -> None:
        self._common = common
        self._added = command.add_subparsers(
            dest="action", metavar="ACTION", required=True, parser_class=Parser
        )

    def add(self, name: str, text: str) -> Parser:
        """Return the parser of a new action; ``text`` describes it in the help."""
        return self._added.add_parser(name, help=text, description=text, parents=[self._common])
