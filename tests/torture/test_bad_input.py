"""Bad files, fed to the whole program, briefly; ``python -m tests.torture`` feeds thousands."""

from pathlib import Path

from tests.torture.feeding import feed_mutated, feed_troublemakers


def test_spoiled_pictures_under_hostile_names_are_described_or_refused_with_a_reason(
    tmp_path: Path,
) -> None:
    figures = feed_mutated(tmp_path / "mutated", seed=5, files=60)
    assert figures.losses == []
    assert figures.facts["files"] == 60
    assert figures.facts["described"] > 5, "some are spoiled so little that they can be read"
    assert figures.facts["refused: unreadable"] > 5


def test_known_troublemakers_bring_nothing_down(tmp_path: Path) -> None:
    figures = feed_troublemakers(tmp_path / "troublemakers", heavy=False)
    assert figures.losses == []
    assert figures.facts["decoders that died and were started again"] == 0
    assert figures.facts["described"] > 20, "a picture with odd metadata is a picture"
