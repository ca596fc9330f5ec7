"""``locate``: where in a photo a word is seen. Nothing is stored, no catalog is opened."""

from argparse import Namespace
from pathlib import Path

from engine.checkpoints import DescriberSet
from gallery.commands import heat as heat_maps
from gallery.commands import terminal
from gallery.commands.captioning import refuse_sample
from gallery.commands.catalogs import absolute, chosen_device
from gallery.commands.describers import chosen_set
from gallery.domain import Failure
from gallery.errors import KnownError
from gallery.library.decoder import DecoderClient
from gallery.library.engine_client import EngineClient
from gallery.library.events import EventBus
from gallery.library.locating import Place
from gallery.library.locating import locate as ask_where
from gallery.library.reliance import is_unsure

_SHOWN_PX = 1600
_UNLIKELY = 0.1  # of texts below it 99.7 % or more were untrue on the sample's held-out scenes


def locate(arguments: Namespace) -> int:
    """Print score, path and place, and write the photo with its heat map where that is wanted."""
    photo = absolute(arguments.photo)
    out = absolute(arguments.out) if arguments.out else None
    describer = chosen_set(arguments)
    _check(describer, photo, arguments, out)
    found = _found(describer, photo, arguments)
    heat = found.heat
    if out is not None:
        heat_maps.write_lit(_picture(photo), heat, out)
    place = heat_maps.place_in_words(heat)
    if arguments.json:
        terminal.result_json(
            {
                "described_by": describer.name,
                "path": str(arguments.photo),
                "text": arguments.text or arguments.word,
                "word": arguments.word,
                "score": found.score,
                "place": place,
                "unsure": is_unsure(describer, photo),
                "grid": [[round(value, 4) for value in row] for row in heat.tolist()],
                "picture": str(arguments.out) if arguments.out else None,
            }
        )
        return 0
    terminal.result(f"{found.score:.3f}\t{terminal.shown(arguments.photo)}\t{place}")
    if found.score < _UNLIKELY:
        terminal.note(
            f"The describer doubts that “{arguments.text or arguments.word}” is there at all."
        )
    return 0


def _check(describer: DescriberSet, photo: Path, arguments: Namespace, out: Path | None) -> None:
    refuse_sample(describer, [photo], named=arguments.checkpoint is not None)
    if not arguments.word.strip():
        raise KnownError("There is no word to look for.", "Name one.")
    if not photo.is_file():
        raise KnownError(f"There is no photo {arguments.photo}.", "Check its name.")
    if out is not None:
        heat_maps.check_target(out, photo)


def _found(describer: DescriberSet, photo: Path, arguments: Namespace) -> Place:
    client = EngineClient(describer, EventBus(), device=chosen_device(arguments))
    try:
        return ask_where(client, arguments.text, arguments.word, photo)
    finally:
        client.stop()


def _picture(photo: Path) -> bytes:
    """The photo, upright, decoded where a hostile file does no harm."""
    decoder = DecoderClient()
    try:
        shown = decoder.picture(photo, _SHOWN_PX)
    finally:
        decoder.stop()
    if isinstance(shown, Failure):
        raise KnownError(shown.detail)
    return shown
