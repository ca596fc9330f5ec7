from pathlib import Path

import pytest

from engine.checkpoints import DescriberSet
from engine.protocol import CheckpointRef, Precision
from gallery.library.estimating import (
    PaceKeeper,
    count_photos,
    estimate,
    pace_name,
    pace_of,
    roughly,
)
from gallery.library.events import Progress, ProgressChanged
from gallery.library.machine_notes import MachineNotes


@pytest.fixture
def notes(tmp_path: Path) -> MachineNotes:
    return MachineNotes.beside(tmp_path / "catalog.sqlite")


@pytest.fixture
def describer(tmp_path: Path) -> DescriberSet:
    with (tmp_path / "model.safetensors").open("wb") as file:
        file.truncate(900_000_000)  # takes no room
    ref = CheckpointRef("base", "1", str(tmp_path))
    return DescriberSet("base", ref, ref, False, "", "")


def test_a_guess_follows_the_size_and_what_was_measured_replaces_it(
    notes: MachineNotes, describer: DescriberSet
) -> None:
    guess = pace_of(describer, Precision.EXACT, notes)
    rounded = pace_of(describer, Precision.INT8, notes)
    assert guess is not None
    assert rounded is not None
    assert rounded[0] < guess[0]
    assert not guess[1]
    keeper = PaceKeeper(notes, pace_name(describer, Precision.EXACT))
    keeper.hear(ProgressChanged(Progress("describing", 50, 100, per_second=4.0)))
    assert pace_of(describer, Precision.EXACT, notes) == guess, "it is still going on"
    keeper.hear(ProgressChanged(Progress("idle")))
    assert pace_of(describer, Precision.EXACT, notes) == (0.25, True)
    assert pace_of(describer, Precision.INT8, notes) == rounded
    assert pace_of(DescriberSet("none", None, None, False, "", ""), Precision.EXACT, notes) is None


def test_what_is_described_already_costs_nothing() -> None:
    found = estimate(Path("/photos"), 10_000, 4_000, (0.5, True))
    assert (found.to_describe, found.seconds, found.measured) == (6_000, 3_000.0, True)
    assert found.is_worth_asking
    assert found.space_bytes > 0
    assert not estimate(Path("/photos"), 2_000, 0, None).is_worth_asking


def test_counting_skips_what_is_left_out_and_ends_when_it_is_cancelled(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.png", "out/c.jpg", "notes.txt", ".hidden.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert count_photos(tmp_path) == 3
    assert count_photos(tmp_path, left_out=[tmp_path / "out"]) == 2
    assert count_photos(tmp_path, cancelled=lambda: True) == 0


def test_numbers_are_said_roughly() -> None:
    assert [roughly(n) for n in (0, 7, 123, 3_456, 23_418)] == [0, 7, 123, 3_460, 23_400]


def test_notes_that_are_rubbish_count_as_nothing(notes: MachineNotes, tmp_path: Path) -> None:
    (tmp_path / "catalog.sqlite.machine.json").write_bytes(b"[1, 2")
    assert notes.seconds_a_photo("x") is None
    assert notes.told_now("this")
    assert not notes.told_now("this")
