"""Searches that a person gave a name."""

from sqlalchemy import Connection, delete, select, update

from gallery.catalog.captioning import storable
from gallery.catalog.names import kept_name, name_key
from gallery.catalog.store import Store, now
from gallery.catalog.tables import saved_searches
from gallery.domain import SavedSearch
from gallery.errors import KnownError


class SavedSearches(Store):
    """What is kept is the text of the query: what it finds is found anew each time.

    Names differ by more than case. Raises ``KnownError`` for a name that is taken or is none.
    """

    def saved_searches(self) -> tuple[SavedSearch, ...]:
        """All of them by name."""
        with self._reading() as connection:
            found = _all(connection)
        return tuple(sorted(found, key=lambda saved: (name_key(saved.name), saved.id)))

    def saved_search(self, name: str) -> SavedSearch:
        """The one of this name; ``KnownError`` where there is none."""
        with self._reading() as connection:
            found = _named(connection, name)
        if found is None:
            raise KnownError(f"There is no saved search “{name}”.", "See which there are.")
        return found

    def save_search(self, name: str, query: str) -> SavedSearch:
        """Keep a query under a name that is free."""
        text = " ".join((storable(query) or "").split())
        if not text:
            raise KnownError("There is nothing to save.", "Search for something first.")
        with self._writing(durable=True) as connection:
            kept = _free_name(connection, name)
            values = {"name": kept, "query": text, "created_at": now()}
            added = connection.execute(saved_searches.insert().values(values))
            assert added.inserted_primary_key is not None
            return SavedSearch(int(added.inserted_primary_key[0]), kept, text)

    def rename_saved_search(self, saved_id: int, name: str) -> None:
        """Give it another name."""
        with self._writing(durable=True) as connection:
            kept = _free_name(connection, name, but=saved_id)
            renaming = update(saved_searches).where(saved_searches.c.id == saved_id)
            if not connection.execute(renaming.values(name=kept)).rowcount:
                raise KnownError("This saved search is no longer there.", "Save it again.")

    def delete_saved_search(self, saved_id: int) -> None:
        """Forget it."""
        with self._writing(durable=True) as connection:
            connection.execute(delete(saved_searches).where(saved_searches.c.id == saved_id))

    def restore_saved_search(self, saved: SavedSearch) -> None:
        """Put back one that was deleted (as undo needs it)."""
        with self._writing(durable=True) as connection:
            kept = _free_name(connection, saved.name, but=saved.id)
            connection.execute(delete(saved_searches).where(saved_searches.c.id == saved.id))
            values = {"id": saved.id, "name": kept, "query": saved.query, "created_at": now()}
            connection.execute(saved_searches.insert().values(values))


def _all(connection: Connection) -> list[SavedSearch]:
    columns = (saved_searches.c.id, saved_searches.c.name, saved_searches.c.query)
    rows = connection.execute(select(*columns))
    return [SavedSearch(row.id, row.name, row.query) for row in rows]


def _named(connection: Connection, name: str) -> SavedSearch | None:
    key = name_key(name)
    return next((saved for saved in _all(connection) if name_key(saved.name) == key), None)


def _free_name(connection: Connection, name: str, *, but: int | None = None) -> str:
    kept = kept_name(name)
    known = _named(connection, kept)
    if known is not None and known.id != but:
        raise KnownError(f"There is a saved search “{kept}” already.", "Choose another name.")
    return kept
