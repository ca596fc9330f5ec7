"""No room on the disk: whatever is being stored is told as not stored, and the rest is there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import insert

from gallery.catalog import Catalog
from gallery.catalog.tables import album_photos, albums, saved_searches
from gallery.domain import Facts
from gallery.errors import KnownError
from tests.gallery.catalog.making import describe, filled, found, metadata, said, shown

LONG = "a cat on a table " * 3_000


@contextmanager
def full_disk(catalog: Catalog) -> Iterator[None]:
    """SQLite's own limit answers as a full disk does."""
    pages = "PRAGMA max_page_count = {}"
    with catalog._engine.connect() as connection:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(pages.format(used + 1))
    yield
    with catalog._engine.connect() as connection:
        connection.exec_driver_sql(pages.format(1_000_000))


def _edit(catalog: Catalog) -> None:
    catalog.edit_caption(1, LONG)


def _describe(catalog: Catalog) -> None:
    describe(catalog, *(said(photo_id, LONG) for photo_id in (1, 2, 3)))


def _add_files(catalog: Catalog) -> None:
    catalog.add_files(1, [found(f"{number:0200}.jpg") for number in range(500)])


def _read(catalog: Catalog) -> None:
    facts = Facts(caption=LONG, keywords=(LONG,))
    catalog.set_metadata([(photo_id, replace(metadata(9), facts=facts)) for photo_id in (1, 2, 3)])


def _make_albums(catalog: Catalog) -> None:
    with catalog._writing(durable=True) as connection:
        moment = {"created_at": metadata(1).taken_at}
        connection.execute(
            insert(albums), [moment | {"id": i, "name": f"{i} {LONG}"} for i in (1, 2)]
        )
        connection.execute(insert(album_photos), [{"album_id": 1, "photo_id": 1, "position": 0}])


def _save_search(catalog: Catalog) -> None:
    with catalog._writing(durable=True) as connection:
        connection.execute(
            insert(saved_searches).values(name="mine", query=LONG, created_at=metadata(1).taken_at)
        )


def _everything(catalog: Catalog) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with catalog._reading() as connection:
        names = connection.exec_driver_sql(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'photo_words%'"
        ).scalars()
        return {
            name: [tuple(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')]
            for name in names.all()
        }


@pytest.mark.parametrize(
    "store",
    [_edit, _describe, _add_files, _read, _make_albums, _save_search],
    ids=lambda store: store.__name__.strip("_"),
)
def test_a_full_disk_is_told_and_leaves_the_last_good_state(
    catalog: Catalog, store: Callable[[Catalog], None]
) -> None:
    ids = filled(catalog, 3)
    catalog.edit_caption(ids[0], "mine")
    before = _everything(catalog)
    with (
        full_disk(catalog),
        pytest.raises(KnownError, match="no room left on the disk") as caught,
    ):
        store(catalog)
    assert "Nothing that was stored is lost" in caught.value.hint
    assert _everything(catalog) == before
    assert shown(catalog, ids[0]) == "mine"
    assert catalog.check() == []
    store(catalog)
    assert _everything(catalog) != before
