"""What a screen reader gets, told by AT-SPI; and keys as a person presses them.

Runs under the system's python3, which has pyatspi, on a screen and a session bus of its own.
"""

import subprocess
import time

import pyatspi
from gi.repository import GLib

LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
PATIENCE_S = 60.0
FOCUSED, SHOWING = pyatspi.STATE_FOCUSED, pyatspi.STATE_SHOWING


class Reader:
    """The program as it is heard: its tree, what has the focus, what was announced."""

    def __init__(self, command):
        """Start the accessibility bus, a window manager (else nothing gets the focus), and it."""
        self.announced = []
        self.application = None
        self._helpers = [
            subprocess.Popen([LAUNCHER, "--launch-immediately"]),
            _window_manager(),
        ]
        pyatspi.Registry.registerEventListener(self._on_announcement, "object:announcement")
        self._program = subprocess.Popen(command)

    def attend(self, name):
        """Wait for the program on the accessibility bus."""

        def found():
            for each in pyatspi.Registry.getDesktop(0):
                if each is not None and each.name == name:
                    self.application = each
            return self.application

        self.wait(found, f"{name} on the accessibility bus")

    def wait(self, condition, what, patience_s=PATIENCE_S):
        """Ask until there is an answer, which is returned."""
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            while GLib.MainContext.default().iteration(False):
                pass
            if self._program.poll() is not None:
                raise SystemExit(f"the program ended with {self._program.returncode}")
            try:
                found = condition()
            except Exception:  # the object went while it was looked at
                found = None
            if found:
                return found
            time.sleep(0.05)
        focus = f"{self.focus_words()} has the focus"
        raise SystemExit(f"waited too long for {what}; {focus}; shown:\n{self.screen_words()}")

    def everything(self):
        """Every object, parents first, with its depth."""
        waiting = [(self.application, 0)]
        while waiting:
            each, depth = waiting.pop()
            if each is None:
                continue
            yield each, depth
            try:
                inner = [each.getChildAtIndex(i) for i in reversed(range(each.childCount))]
            except GLib.GError:  # it went while it was looked at
                continue
            waiting.extend((child, depth + 1) for child in inner)

    def shown(self, name, role=None):
        """The first object on the screen of this name."""
        for each, _ in self.everything():
            if (
                each.name == name
                and (role is None or each.getRole() == role)
                and has(each, SHOWING)
            ):
                return each
        return None

    def shown_role(self, role, part):
        """The first object on the screen of this role whose name holds ``part``."""
        for each, _ in self.everything():
            if each.getRole() == role and part in each.name and has(each, SHOWING):
                return each
        return None

    def focus(self):
        """What has the focus: of a list that has it, the item."""
        focused = [each for each, _ in self.everything() if has(each, FOCUSED)]
        real = [each for each in focused if _is_focus(each)]
        return real[-1] if real else None

    def focus_words(self):
        """The focus in words, for a person who looks why it failed."""
        try:
            focus = self.focus()
        except Exception as error:
            return repr(error)
        return "nothing" if focus is None else f"{focus.getRoleName()} {focus.name!r}"

    def screen_words(self):
        """What is shown, for a person who looks why it failed."""
        shown = [(each, depth) for each, depth in self.everything() if has(each, SHOWING)]
        return "\n".join(
            f"{'  ' * d}{e.getRoleName()} {e.name!r} {e.description!r}" for e, d in shown
        )

    def press(self, *keys):
        """Keys, such as ctrl+f, where the keys go."""
        subprocess.run(["xdotool", "key", "--clearmodifiers", "--delay", "40", *keys], check=True)

    def write(self, text):
        """Type a text."""
        subprocess.run(["xdotool", "type", "--clearmodifiers", "--delay", "15", text], check=True)

    def close(self):
        """End the program and the rest."""
        for child in (self._program, *self._helpers):
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _on_announcement(self, event):
        self.announced.append(str(event.any_data))


def _window_manager():
    """Start it again until it stays: the screen may not be there yet."""
    for _ in range(20):
        manager = subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL)
        try:
            manager.wait(1.0)
        except subprocess.TimeoutExpired:
            return manager
    raise SystemExit("openbox does not stay")


def _is_focus(each):
    """Qt calls the current item of every list focused, be its list so or not."""
    items = (pyatspi.ROLE_LIST_ITEM, pyatspi.ROLE_TREE_ITEM, pyatspi.ROLE_TABLE_CELL)
    try:
        return each.getRole() not in items or has(each.parent, FOCUSED)
    except GLib.GError:
        return False


def has(each, state):
    """Whether an object is in this state."""
    try:
        return each is not None and each.getState().contains(state)
    except GLib.GError:  # it went while it was looked at
        return False
