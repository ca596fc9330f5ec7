"""What this computer has is asked of a real engine process, and nothing is loaded for it."""

import threading
from pathlib import Path

import pytest

from engine.checkpoints import DescriberSet
from engine.protocol import CheckpointRef, Precision
from gallery.errors import KnownError
from gallery.library.engine_survey import EngineSurvey
from tests.gallery.library import toy_engine

_REF = CheckpointRef("nobody", "1", "/nowhere")
_SET = DescriberSet("toy", _REF, _REF, False, "", "", None)


def test_the_processor_is_there_with_exact_numbers_though_the_checkpoint_is_not() -> None:
    devices = EngineSurvey().ask(_SET)
    processor = devices[-1]
    assert processor.name == "cpu"
    assert processor.precisions[0] is Precision.EXACT
    assert processor.refused == ()


def test_a_process_that_does_not_tell_is_a_sentence() -> None:
    with pytest.raises(KnownError, match="did not answer in time"):
        EngineSurvey(entry=toy_engine.serve).ask(_SET, timeout_s=0.2)


def test_who_waits_is_let_go_when_the_program_closes(tmp_path: Path) -> None:
    survey, told = EngineSurvey(entry=toy_engine.serve), []

    def ask() -> None:
        try:
            survey.ask(_SET, timeout_s=60)
        except KnownError as error:
            told.append(error.message)

    waiting = threading.Thread(target=ask)
    waiting.start()
    survey.stop()
    waiting.join(10)
    assert not waiting.is_alive()
    assert "being closed" in told[0]
