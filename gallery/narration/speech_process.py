"""The speech process: pyttsx3, used to write files only, kept away from the window."""

import logging
import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from engine.wire import Channel, settle_child
from gallery.errors import KnownError
from gallery.narration.speech_library import SpeechLibrary
from gallery.narration.speech_messages import CODEC, ListVoices, Refused, Said, Say, VoicesListed

_LOG = logging.getLogger(__name__)


def entry(connection: Connection) -> None:
    """Answer requests until end-of-file."""
    settle_child()
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - for good: pyttsx3 tells of every file
    channel = Channel(connection, CODEC)
    library: SpeechLibrary | None = None
    while True:
        try:
            request = channel.receive()
        except (EOFError, OSError):
            return
        try:
            library = library or SpeechLibrary()
            answer: object = _answer(library, request)
        except KnownError as error:
            answer = Refused(request.job, error.message, error.hint)
        except Exception as error:  # noqa: BLE001 - the roof of this process: told, and the next one is tried
            _LOG.exception("speech failed")
            answer = Refused(request.job, f"The voice failed: {error or repr(error)}.", "")
        try:
            channel.send(answer)
        except OSError:
            return


def _answer(library: SpeechLibrary, request: Say | ListVoices) -> Said | VoicesListed:
    if isinstance(request, ListVoices):
        return VoicesListed(request.job, library.voices, library.default_voice)
    duration_ms, words = library.say(
        request.text, Path(request.path), request.voice, request.rate_wpm
    )
    return Said(request.job, duration_ms, words)
