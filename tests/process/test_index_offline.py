import os
import subprocess
import sys
from pathlib import Path

from tests.drawn import draw_many

_REPOSITORY = Path(__file__).resolve().parents[2]
_WATCH = Path(__file__).parent / "no_network"

_DELIBERATE = """
import multiprocessing, urllib.request
from tests.process.test_index_offline import phone_home
if __name__ == "__main__":
    phone_home()
    child = multiprocessing.get_context("spawn").Process(target=phone_home)
    child.start()
    child.join()
"""


def phone_home() -> None:
    """Open a connection, as a careless library would."""
    import urllib.request

    try:
        urllib.request.urlopen("http://127.0.0.1:9/", timeout=1)
    except OSError:
        return


def _watched(log: Path, *arguments: str) -> list[str]:
    """Run Python with every way out noted and refused, in its children too; what was noted."""
    path = os.pathsep.join([str(_WATCH), str(_REPOSITORY)])
    environment = {**os.environ, "PYTHONPATH": path, "WATCHED_CONNECTIONS": str(log)}
    subprocess.run(
        [sys.executable, *arguments], cwd=_REPOSITORY, env=environment, check=True, timeout=200
    )
    return log.read_text().splitlines() if log.exists() else []


def test_the_main_job_opens_no_connection(tmp_path: Path) -> None:
    draw_many(tmp_path / "photos", 4)
    job = ["-m", "tests.process.main_job", str(tmp_path / "catalog.sqlite")]
    noted = _watched(tmp_path / "log", *job, str(tmp_path / "photos"), "--then-search")
    assert noted == []


def test_a_deliberate_connection_is_noticed_in_the_program_and_in_its_child(
    tmp_path: Path,
) -> None:
    script = tmp_path / "deliberate.py"
    script.write_text(_DELIBERATE)
    noted = _watched(tmp_path / "log", str(script))
    assert len({line.split()[0] for line in noted}) == 2
