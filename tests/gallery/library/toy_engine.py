"""An engine that speaks the protocol without networks: what a photo does is told by its name.

It exists for what no real photo does on command: end the process, hang it, get no answer.
"""

import os
import signal
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from engine.protocol import (
    CODEC,
    Answered,
    Ask,
    BatchDone,
    Cancel,
    Candidate,
    Describe,
    Described,
    EmbedPicture,
    EmbedText,
    Failed,
    Guess,
    Locate,
    Located,
    Match,
    Matched,
    OpenDescriber,
    Opened,
    OpenFailed,
    PhotoTask,
    PictureEmbedded,
    Proposal,
    Propose,
    Proposed,
    Reason,
    RequestFailed,
    Score,
    Scored,
    TextEmbedded,
)
from engine.wire import Channel, settle_child

VECTOR = np.array([0.6, 0.8], "<f2").tobytes()


def serve(connection: Connection) -> None:
    settle_child()
    _Toy(Channel(connection, CODEC)).run()


class _Toy:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._lock = threading.Lock()
        self._cancelled: set[int] = set()
        self._batches: list[Describe] = []
        self._come = threading.Condition()

    def run(self) -> None:
        threading.Thread(target=self._work, daemon=True).start()
        while True:
            try:
                message = self._channel.receive()
            except EOFError:
                os._exit(0)
            match message:
                case OpenDescriber():
                    self._open(message)
                case Describe():
                    with self._come:
                        self._batches.append(message)
                        self._come.notify()
                case Cancel():
                    self._cancelled.add(message.job)
                case EmbedText():
                    self._embed(message)
                case _:
                    self._answer_on_photos(message)

    def _answer_on_photos(self, message: object) -> None:
        match message:
            case EmbedPicture():
                self._embed_picture(message)
            case Match():
                self._send(Matched(message.job, tuple(0.5 for _ in message.paths)))
            case Ask():
                self._answer(message)
            case Propose():
                self._propose(message)
            case Score():
                self._score(message)
            case Locate():
                self._locate(message)

    def _open(self, message: OpenDescriber) -> None:
        name = message.captioner.id if message.captioner else ""
        if name == "unusable":
            self._send(OpenFailed("The checkpoint is damaged.", "Copy it again."))
        else:
            shared = name != "apart"
            self._send(Opened("cpu", message.captioner, message.matcher, 2, shared_vision=shared))

    def _embed(self, message: EmbedText) -> None:
        if message.text == "deadly":
            os.kill(os.getpid(), signal.SIGKILL)
        elif message.text == "refused":
            self._send(RequestFailed(message.job, "no"))
        elif message.text != "ignored":
            self._send(TextEmbedded(message.job, VECTOR, ("zyx",)))

    def _embed_picture(self, message: EmbedPicture) -> None:
        if "bad" in message.path:
            self._send(RequestFailed(message.job, "The file is damaged."))
        elif "ignored" not in message.path:
            self._send(PictureEmbedded(message.job, VECTOR))

    def _answer(self, message: Ask) -> None:
        if message.question == "refused":
            self._send(RequestFailed(message.job, "No answerer is loaded."))
        elif message.question != "ignored":
            said = (Guess("a dog", 0.75), Guess("a cat", 0.25))
            answers = tuple(None if "bad" in path else said for path in message.paths)
            missed = (0.001,) if "penguin" in message.question else (0.9,)
            self._send(Answered(message.job, answers, "choices", ("zyx",), missed))

    def _propose(self, message: Propose) -> None:
        name = Path(message.paths[0]).stem
        if "deadly" in name:
            os.kill(os.getpid(), signal.SIGKILL)
        elif "refused" in name:
            self._send(RequestFailed(message.job, "There is not enough memory to answer."))
        elif "bad" in name:
            failure = Proposal((), Reason.UNREADABLE, "It is damaged.")
            self._send(Proposed(message.job, (failure,)))
        elif "ignored" not in name:
            searched = Candidate(f"a {name}", 0.6, "beam 3")
            words = [f"a {name} by draw {message.seed}.{n}" for n in range(message.candidates)]
            if message.beginning:
                searched, words = Candidate(f"{message.beginning} a {name}", 0.6, "begun"), []
            if "terse" in name:  # it has nothing else to say, whatever the seed
                words = words[:0]
            sampled = [Candidate(text, 0.3, f"nucleus 0.9, seed {message.seed}") for text in words]
            self._send(Proposed(message.job, (Proposal((searched, *sampled)),)))

    def _score(self, message: Score) -> None:
        if "refused" in message.texts:
            self._send(RequestFailed(message.job, "no"))
            return
        if any("ignored" in path for path in message.paths):
            return
        unknown = tuple(("zyx",) if "zyx" in text else () for text in message.texts)
        scores = tuple(
            None
            if words or "bad" in path
            else 0.95
            if "right" in text or "fitting" in path
            else 0.05
            for text, path, words in zip(message.texts, message.paths, unknown, strict=True)
        )
        self._send(Scored(message.job, scores, unknown))

    def _locate(self, message: Locate) -> None:
        if message.word == "refused":
            self._send(RequestFailed(message.job, "There is no such word."))
        else:
            heat = np.array([0.5, 1.0], "<f4").tobytes()
            self._send(Located(message.job, 1, 2, 0.5, heat))

    def _work(self) -> None:
        while True:
            with self._come:
                self._come.wait_for(lambda: self._batches)
                batch = self._batches.pop(0)
            for task in batch.photos:
                if batch.job not in self._cancelled:
                    self._describe(batch.job, task)
            self._send(BatchDone(batch.job, 0.0))
            for task in batch.photos:
                if "late" in Path(task.path).name:
                    self._send(_said(batch.job, task.photo_id, "a late word"))

    def _describe(self, job: int, task: PhotoTask) -> None:
        name = Path(task.path).name
        if "poison" in name:
            os.kill(os.getpid(), signal.SIGKILL)
        if "hang" in name:
            time.sleep(3600)
        if "slow" in name:
            time.sleep(0.05)
        if "laborious" in name:
            time.sleep(1.0)
        if "silent" in name:
            return
        if "bad" in name:
            self._send(Failed(job, task.photo_id, Reason.UNREADABLE, "It is damaged."))
            return
        caption = f"a {Path(name).stem}" if task.caption else None
        vector = VECTOR if task.vector else b""
        said = Described(job, task.photo_id, caption, 0.5, "greedy", vector)
        if "strange" in name:  # of a photo and of a batch that nobody asked about
            self._send(_said(job, task.photo_id + 1_000_000, "a stranger"))
            self._send(_said(job + 1_000_000, task.photo_id, "a stranger"))
            self._send(BatchDone(job + 1_000_000, 0.0))
        self._send(said)
        if "twice" in name:
            self._send(said)

    def _send(self, message: object) -> None:
        with self._lock:
            self._channel.send(message)


def _said(job: int, photo_id: int, caption: str) -> Described:
    return Described(job, photo_id, caption, 0.5, "greedy", VECTOR)
