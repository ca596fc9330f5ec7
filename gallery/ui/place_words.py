"""What is said above the photos about where one is and what was found."""

from collections.abc import Sequence

from engine.checkpoints import DescriberSet
from gallery.domain import Album, Folder, SearchResult
from gallery.ui.browser import Browser
from gallery.ui.keys import REVIEW
from gallery.ui.places import Kind
from gallery.ui.words import count_text, photos_text, tr

_UNKNOWN_NAMED = 3
_SEPARATOR = "  ·  "


def place_title(browser: Browser) -> str:
    """Return the heading."""
    if browser.apart is not None:
        return browser.apart.title
    if browser.search_result is not None:
        return tr("“{0}”").format(browser.search_result.text)
    if browser.place.kind is Kind.FAILED:
        return tr("Could not be described")
    if browser.place.kind is Kind.MISSING:
        return tr("File is missing")
    if browser.place.kind is Kind.REVIEW:
        return tr("To review")
    album = _album(browser)
    if album is not None:
        return album.name
    folder = _folder(browser)
    if folder is None:
        return tr("All photos")
    return (
        tr("Sample gallery") if folder.is_sample_gallery else folder.path.name or str(folder.path)
    )


def place_note(browser: Browser, shown: int) -> str:
    """Return the line below: how many, and what the describer could not know."""
    result = browser.search_result
    if browser.apart is not None:
        return browser.apart.note
    if result is None and browser.place.kind is Kind.REVIEW and shown:
        review = tr("{0}  ·  Enter or {1} reviews them one after another")
        return review.format(photos_text(shown), REVIEW)
    if result is None:
        folder = _folder(browser)
        if folder is None or folder.connected or not shown:
            return photos_text(shown)
        away = tr("{0}  ·  this folder is not connected; is its drive unplugged?")
        return away.format(photos_text(shown))
    by_words = not result.by_meaning and not result.in_order and shown
    how = tr("found by words") if by_words else ""
    return _SEPARATOR.join(filter(None, (found_text(result, shown), how)))


def found_text(result: SearchResult, shown: int) -> str:
    """Return how many were found, and what of the query could not be understood or known."""
    found = tr("{0} in all folders") if result.in_order else tr("{0} in all folders, best first")
    parts = [found.format(photos_text(shown))] if shown else []
    parts += result.problems
    if result.unknown_words:
        parts.append(_unknown_text(result.unknown_words))
    return _SEPARATOR.join(parts)


def _unknown_text(words: Sequence[str]) -> str:
    if len(words) == 1:
        unknown = tr("“{0}” is not a word this describer knows; captions were searched for it")
        return unknown.format(words[0])
    quoted = [tr("“{0}”").format(word) for word in words]
    if len(quoted) > _UNKNOWN_NAMED + 1:
        more = tr("{0} others").format(len(quoted) - _UNKNOWN_NAMED)
        quoted = [*quoted[:_UNKNOWN_NAMED], more]
    unknown = tr("{0} and {1} are not words this describer knows; captions were searched for them")
    return unknown.format(", ".join(quoted[:-1]), quoted[-1])


def less_likely_text(browser: Browser) -> str:
    """Return what the button says that shows them: "Show 12 less likely"; empty without any."""
    result = browser.search_result
    if result is None or not result.less_likely or browser.unfolded:
        return ""
    number = len(result.less_likely)
    if number == 1:
        return tr("Show one that is less likely")
    return tr("Show {0} less likely").format(count_text(number))


def waiting_for_describer(browser: Browser, describer_set: DescriberSet) -> int:
    """Return how many photos of this place the set in use may not describe."""
    return sum(folder.photo_count for folder in blocked_folders(browser, describer_set))


def blocked_folders(browser: Browser, describer_set: DescriberSet) -> list[Folder]:
    """Return the folders of this place that the sample set may not describe."""
    overview, place = browser.overview, browser.place
    if overview is None or not describer_set.knows_drawn_scenes_only:
        return []
    return [
        folder
        for folder in overview.folders
        if not folder.sample_allowed
        and folder.photo_count
        and (place.kind is Kind.ALL or folder.id == place.folder_id)
    ]


def _album(browser: Browser) -> Album | None:
    overview, album_id = browser.overview, browser.place.album_id
    if overview is None or album_id is None:
        return None
    return next((item for item in overview.albums if item.id == album_id), None)


def _folder(browser: Browser) -> Folder | None:
    overview, folder_id = browser.overview, browser.place.folder_id
    if overview is None or folder_id is None:
        return None
    return next((item for item in overview.folders if item.id == folder_id), None)
