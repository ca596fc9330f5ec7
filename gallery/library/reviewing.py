"""The list of captions that a person should look at, by what the set in use can judge."""

from array import array

from engine.checkpoints import DescriberSet
from gallery.catalog import Catalog
from gallery.domain import Doubt


class ReviewList:
    """Read anew with each call; its calls read the catalog: not for the thread of the window."""

    def __init__(self, catalog: Catalog, describer_set: DescriberSet) -> None:
        self._catalog, self._matcher = catalog, describer_set.matcher
        self._below = describer_set.match_bands.probably

    def doubts(self) -> dict[int, Doubt]:
        """Why each photo is in it, in its order: the gravest reasons first."""
        found = self._catalog.to_review(self._matcher, below=self._below)
        return {photo_id: doubt for doubt, ids in found.items() for photo_id in ids}

    def ids(self) -> "array[int]":
        """The photos in its order."""
        return array("q", self.doubts())

    def count(self) -> int:
        """How many there are."""
        return self._catalog.to_review_count(self._matcher, below=self._below)
