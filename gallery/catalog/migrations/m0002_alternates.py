"""Schema 2: other wordings for a photo, and by which matcher a caption's score is."""

from sqlalchemy import Connection

_STATEMENTS = (
    """
    CREATE TABLE alternates (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        photo_id INTEGER NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
        text TEXT NOT NULL,
        checkpoint INTEGER NOT NULL REFERENCES checkpoints (id),
        settings TEXT NOT NULL,
        score FLOAT,
        scored_by INTEGER REFERENCES checkpoints (id),
        unsure BOOLEAN NOT NULL,
        created_at DATETIME NOT NULL,
        UNIQUE (photo_id, text),
        CHECK ((score IS NULL) = (scored_by IS NULL))
    )
    """,
    # Empty for what was scored before: it is not known which matcher that was.
    "ALTER TABLE captions ADD COLUMN scored_by INTEGER REFERENCES checkpoints (id)",
)


def alternates(connection: Connection) -> None:
    """Add a table and a column."""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
