"""The program in the menu and the file manager of one person, only when it is asked for."""

import configparser
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from gallery.cli import parse, run
from gallery.commands.desktop import command_line
from gallery.paths import resources_dir

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="desktop files are Linux's")
DESKTOP = resources_dir() / "desktop"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return tmp_path / "share"


def entry(path: Path) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text("utf-8"))
    return parser["Desktop Entry"]


def files(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.rglob("photo-narrator*")}


def test_it_is_installed_and_removed_without_a_trace(home: Path) -> None:
    assert run(parse(["desktop", "--install"])) == 0
    assert files(home) == {
        "applications/photo-narrator.desktop",
        "icons/hicolor/scalable/apps/photo-narrator.svg",
        "metainfo/photo-narrator.metainfo.xml",
    }
    assert run(parse(["desktop", "--install"])) == 0, "again is no error"
    assert run(parse(["desktop", "--remove"])) == 0
    assert files(home) == set()


def test_removing_what_is_not_there_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parse(["desktop", "--remove"])) == 0
    assert "Nothing was installed" in capsys.readouterr().out
    assert not home.exists()


def test_the_installed_entry_starts_this_very_program_with_what_was_opened(home: Path) -> None:
    run(parse(["desktop", "--install"]))
    words = shlex.split(entry(home / "applications/photo-narrator.desktop")["Exec"])
    assert Path(words[0]).is_absolute()
    assert words[-2:] == ["window", "%F"]
    told = subprocess.run([*words[:-2], "--help"], capture_output=True, text=True, check=True)
    assert "photo-narrator" in told.stdout


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["/opt/photo narrator/run", "-m"], '"/opt/photo narrator/run" "-m"'),
        (["/a$b`c"], '"/a\\\\$b\\\\`c"'),
        (["100%"], '"100%%"'),
        (['say "hi"'], '"say \\\\"hi\\\\""'),
    ],
)
def test_odd_paths_are_quoted_as_the_specification_says(words: list[str], line: str) -> None:
    assert command_line(words) == line


def test_the_entry_names_its_icon_window_and_launchable() -> None:
    found = entry(DESKTOP / "photo-narrator.desktop")
    assert found["Icon"] == found["StartupWMClass"] == "photo-narrator"
    assert (resources_dir() / "icons" / "photo-narrator.svg").is_file()
    assert {"image/jpeg", "image/heic", "inode/directory"} <= set(found["MimeType"].split(";"))
    tree = ElementTree.parse(DESKTOP / "photo-narrator.metainfo.xml")
    assert tree.findtext("launchable") == "photo-narrator.desktop"


def test_the_entry_is_valid() -> None:
    tool = shutil.which("desktop-file-validate")
    if tool is None:
        pytest.skip("desktop-file-validate is not installed")
    subprocess.run([tool, str(DESKTOP / "photo-narrator.desktop")], check=True)


def test_the_description_for_software_centres_is_valid() -> None:
    tool = shutil.which("appstreamcli")
    if tool is None:
        pytest.skip("appstreamcli is not installed")
    words = [tool, "validate", "--no-net", str(DESKTOP / "photo-narrator.metainfo.xml")]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    # A name in reverse-domain form is warned of, and waits for a home page of the project.
    complaints = [line for line in told.stdout.splitlines() if line[:2] in ("E:", "W:")]
    assert [line for line in complaints if "cid-desktopapp-is-not-rdns" not in line] == []
    assert "photo-narrator" in told.stdout or told.returncode == 0
