import subprocess
import sys

import pytest

_HEAVY = ("torch", "transformers", "safetensors", "huggingface_hub")


def _modules_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module", ["gallery.__main__", "gallery.program", "gallery.cli", "gallery.app"]
)
def test_the_gallery_never_loads_torch(module: str) -> None:
    loaded = _modules_after(f"import {module}")
    assert module in loaded
    assert not loaded.intersection(_HEAVY)


def test_the_program_below_the_window_never_loads_qt() -> None:
    assert not [name for name in _modules_after("import gallery.program") if "PySide6" in name]


def test_what_a_child_imports_again_is_light() -> None:
    """A spawned child imports the main module anew; it must cost nothing."""
    loaded = _modules_after("import gallery.__main__")
    assert not loaded.intersection({"PySide6", "sqlalchemy", "numpy", "PIL"})


def test_the_command_line_is_read_before_anything_heavy_is_loaded() -> None:
    loaded = _modules_after("from gallery import cli; cli.parse(['search', 'cat'])")
    assert "gallery.arguments.program" in loaded
    assert not loaded.intersection({"PySide6", "sqlalchemy", "numpy", "PIL", *_HEAVY})
    assert not [name for name in loaded if name.startswith("gallery.commands")]


def test_the_decoder_process_needs_no_database_and_no_torch() -> None:
    loaded = _modules_after("import gallery.processes.decoder_process")
    assert not loaded.intersection({"sqlalchemy", "PySide6", *_HEAVY})
