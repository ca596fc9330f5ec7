"""What photos tell about themselves: captions, camera, place, rating, keywords."""

import random
from pathlib import Path

import pytest
from PIL import Image

from engine.images import DecodeError
from gallery.domain import Facts
from gallery.library.metadata import exif
from gallery.library.metadata.facts import read_facts

SHARED = Path(__file__).resolve().parents[5] / "shared" / "photos"
HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    'xmlns:exif="http://ns.adobe.com/exif/1.0/" '
    'xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" '
)
TAIL = "</rdf:Description></rdf:RDF></x:xmpmeta>"
DESCRIPTION = "<dc:description><rdf:Alt>{}</rdf:Alt></dc:description>"
ITEM = '<rdf:li xml:lang="{}">{}</rdf:li>'


def _xmp(inside: str, attributes: str = "") -> bytes:
    return (
        f"<?xpacket begin='\ufeff'?>{HEAD}{attributes}>{inside}{TAIL}<?xpacket end='w'?>".encode()
    )


def _described(*items: tuple[str, str]) -> bytes:
    return _xmp(DESCRIPTION.format("".join(ITEM.format(*item) for item in items)))


def _photo(path: Path, exif: Image.Exif | None = None, **more: object) -> Path:
    Image.new("RGB", (24, 16), "teal").save(path, exif=exif or Image.Exif(), **more)
    return path


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "heic"])
def test_xmp_inside_a_file_tells_caption_keywords_stars_and_place(
    tmp_path: Path, suffix: str
) -> None:
    packet = _xmp(
        DESCRIPTION.format(ITEM.format("x-default", "Grandma&apos;s garden"))
        + "<dc:subject><rdf:Bag><rdf:li>garden</rdf:li><rdf:li>family</rdf:li></rdf:Bag>"
        "</dc:subject>",
        'xmp:Rating="4" exif:GPSLatitude="51,30.5N" exif:GPSLongitude="0,7,30W"',
    )
    path = tmp_path / f"photo.{suffix}"
    if suffix == "png":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", packet.decode())
        _photo(path, pnginfo=info)
    elif suffix == "tif":
        from PIL.TiffImagePlugin import ImageFileDirectory_v2

        tags = ImageFileDirectory_v2()
        tags[700] = packet
        Image.new("RGB", (24, 16), "teal").save(path, tiffinfo=tags)
    else:
        _photo(path, xmp=packet)
    facts = read_facts(path)
    assert facts.caption == "Grandma's garden"
    assert facts.keywords == ("garden", "family")
    assert facts.rating == 4
    assert (facts.latitude, facts.longitude) == (pytest.approx(51.508333), pytest.approx(-0.125))


def test_the_default_language_of_a_caption_is_taken_else_english_else_the_first(
    tmp_path: Path,
) -> None:
    cases = [
        ((("x-default", "a dog"), ("de", "ein Hund")), ("a dog", "und")),
        ((("x-default", "ein Hund"), ("de", "ein Hund")), ("ein Hund", "de")),
        ((("de", "ein Hund"), ("en-GB", "a dog")), ("a dog", "en-GB")),
        ((("fr", "un chien"), ("de", "ein Hund")), ("un chien", "fr")),
    ]
    for items, wanted in cases:
        facts = read_facts(_photo(tmp_path / "photo.jpg", xmp=_described(*items)))
        assert (facts.caption, facts.caption_language) == wanted


def test_alt_text_stands_in_where_there_is_no_description(tmp_path: Path) -> None:
    name = "Iptc4xmpCore:AltTextAccessibility"
    item = ITEM.format("x-default", "A red boat")
    packet = _xmp(f"<{name}><rdf:Alt>{item}</rdf:Alt></{name}>")
    assert read_facts(_photo(tmp_path / "photo.jpg", xmp=packet)).caption == "A red boat"


@pytest.mark.parametrize("name", ["photo.jpg.xmp", "photo.xmp"])
def test_a_sidecar_goes_before_what_the_file_itself_says(tmp_path: Path, name: str) -> None:
    path = _photo(tmp_path / "photo.jpg", xmp=_described(("x-default", "inside")))
    (tmp_path / name).write_bytes(_described(("x-default", "beside")))
    assert read_facts(path).caption == "beside"


def test_exif_tells_camera_exposure_place_and_a_caption_that_a_person_wrote(
    tmp_path: Path,
) -> None:
    exif = Image.Exif()
    exif[271], exif[272] = "NIKON CORPORATION", "NIKON D70"
    exif[270] = "Zoë at the sea".encode()
    exif.get_ifd(0x8769).update({33434: 0.005, 33437: 9.0, 34855: 200, 37386: 100.0})
    exif.get_ifd(0x8825).update({1: "S", 2: (33.0, 51.0, 36.0), 3: "E", 4: (151.0, 12.0, 0.0)})
    facts = read_facts(_photo(tmp_path / "photo.jpg", exif))
    assert facts.camera == "NIKON D70"
    assert facts.exposure == "1/200 s, f/9, ISO 200, 100 mm"
    assert facts.caption == "Zoë at the sea"
    assert (facts.latitude, facts.longitude) == (pytest.approx(-33.86), pytest.approx(151.2))


@pytest.mark.parametrize(
    "text",
    ["OLYMPUS DIGITAL CAMERA         ", "SONY DSC", "        ", "DCIM\\100MEDIA", "IMG_2031.JPG"],
)
def test_what_cameras_write_by_themselves_is_no_caption(tmp_path: Path, text: str) -> None:
    exif = Image.Exif()
    exif[270] = text
    assert read_facts(_photo(tmp_path / "photo.jpg", exif)).caption is None


def test_a_photo_that_tells_nothing_has_no_facts(tmp_path: Path) -> None:
    assert read_facts(_photo(tmp_path / "photo.jpg")) == Facts()


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"no xml at all",
        b"<x:xmpmeta><unclosed></x:xmpmeta>",
        b'<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
        b'<?xml version="1.0" encoding="klingon"?><a/>',
        _xmp("<dc:description/>", 'xmp:Rating="many" exif:GPSLatitude="north"'),
        _xmp("", 'xmp:Rating="-1"'),
    ],
)
def test_a_damaged_or_hostile_packet_tells_nothing(tmp_path: Path, packet: bytes) -> None:
    path = _photo(tmp_path / "photo.jpg")
    path.with_name("photo.jpg.xmp").write_bytes(packet)
    assert read_facts(path) == Facts()


@pytest.mark.parametrize(
    "latitude",
    ["9" * 400 + ",1.5N", "9" * 5000 + ",1N", "1," + "9" * 400 + "N", "91,0N", "51,30,9e9N"],
)
def test_a_place_that_is_none_of_this_world_is_no_place(tmp_path: Path, latitude: str) -> None:
    packet = _xmp("", f'xmp:Rating="3" exif:GPSLatitude="{latitude}" exif:GPSLongitude="0,7W"')
    assert read_facts(_photo(tmp_path / "photo.jpg", xmp=packet)) == Facts(rating=3)


def test_an_exposure_that_no_camera_makes_is_none() -> None:
    assert exif.exposure({0x829A: 5e-324, 0x829D: 2.8}) == "f/2.8"


def test_a_caption_from_a_file_holds_no_control_characters(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[270] = "two\nlines \x1b[31m\x07red\u202e".encode()
    assert read_facts(_photo(tmp_path / "photo.jpg", exif)).caption == "two\nlines [31mred"


def test_broken_metadata_never_raises(tmp_path: Path) -> None:
    rng = random.Random(3)
    exif = Image.Exif()
    exif[270], exif[271] = "a caption", "a maker"
    exif.get_ifd(0x8825).update({1: "N", 2: (1.0, 2.0, 3.0), 3: "E", 4: (4.0, 5.0, 6.0)})
    path = _photo(tmp_path / "photo.jpg", exif, xmp=_described(("x-default", "a caption")))
    whole = path.read_bytes()
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(rng.randint(1, 8)):
            broken[rng.randrange(2, min(len(broken), 1500))] = rng.randrange(256)
        path.write_bytes(broken)
        try:
            facts = read_facts(path)
        except DecodeError:
            continue
        assert facts.rating in (None, *range(6))


@pytest.mark.skipif(not SHARED.is_dir(), reason="no folder of real photos is here")
def test_real_photos_tell_what_their_cameras_wrote() -> None:
    canon = read_facts(SHARED / "cameras" / "Canon_40D.jpg")
    assert canon.camera == "Canon EOS 40D"
    assert canon.exposure == "1/160 s, f/7.1, ISO 100, 135 mm"
    there = read_facts(SHARED / "places" / "DSCN0010.jpg")
    assert (there.latitude, there.longitude) == (
        pytest.approx(43.4674, abs=1e-3),
        pytest.approx(11.885, abs=1e-3),
    )
    said = read_facts(SHARED / "cameras" / "long_description.jpg").caption
    assert said is not None
    assert said.startswith("Operation Mountain Viper")
    assert read_facts(SHARED / "odd" / "corrupted.jpg").caption is None
    assert (
        read_facts(SHARED / "phones" / "iphone_13_pro_max.HEIC").camera == "Apple iPhone 13 Pro Max"
    )
