"""The command ``photo-narrator``; nothing heavy here, because a spawned child imports it again."""

import sys
from argparse import Namespace
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the window or a command of the command line; returns the exit code."""
    from gallery import cli

    arguments = cli.parse(sys.argv[1:] if argv is None else argv)
    if arguments.command == "window":
        return cli.guarded(_open_window, arguments)
    return cli.guarded(cli.run, arguments)


def _open_window(arguments: Namespace) -> int:
    from gallery import screen
    from gallery.commands.session import program_options

    screen.require()
    from gallery import app  # Qt: where its libraries are missing, the screen is told of first

    options = program_options(arguments)
    return app.run(options, open_samples=arguments.samples, folders=arguments.folders)


if __name__ == "__main__":
    sys.exit(main())
