"""The tables as queries see them. What creates and changes them is in ``migrations``."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    literal_column,
    select,
    union_all,
)

metadata = MetaData()

#: Stands for "by no checkpoint" in ``photos.captioned_by`` and ``photos.embedded_by``.
NOTHING_YET = 0
#: A checkpoint that nothing in the catalog is by.
UNKNOWN = -1

roots = Table(
    "roots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("path", LargeBinary, nullable=False, unique=True),
    Column("connected", Boolean, nullable=False),
    Column("sample_allowed", Boolean, nullable=False),
    Column("is_sample_gallery", Boolean, nullable=False),
    Column("names_only", Boolean, nullable=False),
)

#: A checkpoint at a revision, so that the big tables need one number for it.
checkpoints = Table(
    "checkpoints",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("revision", Text, nullable=False),
)

#: ``path`` is ``os.fsencode`` of the full path; ``name`` is what people see and search.
#: ``sort_at_us`` orders photos: when it was taken, else changed, in microseconds of local time
#: since 1970; ``month`` is the same as yyyymm. ``caption_id``, ``caption`` and ``caption_origin``
#: repeat the shown caption. ``captioned_by`` and ``embedded_by`` name the checkpoint whose result
#: came last: with their index the backlog is found without looking at what is done.
#: ``shown_with`` is the photo that stands for this one (the JPEG of a RAW); ``caption_doubted``: a
#: person's caption is of an older content; ``left_out``: it lies in a folder of ``exclusions``.
#: ``rating``: a person's stars (NULL: none given);
#: ``caption_accepted``: the caption that a person looked at and let stand.
photos = Table(
    "photos",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("root_id", ForeignKey("roots.id", ondelete="CASCADE"), nullable=False),
    Column("path", LargeBinary, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("sort_at_us", BigInteger, nullable=False),
    Column("month", Integer, nullable=False),
    Column("examined", Boolean, nullable=False),
    Column("missing", Boolean, nullable=False),
    Column("captioned_by", Integer, nullable=False),
    Column("embedded_by", Integer, nullable=False),
    Column("fingerprint", LargeBinary),
    Column("format", Text),
    Column("width_px", Integer),
    Column("height_px", Integer),
    Column("taken_at", DateTime),
    Column("taken_source", Text),
    Column("failure_reason", Text),
    Column("failure_detail", Text),
    Column("caption_id", Integer),
    Column("caption", Text),
    Column("caption_origin", Text),
    Column("keywords", Text),
    Column("sidecar_ns", BigInteger, nullable=False),
    Column("shown_with", ForeignKey("photos.id", ondelete="SET NULL")),
    Column("caption_doubted", Boolean, nullable=False),
    Column("left_out", Boolean, nullable=False),
    Column("rating", Integer),
    Column("caption_accepted", Integer),
)

#: What a file tells about itself; no row where it tells nothing. Position in degrees.
facts = Table(
    "facts",
    metadata,
    Column("photo_id", ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True),
    Column("camera", Text),
    Column("lens", Text),
    Column("exposure", Text),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("rating", Integer),
)

#: Append-only: a caption that is replaced or no longer fits gets ``withdrawn_at``, and stays.
#: ``scored_by``: the matcher that ``score`` is by.
captions = Table(
    "captions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("photo_id", ForeignKey("photos.id", ondelete="CASCADE"), nullable=False),
    Column("text", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("checkpoint", ForeignKey("checkpoints.id")),
    Column("settings", Text),
    Column("score", Float),
    Column("unsure", Boolean, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("withdrawn_at", DateTime),
    Column("scored_by", ForeignKey("checkpoints.id")),
)

#: Other wordings, each once a photo. What was said of an old content is deleted.
alternates = Table(
    "alternates",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("photo_id", ForeignKey("photos.id", ondelete="CASCADE"), nullable=False),
    Column("text", Text, nullable=False),
    Column("checkpoint", ForeignKey("checkpoints.id"), nullable=False),
    Column("settings", Text, nullable=False),
    Column("score", Float),
    Column("scored_by", ForeignKey("checkpoints.id")),
    Column("unsure", Boolean, nullable=False),
    Column("created_at", DateTime, nullable=False),
)

albums = Table(
    "albums",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", DateTime, nullable=False),
)

album_photos = Table(
    "album_photos",
    metadata,
    Column("album_id", ForeignKey("albums.id", ondelete="CASCADE"), primary_key=True),
    Column("photo_id", ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, nullable=False),
)

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("created_at", DateTime, nullable=False),
)

#: Folders that a person does not want to be scanned; bytes as in ``photos.path``.
exclusions = Table("exclusions", metadata, Column("path", LargeBinary, primary_key=True))

#: One row: which catalog, and which course of it, this is.
identity = Table("identity", metadata, Column("token", Text, nullable=False))

#: ``id`` only grows, so that what is new since the last look is a range. ``vector`` is a unit
#: vector in little-endian float16.
vectors = Table(
    "vectors",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("photo_id", ForeignKey("photos.id", ondelete="CASCADE"), nullable=False),
    Column("checkpoint", ForeignKey("checkpoints.id"), nullable=False),
    Column("vector", LargeBinary, nullable=False),
)

#: For conditions beside one of those below: a plain column would tempt SQLite, which keeps no
#: statistics here, to walk a whole root instead of the few rows of a partial index.
ROOT_ID_UNINDEXED = photos.c.root_id + 0

# Written with literals: SQLite uses a partial index only where the query repeats its condition.
_ONE: ColumnElement[bool] = literal_column("1")
_ZERO: ColumnElement[bool] = literal_column("0")

#: Can be described. Repeats the condition of the index ``photos_backlog``.
READY = and_(
    photos.c.examined == _ONE,
    photos.c.missing == _ZERO,
    photos.c.failure_reason.is_(None),
    photos.c.shown_with.is_(None),
    photos.c.left_out == _ZERO,
)
#: Its header was never read (in this content) and nothing went wrong yet.
UNEXAMINED = and_(
    photos.c.examined == _ZERO,
    photos.c.missing == _ZERO,
    photos.c.failure_reason.is_(None),
    photos.c.left_out == _ZERO,
)
FAILED = photos.c.failure_reason.is_not(None)
MISSING = photos.c.missing == _ONE
WITHOUT_CAPTION = photos.c.caption_id.is_(None)
WITHOUT_VECTOR = photos.c.embedded_by == _ZERO
LEFT_OUT = photos.c.left_out == _ONE
COMPANION = photos.c.shown_with.is_not(None)
_hidden = photos.alias()
#: The photos that no list shows: another one stands for them, or they lie in a folder that a person
#: left out. Few, and each half read from its own index.
HIDDEN_IDS = union_all(
    select(_hidden.c.id).where(_hidden.c.shown_with.is_not(None)),
    select(_hidden.c.id).where(_hidden.c.left_out == _ONE),
)
LISTED = photos.c.id.not_in(HIDDEN_IDS)
DOUBTED = photos.c.caption_doubted == _ONE
EDITED = photos.c.caption_origin == literal_column("'person'")
