"""The details panel tells what the photo's file tells about itself."""

import os
from pathlib import Path

from PIL import Image
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gallery.program import Program
from tests.camera_files import write_dng
from tests.gallery.ui.windows import PATIENCE_MS, OpenWindow, id_of, page_of, wait_for_photos

SIDECAR = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmp:Rating="4"><dc:description><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt>
 </dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"""


def test_facts_and_caption_of_a_file_are_shown_and_follow_its_sidecar(
    program: Program, pictures: Path, open_window: OpenWindow, qtbot: QtBot
) -> None:
    exif = Image.Exif()
    exif[271], exif[272] = "NIKON CORPORATION", "NIKON D70"
    exif.get_ifd(0x8825).update({1: "N", 2: (38.0, 42.0, 50.0), 3: "W", 4: (9.0, 8.0, 22.0)})
    Image.new("RGB", (40, 30)).save(pictures / "dog.jpg", exif=exif)
    sidecar = pictures / "dog.xmp"
    sidecar.write_text(SIDECAR.format("Rex at the tram"))
    program.add_folder(pictures)
    window = open_window()
    wait_for_photos(window, qtbot, 5)
    assert program.indexer.wait_until_idle(30)
    page = page_of(window)
    dog = id_of(window, "dog")
    page.open_photo(dog)
    details = page.viewer.details

    def said(name: str) -> str:
        label = details.findChild(QLabel, name)
        assert isinstance(label, QLabel)
        return label.text() if label.isVisible() else ""

    qtbot.waitUntil(lambda: said("fact_camera") == "NIKON D70", timeout=PATIENCE_MS)
    assert said("fact_place") == "38.71389, -9.13944"
    assert said("fact_rating") == "★★★★☆ (4 of 5)"
    assert said("fact_lens") == ""
    qtbot.waitUntil(lambda: said("caption_text") == "Rex at the tram", timeout=PATIENCE_MS)
    sidecar.write_text(SIDECAR.format("Rex and the old tram"))
    os.utime(sidecar, ns=(9, 9_000_000_000))
    program.indexer.request_scan()
    qtbot.waitUntil(lambda: said("caption_text") == "Rex and the old tram", timeout=PATIENCE_MS)
    page.open_photo(id_of(window, "boat"))
    assert said("fact_camera") == ""
    assert not details.facts_panel.isVisible()


def test_a_photo_tells_its_raw_and_a_raw_alone_is_shown_as_any_photo(
    program: Program, pictures: Path, open_window: OpenWindow, qtbot: QtBot
) -> None:
    scene = Image.new("RGB", (320, 240), "navy")
    write_dng(pictures / "dog.DNG", scene)
    write_dng(pictures / "alone.dng", scene, orientation=6, camera="Pentax K1")
    scene.save(pictures / "dog.jpg")
    program.add_folder(pictures)
    window = open_window()
    wait_for_photos(window, qtbot, 6)
    assert program.indexer.wait_until_idle(30)
    page = page_of(window)
    page.open_photo(id_of(window, "dog"))
    label = page.viewer.details.findChild(QLabel, "fact_raw")
    assert isinstance(label, QLabel)
    qtbot.waitUntil(lambda: label.text() == "dog.DNG" and label.isVisible(), timeout=PATIENCE_MS)
    page.open_photo(id_of(window, "alone"))
    qtbot.waitUntil(lambda: page.viewer.stage.is_sharp, timeout=PATIENCE_MS)
    camera = page.viewer.details.findChild(QLabel, "fact_camera")
    assert isinstance(camera, QLabel)
    qtbot.waitUntil(lambda: camera.text() == "Pentax K1", timeout=PATIENCE_MS)
    assert not label.isVisible()
