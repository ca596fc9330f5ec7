import argparse
import pkgutil

import pytest

from gallery.arguments.program import program_parser


def _commands() -> dict[str, argparse.ArgumentParser]:
    (action,) = [
        action
        for action in program_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    ]
    return dict(action.choices)


@pytest.mark.parametrize("name", _commands())
def test_what_runs_a_command_is_there_unless_it_is_the_window(name: str) -> None:
    runs = _commands()[name].get_default("runs")
    assert (runs is None) == (name == "window")
    assert runs is None or callable(pkgutil.resolve_name(runs))


@pytest.mark.parametrize("name", _commands())
def test_every_command_takes_the_catalog_and_tells_the_exit_codes(name: str) -> None:
    told = _commands()[name].format_help()
    assert "--catalog PATH" in told
    assert "130 stopped by Ctrl+C" in told


def test_a_command_of_several_actions_wants_one_of_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        program_parser().parse_args(["checkpoints"])
    assert stopped.value.code == 2
    assert capsys.readouterr().err == (
        "photo-narrator checkpoints: the following arguments are required: ACTION "
        "(see `photo-narrator checkpoints --help`)\n"
    )
