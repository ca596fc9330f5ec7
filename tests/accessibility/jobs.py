"""Jobs done by ear: keys go in, and nothing is known but what AT-SPI tells.

``python3 jobs.py walk|main_job RESULT.json PHOTOS PROGRAM...`` by the system's python3.
"""

import json
import sys
from pathlib import Path

import pyatspi
from reader import FOCUSED, SHOWING, Reader, has

#: What a person operates; each has to say what it is.
CONTROLS = {
    pyatspi.ROLE_PUSH_BUTTON,
    pyatspi.ROLE_TOGGLE_BUTTON,
    pyatspi.ROLE_CHECK_BOX,
    pyatspi.ROLE_RADIO_BUTTON,
    pyatspi.ROLE_COMBO_BOX,
    pyatspi.ROLE_ENTRY,
    pyatspi.ROLE_TEXT,
    pyatspi.ROLE_SPIN_BUTTON,
    pyatspi.ROLE_SLIDER,
    pyatspi.ROLE_PROGRESS_BAR,
    pyatspi.ROLE_LIST,
    pyatspi.ROLE_LIST_ITEM,
    pyatspi.ROLE_TREE,
    pyatspi.ROLE_TREE_ITEM,
    pyatspi.ROLE_TABLE,
    pyatspi.ROLE_TABLE_CELL,
    pyatspi.ROLE_PAGE_TAB,
    pyatspi.ROLE_MENU_ITEM,
    pyatspi.ROLE_CHECK_MENU_ITEM,
    pyatspi.ROLE_MENU,
    pyatspi.ROLE_DIALOG,
    pyatspi.ROLE_LINK,
}
WORDS = "Grandmother and the sea"


def walk(reader, photos):
    """Every screen, and on it every control that is shown and does not say its name."""
    found = {}

    def look(screen):
        # Asked again where something went while it was looked at.
        found[screen] = reader.wait(seen, f"a whole look at {screen}")

    def seen():
        shown = [each for each, _ in reader.everything() if has(each, SHOWING)]
        controls = [each for each in shown if each.getRole() in CONTROLS]
        return {
            "objects": len(shown),
            "controls": len(controls),
            "nameless": [where(each) for each in controls if not each.name.strip()],
            "unreachable": [where(each) for each in controls if is_unreachable(each)],
            "has_focus": reader.focus() is not None,
        }

    reader.wait(lambda: reader.shown("Try the sample gallery"), "the first screen")
    look("first screen")
    add_folder(reader, photos)
    described(reader)
    look("photos")
    reader.press("ctrl+f")
    reader.write("dog")
    reader.wait(lambda: dogs_first(reader), "dogs first")
    look("search")
    reader.press("Escape")
    reach(reader, ", photo ")
    reader.press("Return")
    reader.wait(lambda: reader.shown("Next photo (Space)"), "the viewer")
    look("viewer")
    reader.press("F2")
    reader.wait(lambda: has(reader.shown("Caption", pyatspi.ROLE_TEXT), FOCUSED), "the editor")
    look("editor")
    reader.press("Escape", "Escape")
    reader.wait(lambda: reader.shown_role(pyatspi.ROLE_LIST_ITEM, "photo 1 of"), "the grid")
    reader.press("ctrl+comma")
    reader.wait(lambda: reader.shown_role(pyatspi.ROLE_DIALOG, ""), "the settings")
    look("settings")
    reader.press("Escape")
    reader.press("F1")
    reader.wait(lambda: reader.shown_role(pyatspi.ROLE_DIALOG, ""), "the keys")
    look("keys")
    reader.press("Escape")
    return found


def main_job(reader, photos):
    """Add a folder, search, open, correct, narrate; what was heard on the way."""
    heard = {}
    reader.wait(lambda: reader.shown("Try the sample gallery"), "the first screen")
    add_folder(reader, photos)
    heard["photos"] = described(reader)
    reader.press("ctrl+f")
    reader.wait(lambda: reader.focus().name == "Search", "the search box")
    reader.write("dog")
    reader.wait(lambda: dogs_first(reader), "dogs first")
    reader.press("Down")
    reader.wait(lambda: "photo 1 of" in reader.focus().name, "the first photo")
    heard["found"] = reader.focus().name
    reader.press("Return")
    reader.wait(lambda: reader.shown("Next photo (Space)"), "the viewer")
    reader.press("F2")
    reader.wait(lambda: has(reader.shown("Caption", pyatspi.ROLE_TEXT), FOCUSED), "the editor")
    reader.press("ctrl+a")
    reader.write(WORDS)
    reader.press("Return")
    reader.wait(lambda: not has(reader.shown("Caption"), FOCUSED), "the caption to be saved")
    reader.press("ctrl+d")
    # Where a reader is active the program speaks through it, and not over it.
    reader.wait(lambda: any(WORDS in said for said in reader.announced), "the caption to be said")
    reader.press("Escape")
    reader.wait(lambda: WORDS in reader.focus().name, "the photo in the list")
    heard["corrected"] = reader.focus().name
    heard["announced"] = reader.announced
    return heard


def add_folder(reader, photos):
    reader.press("ctrl+o")
    reader.wait(lambda: has(reader.shown_role(pyatspi.ROLE_TEXT, ""), SHOWING), "the file dialog")
    reader.wait(lambda: reader.focus().getRole() == pyatspi.ROLE_TEXT, "the name's field")
    reader.press("ctrl+a")
    reader.write(photos)
    reader.press("Return")
    reader.wait(lambda: reader.shown("Describe with the sample anyway"), "the question")
    reach(reader, "Describe with the sample anyway")
    reader.press("space")


def reach(reader, name, most=40):
    """Tab until what has the focus has this in its name."""
    for _ in range(most):
        focus = reader.focus()
        if focus is not None and name in focus.name:
            return
        before = reader.focus_words()
        reader.press("Tab")
        reader.wait(lambda before=before: reader.focus_words() != before, "the focus to move", 5)
    raise SystemExit(f"{name} cannot be reached with Tab")


def described(reader):
    """Wait until each photo says a caption; gives what they say."""

    def all_said():
        names = [each.name for each in photos_of(reader)]
        return names if names and not any("not described" in name for name in names) else None

    return reader.wait(all_said, "captions")


def photos_of(reader):
    photos = reader.shown("Photos", pyatspi.ROLE_LIST)
    return [photos.getChildAtIndex(i) for i in range(photos.childCount)]


def dogs_first(reader):
    first = photos_of(reader)[0]
    return first if "dog" in first.name and "photo 1 of" in first.name else None


def where(each):
    """How to find it: the names and roles above it."""
    path = []
    while each is not None and each.getRole() != pyatspi.ROLE_APPLICATION:
        path.append(f"{each.getRoleName()} {each.name!r}")
        each = each.parent
    return " < ".join(path)


def is_unreachable(each):
    """A button that can be used but never gets the focus (one inside a field has a key)."""
    states = each.getState()
    if each.getRole() != pyatspi.ROLE_PUSH_BUTTON or not states.contains(pyatspi.STATE_ENABLED):
        return False
    if each.parent is not None and each.parent.getRole() == pyatspi.ROLE_TEXT:
        return False
    return not states.contains(pyatspi.STATE_FOCUSABLE)


def main(arguments):
    job, outcome, photos, *program = arguments
    reader = Reader(program)
    try:
        reader.attend("photo-narrator")
        result = {"walk": walk, "main_job": main_job}[job](reader, photos)
    finally:
        reader.close()
    Path(outcome).write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
