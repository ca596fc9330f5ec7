"""The catalog itself."""

from gallery.arguments.options import add_json
from gallery.arguments.parsers import Commands


def add_to(commands: Commands) -> None:
    """Add the commands."""
    add_json(
        commands.add("status", "tell how the catalog stands", runs="gallery.commands.status:status")
    )
