"""Schema 4: albums, saved searches, folders left out, pairs of files, ratings, what is doubted."""

from sqlalchemy import Connection

_STATEMENTS = (
    """
    CREATE TABLE albums (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (name <> ''),
        created_at DATETIME NOT NULL
    )
    """,
    # In the order that a person gave; a photo stands once in an album.
    """
    CREATE TABLE album_photos (
        album_id INTEGER NOT NULL REFERENCES albums (id) ON DELETE CASCADE,
        photo_id INTEGER NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        PRIMARY KEY (album_id, photo_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX album_photos_order ON album_photos (album_id, position)",
    "CREATE INDEX album_photos_photo ON album_photos (photo_id)",
    """
    CREATE TABLE saved_searches (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (name <> ''),
        query TEXT NOT NULL,
        created_at DATETIME NOT NULL
    )
    """,
    # Folders beneath a root that a person does not want to be scanned; bytes as in photos.path.
    "CREATE TABLE exclusions (path BLOB NOT NULL PRIMARY KEY) WITHOUT ROWID",
    # A photo in one of these: out of sight, and all that was said of it stays.
    "ALTER TABLE photos ADD COLUMN left_out BOOLEAN NOT NULL DEFAULT 0",
    "CREATE INDEX photos_left_out ON photos (fingerprint, root_id) WHERE left_out = 1",
    # A person wants the photos of this folder listed and not described (so far).
    "ALTER TABLE roots ADD COLUMN names_only BOOLEAN NOT NULL DEFAULT 0",
    # Which photo stands for this one: the JPEG of a pair of RAW and JPEG.
    "ALTER TABLE photos ADD COLUMN shown_with INTEGER REFERENCES photos (id) ON DELETE SET NULL",
    "CREATE INDEX photos_shown_with ON photos (shown_with) WHERE shown_with IS NOT NULL",
    # Its content changed under a person's caption: whether that still fits is theirs to say.
    "ALTER TABLE photos ADD COLUMN caption_doubted BOOLEAN NOT NULL DEFAULT 0",
    "CREATE INDEX photos_caption_doubted ON photos (root_id) WHERE caption_doubted = 1",
    # How many stars a person gave; without (NULL) those of the file count.
    "ALTER TABLE photos ADD COLUMN rating INTEGER CHECK (rating BETWEEN 0 AND 5)",
    "CREATE INDEX photos_rating ON photos (rating) WHERE rating IS NOT NULL",
    # The caption that a person looked at and let stand as it is.
    "ALTER TABLE photos ADD COLUMN caption_accepted INTEGER",
    "CREATE INDEX captions_unsure ON captions (photo_id) WHERE unsure = 1",
    (
        "CREATE INDEX captions_judged ON captions (photo_id, score) WHERE scored_by IS NOT NULL"
        " AND origin <> 'model' AND withdrawn_at IS NULL"
    ),
    "DROP INDEX photos_backlog",
    """
    CREATE INDEX photos_backlog ON photos (root_id, captioned_by, embedded_by)
        WHERE examined = 1 AND missing = 0 AND failure_reason IS NULL AND shown_with IS NULL
            AND left_out = 0
    """,
    "DROP INDEX photos_unexamined",
    """
    CREATE INDEX photos_unexamined ON photos (id, root_id)
        WHERE examined = 0 AND missing = 0 AND failure_reason IS NULL AND left_out = 0
    """,
    # Tells this catalog, and this course of it, from every other: what is derived from it and
    # kept outside says whose it is. Drawn anew where an old state is put back.
    "CREATE TABLE identity (token TEXT NOT NULL)",
    "INSERT INTO identity (token) VALUES (lower(hex(randomblob(16))))",
)


def collections(connection: Connection) -> None:
    """Add the tables and columns; nothing that is known changes."""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
