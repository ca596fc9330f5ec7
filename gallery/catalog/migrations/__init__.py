"""How a catalog came to be what it is: numbered steps, each run once, each in one transaction."""

from gallery.catalog.migrations.m0001_first import first
from gallery.catalog.migrations.m0002_alternates import alternates
from gallery.catalog.migrations.m0003_facts import facts
from gallery.catalog.migrations.m0004_collections import collections
from gallery.catalog.migrations.step import Step

#: In order, without gaps. A released step is never changed; a new one is added behind it.
STEPS: tuple[Step, ...] = (
    Step(1, "the first catalog", first),
    Step(2, "alternates of captions, and which matcher scored a caption", alternates),
    Step(3, "what files tell about themselves", facts),
    Step(4, "albums, saved searches, folders left out, pairs, doubted captions", collections),
)

__all__ = ["STEPS", "Step"]
