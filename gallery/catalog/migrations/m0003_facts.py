"""Schema 3: what files tell about themselves; their keywords are searched as words."""

from sqlalchemy import Connection

_STATEMENTS = (
    """
    CREATE TABLE facts (
        photo_id INTEGER PRIMARY KEY REFERENCES photos (id) ON DELETE CASCADE,
        camera TEXT,
        lens TEXT,
        exposure TEXT,
        latitude FLOAT,
        longitude FLOAT,
        rating INTEGER,
        CHECK ((latitude IS NULL) = (longitude IS NULL))
    )
    """,
    "ALTER TABLE photos ADD COLUMN keywords TEXT",
    "ALTER TABLE photos ADD COLUMN sidecar_ns BIGINT NOT NULL DEFAULT 0",
    "DROP TRIGGER photo_words_inserted",
    "DROP TRIGGER photo_words_deleted",
    "DROP TRIGGER photo_words_updated",
    "DROP TABLE photo_words",
    """
    CREATE VIRTUAL TABLE photo_words USING fts5 (
        caption, name, keywords,
        content = 'photos', content_rowid = 'id',
        tokenize = 'porter unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER photo_words_inserted AFTER INSERT ON photos BEGIN
        INSERT INTO photo_words (rowid, caption, name, keywords)
            VALUES (new.id, new.caption, new.name, new.keywords);
    END
    """,
    """
    CREATE TRIGGER photo_words_deleted AFTER DELETE ON photos BEGIN
        INSERT INTO photo_words (photo_words, rowid, caption, name, keywords)
            VALUES ('delete', old.id, old.caption, old.name, old.keywords);
    END
    """,
    """
    CREATE TRIGGER photo_words_updated AFTER UPDATE OF caption, name, keywords ON photos
        WHEN old.caption IS NOT new.caption OR old.name IS NOT new.name
            OR old.keywords IS NOT new.keywords
    BEGIN
        INSERT INTO photo_words (photo_words, rowid, caption, name, keywords)
            VALUES ('delete', old.id, old.caption, old.name, old.keywords);
        INSERT INTO photo_words (rowid, caption, name, keywords)
            VALUES (new.id, new.caption, new.name, new.keywords);
    END
    """,
    "INSERT INTO photo_words (photo_words) VALUES ('rebuild')",
    # Read anew, with what they tell; nothing that was said of them is touched by that.
    "UPDATE photos SET examined = 0, fingerprint = NULL WHERE examined = 1",
)


def facts(connection: Connection) -> None:
    """Add a table and a column, and index the words with it."""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
