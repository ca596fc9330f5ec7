"""``ask``: a question about a photo file. Nothing is stored, no catalog is opened."""

from argparse import Namespace

from engine.match_bands import MatchWord
from gallery.commands import terminal
from gallery.commands.captioning import refuse_sample
from gallery.commands.catalogs import absolute, chosen_device, chosen_precision
from gallery.commands.describers import chosen_set
from gallery.library.asking import PhotoAnswer, ask_photo
from gallery.library.engine_client import EngineClient
from gallery.library.events import EventBus

_SURE = {
    MatchWord.CERTAIN: "almost certain",
    MatchWord.PROBABLY: "probably right",
    MatchWord.UNSURE: "unsure",
}


def ask(arguments: Namespace) -> int:
    """Print the answer, or each choice with its share, the likeliest first."""
    path = absolute(arguments.photo)
    describer = chosen_set(arguments)
    if describer.answerer is not None:
        refuse_sample(describer, [path], named=arguments.checkpoint is not None)
    client = EngineClient(
        describer,
        EventBus(),
        device=chosen_device(arguments),
        precision=chosen_precision(arguments),
        idle_s=None,
    )
    try:
        answer = ask_photo(client, path, arguments.question, arguments.choice)
    finally:
        client.stop()
    if arguments.json:
        terminal.result_json({"path": str(arguments.photo)} | _as_json(answer))
    else:
        _tell(answer)
    return 0


def _as_json(answer: PhotoAnswer) -> dict[str, object]:
    return {
        "question": answer.question,
        "answers": [
            {"text": guess.text, "probability": guess.probability} for guess in answer.guesses
        ],
        "is_guess": True,
        "settings": answer.settings,
        "answered_by": answer.answered_by,
        "unsure": answer.unsure,
        "sure": str(answer.sure),
        "may_not_show": answer.may_not_show or None,
        "unknown_words": list(answer.unknown_words),
    }


def _tell(answer: PhotoAnswer) -> None:
    for place, guess in enumerate(answer.guesses):
        text = terminal.shown(guess.text) or "nothing that can be put in words"
        how_sure = "" if place else f", {_SURE[answer.sure]}"  # of the likeliest one
        terminal.result(f"{guess.probability:.3f}\ta guess{how_sure}: {text}")
    if answer.may_not_show:
        terminal.note(f"The photo may not show “{terminal.shown(answer.may_not_show)}” at all.")
    if answer.unknown_words:
        words = ", ".join(f"“{terminal.shown(word)}”" for word in answer.unknown_words)
        terminal.note(f"The describer “{answer.answered_by}” does not know {words}.")
