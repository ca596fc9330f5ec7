"""Which system libraries are missing, asked of ``ldd``, and which packages bring them.

Standard library only: the set-up script uses this before anything is installed, ``doctor`` later.
Qt's own message can name the wrong library; the dynamic linker knows.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libGLdispatch.so.0": "libglvnd0",
    "libOpenGL.so.0": "libopengl0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXrandr.so.2": "libxrandr2",
    "libXrender.so.1": "libxrender1",
    "libbrotlicommon.so.1": "libbrotli1",
    "libbrotlidec.so.1": "libbrotli1",
    "libbz2.so.1.0": "libbz2-1.0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libdrm.so.2": "libdrm2",
    "libexpat.so.1": "libexpat1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libgomp.so.1": "libgomp1",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libpng16.so.16": "libpng16-16",
    "libpulse.so.0": "libpulse0",
    "libpulse-mainloop-glib.so.0": "libpulse-mainloop-glib0",
    "libstdc++.so.6": "libstdc++6",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
"""The Debian package that brings each library (Debian 12's names)."""

WINDOW_LIBRARIES = (
    "libEGL.so.1",
    "libGL.so.1",
    "libdbus-1.so.3",
    "libfontconfig.so.1",
    "libfreetype.so.6",
    "libglib-2.0.so.0",
    "libpulse.so.0",
    "libxcb-cursor.so.0",
    "libxcb-icccm.so.4",
    "libxcb-image.so.0",
    "libxcb-keysyms.so.1",
    "libxcb-randr.so.0",
    "libxcb-render-util.so.0",
    "libxcb-shape.so.0",
    "libxcb-xkb.so.1",
    "libxkbcommon-x11.so.0",
    "libxkbcommon.so.0",
)
"""What Qt 6.11's window on X11 is known to need, to be asked for before Qt itself is there."""

_RENAMED_2024 = {"libglib2.0-0": "libglib2.0-0t64", "libpng16-16": "libpng16-16t64"}
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_NOT_FOUND = re.compile(r"^\s*(\S+) => not found", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Release:
    """Which Linux this is, from ``/etc/os-release``."""

    id: str
    version: str
    has_apt: bool

    @property
    def newer_names(self) -> bool:
        """Whether packages have the names of the 64-bit time change (Ubuntu 24.04, Debian 13)."""
        number = float(self.version) if re.fullmatch(r"\d+(\.\d+)?", self.version) else 99.0
        return number >= {"ubuntu": 24.04, "debian": 13.0}.get(self.id, 99.5)


def read_release(text: str | None = None) -> Release:
    """Return this machine's release, or the one that ``text`` (an os-release file) tells of."""
    if text is None:
        path = Path("/etc/os-release")
        text = path.read_text("utf-8", "replace") if path.is_file() else ""
    fields = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text, re.MULTILINE))
    return Release(
        fields.get("ID", ""), fields.get("VERSION_ID", ""), shutil.which("apt-get") is not None
    )


def package_names(libraries: Iterable[str], release: Release) -> tuple[list[str], list[str]]:
    """Return the packages that bring these libraries, and the libraries no package is known for."""
    packages: set[str] = set()
    unknown = []
    for library in libraries:
        package = PACKAGES.get(library)
        if package is None:
            unknown.append(library)
        else:
            packages.add(_RENAMED_2024.get(package, package) if release.newer_names else package)
    return sorted(packages), sorted(unknown)


def not_found(ldd_output: str) -> set[str]:
    """Return the names of the libraries that ``ldd`` did not find."""
    return set(_NOT_FOUND.findall(ldd_output))


def run_ldd(file: Path) -> str:
    """Return what ``ldd`` says of a file; empty where there is no ``ldd``."""
    try:
        answer = subprocess.run(
            ["ldd", str(file)], capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout


def missing_libraries(files: Iterable[Path], ldd: Callable[[Path], str] = run_ldd) -> set[str]:
    """Return the libraries that any of these files needs and the linker cannot find."""
    missing: set[str] = set()
    if sys.platform == "linux":
        for file in files:
            if file.is_file():
                missing |= not_found(ldd(file))
    return missing


def unknown_to_linker(libraries: Iterable[str], cache: str | None = None) -> list[str]:
    """Return those of the libraries that the linker's cache (``ldconfig -p``) does not list."""
    if cache is None:
        program = shutil.which("ldconfig", path=f"{os.environ.get('PATH', '')}:/sbin:/usr/sbin")
        if program is None:
            return []
        cache = subprocess.run([program, "-p"], capture_output=True, text=True, check=False).stdout
    known = set(re.findall(r"^\s+(\S+) \(", cache, re.MULTILINE))
    return [library for library in libraries if library not in known] if known else []


def qt_files(pyside: Path, *, screen: bool, wayland: bool = False) -> list[Path]:
    """Return the files of an installed PySide6 whose libraries the window needs.

    ``screen``: with the X11 plugin, and the Wayland one where ``wayland``; else offscreen only.
    """
    plugins = pyside / "Qt" / "plugins"
    files = [
        plugins / "platforms" / "libqoffscreen.so",
        *(pyside / f"{name}.abi3.so" for name in ("QtWidgets", "QtMultimedia")),
        *sorted((plugins / "multimedia").glob("*.so")),
    ]
    if screen:
        files.append(plugins / "platforms" / "libqxcb.so")
        files += sorted((plugins / "xcbglintegrations").glob("*.so"))
    if screen and wayland:
        files.append(plugins / "platforms" / "libqwayland.so")
    return files


def has_fonts() -> bool:
    """Whether any font lies where fontconfig looks (Qt draws empty boxes without one)."""
    return any(
        name.endswith((".ttf", ".otf", ".ttc", ".pfb", ".t1"))
        for folder in _FONT_FOLDERS
        for _, _, names in os.walk(Path(folder).expanduser())
        for name in names
    )


def install_command(packages: Iterable[str], *, as_root: bool) -> str:
    """Return the command that a person types to install Debian packages."""
    sudo = "" if as_root else "sudo "
    return f"{sudo}apt-get install -y --no-install-recommends {' '.join(packages)}"
