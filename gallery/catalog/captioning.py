"""What people and files say about photos."""

from sqlalchemy import Connection, select, update

from gallery.catalog.shown import show_again
from gallery.catalog.store import CAPTION_COLUMNS, PHOTO_QUERY, Store, caption_of, now, photo_of
from gallery.catalog.tables import DOUBTED, LISTED, captions, checkpoints, photos
from gallery.domain import Caption, Origin, Photo
from gallery.errors import KnownError

#: BCP 47's "undetermined": nobody was asked which language it is.
UNDETERMINED = "und"


class Captioning(Store):
    """Captions are only ever added and withdrawn: the history keeps every one."""

    def edit_caption(self, photo_id: int, text: str | None) -> Caption | None:
        """A person's caption, safe on the disk when this returns; gives what is shown now.

        None (or nothing but blanks) withdraws it: a file's or a describer's is shown again.
        """
        with self._writing(durable=True) as connection:
            if connection.scalar(select(photos.c.id).where(photos.c.id == photo_id)) is None:
                raise KnownError("This photo is no longer in the catalog.")
            if say(connection, photo_id, storable(text), Origin.PERSON, UNDETERMINED):
                show_again(connection, [photo_id])
            _believe(connection, photo_id)
            shown = connection.execute(PHOTO_QUERY.where(photos.c.id == photo_id)).one()
            return photo_of(shown).caption

    def confirm_caption(self, photo_id: int) -> None:
        """A person says that their caption fits what became of the picture."""
        with self._writing(durable=True) as connection:
            _believe(connection, photo_id)

    def doubted(self) -> list[Photo]:
        """Photos that changed since a person said what they show, in the order of the gallery."""
        order = (photos.c.sort_at_us + 0, photos.c.name, photos.c.id)
        query = PHOTO_QUERY.where(DOUBTED, LISTED).order_by(*order)
        with self._reading() as connection:
            return [photo_of(row) for row in connection.execute(query)]

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


def say(
    connection: Connection, photo_id: int, text: str | None, origin: Origin, language: str
) -> bool:
    """Put a caption in the place of what this origin said before; whether anything changed.

    What is shown is to be worked out again behind it (``show_again``).
    """
    if text == _valid_text(connection, photo_id, origin):
        return False
    _withdraw(connection, photo_id, origin)
    if text is not None:
        connection.execute(
            captions.insert().values(
                photo_id=photo_id,
                text=text,
                origin=origin.value,
                language=language,
                unsure=False,
                created_at=now(),
            )
        )
    return True


def _believe(connection: Connection, photo_id: int) -> None:
    connection.execute(
        update(photos).where(photos.c.id == photo_id, DOUBTED).values(caption_doubted=False)
    )


def storable(text: str | None) -> str | None:
    """A text as SQLite takes it: half a character (typed as no UTF-8) becomes a mark."""
    whole = (text or "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.strip() or None


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
