from pathlib import Path

import pytest

from gallery import system_libraries as libraries

DEBIAN_12 = libraries.read_release('ID=debian\nVERSION_ID="12"\n')
UBUNTU_24 = libraries.read_release('ID=ubuntu\nVERSION_ID="24.04"\n')
DEBIAN_SID = libraries.read_release("ID=debian\n")

LDD = """\
\tlinux-vdso.so.1 (0x00007ffd)
\tlibQt6XcbQpa.so.6 => /x/PySide6/Qt/lib/libQt6XcbQpa.so.6 (0x00007f)
\tlibxcb-icccm.so.4 => not found
\tlibglib-2.0.so.0 => not found
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)
"""


def test_ldd_tells_what_is_not_found() -> None:
    assert libraries.not_found(LDD) == {"libxcb-icccm.so.4", "libglib-2.0.so.0"}


def test_the_packages_have_debians_names() -> None:
    packages, unknown = libraries.package_names(libraries.not_found(LDD), DEBIAN_12)
    assert packages == ["libglib2.0-0", "libxcb-icccm4"]
    assert unknown == []


@pytest.mark.parametrize("release", [UBUNTU_24, DEBIAN_SID])
def test_newer_releases_renamed_glib(release: libraries.Release) -> None:
    assert libraries.package_names({"libgthread-2.0.so.0"}, release)[0] == ["libglib2.0-0t64"]


def test_a_library_that_no_package_is_known_for_is_told() -> None:
    assert libraries.package_names({"libmystery.so.7"}, DEBIAN_12) == ([], ["libmystery.so.7"])


def test_every_library_a_window_needs_has_a_package() -> None:
    assert libraries.package_names(libraries.WINDOW_LIBRARIES, DEBIAN_12)[1] == []


def test_every_file_is_asked_about(tmp_path: Path) -> None:
    files = [tmp_path / "a.so", tmp_path / "b.so", tmp_path / "absent.so"]
    for file in files[:2]:
        file.touch()
    says = {"a.so": "\tlibone.so.1 => not found\n", "b.so": "\tlibtwo.so.2 => not found\n"}
    missing = libraries.missing_libraries(files, ldd=lambda file: says[file.name])
    assert missing == {"libone.so.1", "libtwo.so.2"}


def test_the_linkers_cache_is_read() -> None:
    cache = "2 libs found\n\tlibGL.so.1 (libc6,x86-64) => /lib/libGL.so.1\n"
    assert libraries.unknown_to_linker(["libGL.so.1", "libEGL.so.1"], cache) == ["libEGL.so.1"]


def test_an_empty_cache_proves_nothing() -> None:
    assert libraries.unknown_to_linker(["libGL.so.1"], "") == []


def test_the_command_is_one_to_copy() -> None:
    command = libraries.install_command(["libgl1", "libegl1"], as_root=False)
    assert command == "sudo apt-get install -y --no-install-recommends libgl1 libegl1"


def test_the_real_qt_here_lacks_nothing() -> None:
    import PySide6

    files = libraries.qt_files(Path(PySide6.__file__).parent, screen=True)
    assert all(file.is_file() for file in files)
    assert libraries.missing_libraries(files) == set()
