"""Schema 1: roots, photos, captions with their history, vectors, full text."""

from sqlalchemy import Connection

_TABLES = (
    """
    CREATE TABLE roots (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        path BLOB NOT NULL UNIQUE,
        connected BOOLEAN NOT NULL,
        sample_allowed BOOLEAN NOT NULL,
        is_sample_gallery BOOLEAN NOT NULL
    )
    """,
    """
    CREATE TABLE checkpoints (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        revision TEXT NOT NULL,
        UNIQUE (name, revision)
    )
    """,
    # AUTOINCREMENT: a photo's id is never given to another, for it is known outside (thumbnails).
    """
    CREATE TABLE photos (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        root_id INTEGER NOT NULL REFERENCES roots (id) ON DELETE CASCADE,
        path BLOB NOT NULL UNIQUE,
        name TEXT NOT NULL,
        size_bytes BIGINT NOT NULL,
        mtime_ns BIGINT NOT NULL,
        sort_at_us BIGINT NOT NULL,
        month INTEGER NOT NULL,
        examined BOOLEAN NOT NULL DEFAULT 0,
        missing BOOLEAN NOT NULL DEFAULT 0,
        captioned_by INTEGER NOT NULL DEFAULT 0,
        embedded_by INTEGER NOT NULL DEFAULT 0,
        fingerprint BLOB,
        format TEXT,
        width_px INTEGER,
        height_px INTEGER,
        taken_at DATETIME,
        taken_source TEXT,
        failure_reason TEXT,
        failure_detail TEXT,
        caption_id INTEGER,
        caption TEXT,
        caption_origin TEXT
    )
    """,
    """
    CREATE TABLE captions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        photo_id INTEGER NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
        text TEXT NOT NULL,
        origin TEXT NOT NULL CHECK (origin IN ('person', 'file', 'model')),
        language TEXT NOT NULL,
        checkpoint INTEGER REFERENCES checkpoints (id),
        settings TEXT,
        score FLOAT,
        unsure BOOLEAN NOT NULL,
        created_at DATETIME NOT NULL,
        withdrawn_at DATETIME,
        CHECK ((origin = 'model') = (checkpoint IS NOT NULL))
    )
    """,
    """
    CREATE TABLE vectors (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        photo_id INTEGER NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
        checkpoint INTEGER NOT NULL REFERENCES checkpoints (id),
        vector BLOB NOT NULL,
        UNIQUE (photo_id, checkpoint)
    )
    """,
)

_INDEXES = (
    "CREATE INDEX photos_order ON photos (sort_at_us, name)",
    "CREATE INDEX photos_root_order ON photos (root_id, sort_at_us, name)",
    """
    CREATE INDEX photos_backlog ON photos (root_id, captioned_by, embedded_by)
        WHERE examined = 1 AND missing = 0 AND failure_reason IS NULL
    """,
    """
    CREATE INDEX photos_unexamined ON photos (id, root_id)
        WHERE examined = 0 AND missing = 0 AND failure_reason IS NULL
    """,
    """
    CREATE INDEX photos_failed ON photos (root_id, sort_at_us, name)
        WHERE failure_reason IS NOT NULL
    """,
    "CREATE INDEX photos_missing ON photos (fingerprint, root_id) WHERE missing = 1",
    "CREATE INDEX photos_without_caption ON photos (root_id) WHERE caption_id IS NULL",
    "CREATE INDEX photos_without_vector ON photos (root_id) WHERE embedded_by = 0",
    "CREATE INDEX photos_edited ON photos (root_id) WHERE caption_origin = 'person'",
    "CREATE INDEX captions_photo ON captions (photo_id, checkpoint)",
    "CREATE INDEX vectors_checkpoint ON vectors (checkpoint, photo_id)",
)

# Full text over the shown caption and the file name: accents folded by the tokenizer, English
# plurals by the stemmer. External content: the words are kept once, in ``photos``; the triggers
# keep both in one transaction, so that no crash can leave them apart.
_FULL_TEXT = (
    """
    CREATE VIRTUAL TABLE photo_words USING fts5 (
        caption, name,
        content = 'photos', content_rowid = 'id',
        tokenize = 'porter unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER photo_words_inserted AFTER INSERT ON photos BEGIN
        INSERT INTO photo_words (rowid, caption, name) VALUES (new.id, new.caption, new.name);
    END
    """,
    """
    CREATE TRIGGER photo_words_deleted AFTER DELETE ON photos BEGIN
        INSERT INTO photo_words (photo_words, rowid, caption, name)
            VALUES ('delete', old.id, old.caption, old.name);
    END
    """,
    """
    CREATE TRIGGER photo_words_updated AFTER UPDATE OF caption, name ON photos
        WHEN old.caption IS NOT new.caption OR old.name IS NOT new.name
    BEGIN
        INSERT INTO photo_words (photo_words, rowid, caption, name)
            VALUES ('delete', old.id, old.caption, old.name);
        INSERT INTO photo_words (rowid, caption, name) VALUES (new.id, new.caption, new.name);
    END
    """,
)


def first(connection: Connection) -> None:
    """Create everything."""
    for statement in (*_TABLES, *_INDEXES, *_FULL_TEXT):
        connection.exec_driver_sql(statement)
