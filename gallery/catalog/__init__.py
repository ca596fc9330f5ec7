"""The one door to the database. Nothing else speaks SQL, and no row ever leaves it."""

from gallery.catalog.catalog import Catalog

__all__ = ["Catalog"]
