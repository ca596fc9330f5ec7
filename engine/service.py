"""The engine's threads: one opens and describes, one embeds queries, one matches and answers.

A text is answered while a batch runs: the networks keep no state between calls, so two threads
may be inside them.
"""

import importlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from engine.batches import Batches
from engine.checkpoints import CheckpointError
from engine.describer import CannotAnswerError, Describer, ModelInfo, Picture, Wish
from engine.images import DecodeError
from engine.mailbox import Mailbox
from engine.proposing import proposed, scored
from engine.protocol import (
    Answered,
    Ask,
    Describe,
    DeviceFound,
    EmbedPicture,
    EmbedText,
    Guess,
    Leave,
    Locate,
    Located,
    Match,
    Matched,
    OpenDescriber,
    Opened,
    OpenFailed,
    PictureEmbedded,
    Propose,
    RequestFailed,
    Score,
    Survey,
    Surveyed,
    TextEmbedded,
)

_LOG = logging.getLogger(__name__)
_DECODERS = 2
_MATCH_AT_ONCE = 4
_COURTESY_S = 5.0  # so long a step of a batch waits for a person, and then goes on all the same
_NO_MATCHER = "Searching by meaning needs a matcher, and none is loaded."
_NOTHING_LOADED = "No describer is loaded."
_NO_PLACES = "Telling where something is needs a matcher, and none is loaded."
_NO_ANSWERER = "Answering questions needs an answerer, and none is loaded."
_NO_MEMORY = "There is not enough memory to answer."
_BUG = "The describer could not answer because of an error in the program."

Open = Callable[[OpenDescriber], Describer]


class Service:
    """Answers what is in a mailbox through ``send`` (which may be called from any thread)."""

    def __init__(
        self, mailbox: Mailbox, send: Callable[[object], None], *, open_: Open | None = None
    ) -> None:
        """``open_`` loads a describer; BLIP's by default."""
        self._mailbox, self._send = mailbox, send
        self._open = open_ or _open_blip
        self._describer: Describer | None = None
        self._settled = threading.Event()

    def run(self) -> None:
        """Serve until :class:`Leave`."""
        for answer in (self._embed_texts, self._match_texts):
            threading.Thread(target=answer, name=answer.__name__, daemon=True).start()
        try:
            self._describe()
        finally:
            self._mailbox.close()

    def _describe(self) -> None:
        with ThreadPoolExecutor(_DECODERS, thread_name_prefix="decoder") as pool:
            batches = Batches(self._mailbox, self._send, pool)
            while True:
                message = None
                if batches.idle or not self._mailbox.work.empty():
                    message = self._mailbox.work.get()
                if isinstance(message, Leave):
                    return
                if isinstance(message, OpenDescriber):
                    batches.use(self._opened(message))
                elif isinstance(message, Survey):
                    self._send(_surveyed(message))
                elif isinstance(message, Describe):
                    batches.add(message)
                else:
                    self._mailbox.give_way(_COURTESY_S)
                    batches.advance()

    def _opened(self, message: OpenDescriber) -> Describer | None:
        self._describer = None
        try:
            self._describer = self._open(message)
        except CheckpointError as error:
            self._send(OpenFailed(error.message, error.hint))
        except MemoryError:
            text = "There is not enough memory to load the describer."
            self._send(OpenFailed(text, "Close other programs, or use a smaller checkpoint."))
        except Exception as error:  # noqa: BLE001 - a library that does not load must be told
            _LOG.exception("Loading failed")
            text = f"The describer could not be loaded: {type(error).__name__}: {error}."
            self._send(OpenFailed(text, "Install the program again, or report this."))
        else:
            self._send(_opened_message(self._describer.info))
        self._settled.set()
        return self._describer

    def _embed_texts(self) -> None:
        while (message := self._mailbox.texts.get()) is not None:
            if self._mailbox.is_cancelled(message.job):  # the person typed on
                self._mailbox.done(message.job)
            elif isinstance(message, EmbedPicture):
                self._answer(message.job, partial(_embed_picture, message))
            else:
                self._answer(message.job, partial(_embed, message))

    def _match_texts(self) -> None:
        while (message := self._mailbox.matches.get()) is not None:
            cancelled = partial(self._mailbox.is_cancelled, message.job)
            if isinstance(message, Ask):
                self._answer(message.job, partial(self._ask, message))
            elif isinstance(message, Propose):
                self._answer(message.job, partial(proposed, message, cancelled))
            elif isinstance(message, Score):
                self._answer(message.job, partial(scored, message, cancelled))
            elif isinstance(message, Locate):
                self._answer(message.job, partial(_locate, message))
            else:
                self._answer(message.job, partial(self._match, message))

    def _answer(self, job: int, answer: Callable[[Describer], object]) -> None:
        self._settled.wait()
        describer = self._describer
        if describer is None:
            result: object = RequestFailed(job, _NOTHING_LOADED)
        else:
            try:
                result = answer(describer)
            except CheckpointError as error:
                result = RequestFailed(job, f"{error.message} {error.hint}".strip())
            except MemoryError:
                result = RequestFailed(job, _NO_MEMORY)
            except CannotAnswerError as error:
                result = RequestFailed(job, str(error))
            except DecodeError as error:
                result = RequestFailed(job, error.detail)
            except Exception:  # noqa: BLE001 - the roof of this thread
                _LOG.exception("Request %d failed", job)
                result = RequestFailed(job, _BUG)
        self._mailbox.done(job)
        self._send(result)

    def _match(self, message: Match, describer: Describer) -> Matched:
        _require(describer.info.matcher, _NO_MATCHER)
        scores: list[float | None] = []
        for start in range(0, len(message.paths), _MATCH_AT_ONCE):
            paths = message.paths[start : start + _MATCH_AT_ONCE]
            if self._mailbox.is_cancelled(message.job):
                scores += [None] * len(paths)
                continue
            pictures = [_prepared(describer, path) for path in paths]
            there = [picture for picture in pictures if picture is not None]
            found = iter(describer.match(message.text, there))
            scores += [None if picture is None else next(found) for picture in pictures]
        return Matched(message.job, tuple(scores))

    def _ask(self, message: Ask, describer: Describer) -> Answered:
        _require(describer.info.answerer, _NO_ANSWERER)
        answers: list[tuple[Guess, ...] | None] = []
        presence: list[float | None] = []
        settings, unknown = "", tuple[str, ...]()
        for path in message.paths:
            wanted = not self._mailbox.is_cancelled(message.job)
            picture = _prepared(describer, path) if wanted else None
            if picture is None:
                answers.append(None)
                presence.append(None)
                continue
            reply = describer.ask(message.question, [picture], message.choices)
            settings, unknown = reply.settings, reply.unknown_words
            (said,) = reply.answers
            answers.append(tuple(Guess(answer.text, answer.probability) for answer in said))
            presence.append(reply.presence[0] if reply.presence else None)
        return Answered(message.job, tuple(answers), settings, unknown, tuple(presence))


def _require(part: object | None, otherwise: str) -> None:
    if part is None:
        raise CheckpointError(otherwise)


def _embed(message: EmbedText, describer: Describer) -> TextEmbedded:
    _require(describer.info.matcher, _NO_MATCHER)
    query = describer.embed_text(message.text)
    blob = b"" if query.vector is None else query.vector.astype("<f2").tobytes()
    return TextEmbedded(message.job, blob, query.unknown_words)


def _embed_picture(message: EmbedPicture, describer: Describer) -> PictureEmbedded:
    _require(describer.info.matcher, _NO_MATCHER)
    picture = describer.prepare(Path(message.path))
    (seen,) = describer.describe([picture], [Wish(caption=False, vector=True)])
    assert seen.vector is not None
    return PictureEmbedded(message.job, seen.vector.astype("<f2").tobytes())


def _locate(message: Locate, describer: Describer) -> Located:
    _require(describer.info.matcher, _NO_PLACES)
    picture = describer.prepare(Path(message.path))
    found = describer.locate(message.text, message.word, picture)
    rows, columns = found.heat.shape
    heat = found.heat.astype("<f4").tobytes()
    return Located(message.job, rows, columns, found.score, heat)


def _opened_message(info: ModelInfo) -> Opened:
    return Opened(info.device, info.captioner, info.matcher, info.vector_size, info.shared_vision)


def _prepared(describer: Describer, path: str) -> Picture | None:
    try:
        return describer.prepare(Path(path))
    except DecodeError:
        return None


def _surveyed(message: Survey) -> Surveyed:
    blip = importlib.import_module("engine.blip.surveying")
    refs = (message.captioner, message.matcher, message.answerer)
    devices: tuple[DeviceFound, ...] = blip.devices_found(refs)
    return Surveyed(devices)


def _open_blip(message: OpenDescriber) -> Describer:
    blip = importlib.import_module("engine.blip.describer")
    describer: Describer = blip.BlipDescriber(
        message.captioner,
        message.matcher,
        message.device,
        message.answerer,
        precision=message.precision,
    )
    return describer
