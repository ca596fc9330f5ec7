"""The parsers that we wrote, driven by what a careful enemy would send them."""

import json
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine import protocol
from engine.wire import Codec, WireError
from gallery.catalog import Catalog
from gallery.library.metadata.xmp import Xmp
from gallery.library.query import parse
from gallery.library.searcher import Searcher
from gallery.processes import decoder_messages
from gallery.settings import Settings, SettingsFile
from tests.gallery.catalog.making import describe, filled, said

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)
_REUSED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

# --- queries ---

_PIECES = st.sampled_from(
    [
        *('"', "-", " ", ":", "or", "|", "*", "(", ")", "NEAR", "AND", "NOT", "^", "%", "_", "'"),
        *("before:", "after:", "on:", "year:", "folder:", "type:", "is:", "has:", "camera:"),
        *("rating:", ">=", "2024", "-06", "99999", "0000", "missing", "gps", "harbour", "\0"),
        *("\ud800", "\u202e", "e\u0301", "\U0001f6a2", "'; DROP TABLE photos; --", "/pictures"),
    ]
)
_QUERIES = st.lists(_PIECES | st.text(max_size=8), max_size=14).map("".join)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with closing(Catalog.open(tmp_path_factory.mktemp("query") / "catalog.sqlite")) as catalog:
        describe(catalog, *(said(photo_id, "a harbour or two") for photo_id in filled(catalog)))
        yield Searcher(catalog, lambda text: None)


@given(text=_QUERIES)
def test_any_query_is_understood_or_answered_with_problems(searcher: Searcher, text: str) -> None:
    assert all(problem.endswith(".") for problem in parse(text).problems)
    found = {hit.photo_id for hit in searcher.by_words(text).hits}
    assert found <= {1, 2, 3}
    searcher.search(text)


# --- XMP ---

_VALUES = st.sampled_from(
    [
        "9" * 400 + ",1N",
        "1,2,3N",
        "-1",
        "nan",
        "inf",
        "1e999",
        "5",
        "0x5",
        "",
        "\u0663",
        "9,9",
        "5N",
    ]
)
_NAMES = st.sampled_from(
    [
        *("dc:description", "dc:subject", "xmp:Rating", "exif:GPSLatitude", "exif:GPSLongitude"),
        *("rdf:Alt", "rdf:Bag", "rdf:li", "rdf:Description", "Iptc4xmpCore:AltTextAccessibility"),
    ]
)
_ELEMENTS = st.recursive(
    st.text(st.characters(codec="utf-8", exclude_characters="<&"), max_size=8) | _VALUES,
    lambda inner: st.builds(
        lambda name, value, inside: f'<{name} xml:lang="{value}">{"".join(inside)}</{name}>',
        _NAMES,
        _VALUES,
        st.lists(inner, max_size=3),
    ),
    max_leaves=10,
)
_HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    ' xmlns:exif="http://ns.adobe.com/exif/1.0/"'
    ' xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"><rdf:Description {}>'
)


@st.composite
def _packets(draw: st.DrawFn) -> bytes:
    attributes = draw(st.dictionaries(_NAMES, _VALUES, max_size=4))
    head = _HEAD.format(" ".join(f'{name}="{value}"' for name, value in attributes.items()))
    packet = (head + draw(_ELEMENTS) + "</rdf:Description></x:xmpmeta>").encode()
    for place, byte in draw(st.lists(st.tuples(st.integers(0, 10_000), st.binary()), max_size=2)):
        place %= len(packet)
        packet = packet[:place] + byte + packet[place + len(byte) :]
    return packet


@given(packet=_packets() | st.binary())
@example(packet=_HEAD.format("").encode() + b"<dc:a>" * 100_000)
def test_any_packet_tells_something_that_makes_sense_or_nothing(packet: bytes) -> None:
    xmp = Xmp(packet)
    assert all(xmp.keywords())
    assert xmp.rating() in (None, 0, 1, 2, 3, 4, 5)
    caption, position = xmp.caption(), xmp.position()
    assert caption is None or caption[0]
    assert position is None or (abs(position[0]) <= 90 and abs(position[1]) <= 180)


# --- messages between processes ---

_CODECS = st.sampled_from([protocol.CODEC, decoder_messages.CODEC])
_MESSAGES = [
    value
    for module in (protocol, decoder_messages)
    for value in vars(module).values()
    if isinstance(value, type) and hasattr(value, "__dataclass_fields__")
]


@st.composite
def _frames(draw: st.DrawFn) -> bytes:
    """Frames that are almost messages: the right names, anything in the fields."""
    message = draw(st.sampled_from(_MESSAGES))
    told = {field.name: draw(_JSON | st.just({"blob": 0})) for field in fields(message)}
    head = json.dumps([message.__name__, told]).encode()
    length = draw(st.just(len(head)) | st.integers(0, 2**32 - 1))
    return struct.pack("<I", length) + head + draw(st.binary(max_size=20))


@given(codec=_CODECS, frame=_frames() | st.binary())
def test_a_frame_is_a_whole_message_or_refused(codec: Codec, frame: bytes) -> None:
    try:
        message = codec.decode(frame)
    except WireError:
        return
    assert codec.decode(codec.encode(message)) == message


# --- settings ---

_CHOICES = st.dictionaries(
    st.sampled_from([field.name for field in fields(Settings)]) | st.text(), _JSON, max_size=6
)


@_REUSED
@given(data=_CHOICES.map(lambda choices: json.dumps(choices).encode()) | st.binary())
@example(data=b"[" * 100_000)
def test_a_settings_file_gives_settings_that_can_be_saved(tmp_path: Path, data: bytes) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    file.path.write_bytes(data)
    loaded = file.load()
    if not file.path.exists():  # no settings: kept aside
        assert file.path.with_name("settings.json.unreadable").read_bytes() == data
        assert loaded == Settings()
    file.save(loaded)
    assert file.load() == loaded
