"""``checkpoints import`` asks the engine's own program, in a process with torch."""

from pathlib import Path

import pytest

from gallery import cli
from gallery.commands import importing


def test_the_engine_is_asked_for_what_the_command_line_names() -> None:
    plain = cli.parse(["checkpoints", "import", "model.pth", "mine"])
    assert importing.options(plain) == ["--", "model.pth", "mine"]
    words = ["--vocabulary", "bert", "--image-size", "384"]
    named = cli.parse(["checkpoints", "import", "model.pth", "mine", *words])
    assert importing.options(named) == [*words, "--", "model.pth", "mine"]


def test_wrong_use_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for words in (["checkpoints"], ["checkpoints", "import", "model.pth"]):
        with pytest.raises(SystemExit):
            cli.parse(words)
    gone = cli.parse(["checkpoints", "import", str(tmp_path / "-gone.pth"), str(tmp_path / "x")])
    capfd.readouterr()
    assert cli.run(gone) == cli.WRONG
    assert "There is no file" in capfd.readouterr().err
