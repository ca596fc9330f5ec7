"""The engine as a library: what its page shows runs as it stands; importing it costs nothing."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_code_on_the_engines_page_runs() -> None:
    page = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    first, caption, last = done.stdout.splitlines()
    assert first.endswith(" 128")
    assert " in the snow " in caption
    assert "greedy" in caption
    assert last.endswith("(8, 8)")


def test_importing_the_package_imports_no_network() -> None:
    code = "import engine, engine.protocol, sys; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "False"
