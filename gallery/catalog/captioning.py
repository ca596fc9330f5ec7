"""What people and files say about photos."""

from sqlalchemy import Connection, select, update

from gallery.catalog.shown import show_again
from gallery.catalog.store import CAPTION_COLUMNS, PHOTO_QUERY, Store, caption_of, now, photo_of
from gallery.catalog.tables import captions, checkpoints, photos
from gallery.domain import Caption, Origin
from gallery.errors import KnownError

#: BCP 47's "undetermined": nobody was asked which language it is.
UNDETERMINED = "und"


class Captioning(Store):
    """Captions are only ever added and withdrawn: the history keeps every one."""

    def edit_caption(self, photo_id: int, text: str | None) -> Caption | None:
        """A person's caption, safe on the disk when this returns; gives what is shown now.

        None (or nothing but blanks) withdraws it: a file's or a describer's is shown again.
        """
        return self._say(photo_id, text, Origin.PERSON, UNDETERMINED)

    def set_file_caption(
        self, photo_id: int, text: str | None, *, language: str = UNDETERMINED
    ) -> Caption | None:
        """The caption that stands in the file itself; below a person's, above a describer's."""
        return self._say(photo_id, text, Origin.FILE, language)

    def person_caption(self, photo_id: int) -> str | None:
        """What a person said and did not take back."""
        with self._reading() as connection:
            return _valid_text(connection, photo_id, Origin.PERSON)

    def history(self, photo_id: int) -> tuple[Caption, ...]:
        """Every caption the photo ever had, withdrawn ones too, newest first."""
        query = (
            select(*CAPTION_COLUMNS)
            .select_from(captions.outerjoin(checkpoints, checkpoints.c.id == captions.c.checkpoint))
            .where(captions.c.photo_id == photo_id)
            .order_by(captions.c.id.desc())
        )
        with self._reading() as connection:
            return tuple(caption_of(row, photo_id) for row in connection.execute(query))

    def _say(
        self, photo_id: int, text: str | None, origin: Origin, language: str
    ) -> Caption | None:
        said = _storable(text or "").strip() or None
        with self._writing(durable=origin is Origin.PERSON) as connection:
            if connection.scalar(select(photos.c.id).where(photos.c.id == photo_id)) is None:
                raise KnownError("This photo is no longer in the catalog.")
            if said != _valid_text(connection, photo_id, origin):
                _withdraw(connection, photo_id, origin)
                if said is not None:
                    connection.execute(
                        captions.insert().values(
                            photo_id=photo_id,
                            text=said,
                            origin=origin.value,
                            language=language,
                            unsure=False,
                            created_at=now(),
                        )
                    )
                show_again(connection, [photo_id])
            shown = connection.execute(PHOTO_QUERY.where(photos.c.id == photo_id)).one()
            return photo_of(shown).caption


def _storable(text: str) -> str:
    """Half a character (what was typed was no UTF-8) becomes a mark; SQLite takes no such text."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _valid_text(connection: Connection, photo_id: int, origin: Origin) -> str | None:
    return connection.scalar(
        select(captions.c.text)
        .where(
            captions.c.photo_id == photo_id,
            captions.c.origin == origin.value,
            captions.c.withdrawn_at.is_(None),
        )
        .order_by(captions.c.id.desc())
        .limit(1)
    )


def _withdraw(connection: Connection, photo_id: int, origin: Origin) -> None:
    connection.execute(
        update(captions)
        .where(
            captions.c.photo_id == photo_id,
            captions.c.origin == origin.value,
            captions.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now())
    )
