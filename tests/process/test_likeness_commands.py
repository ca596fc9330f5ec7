"""Photos like others, found by the real engine with the sample checkpoint."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from gallery import cli
from gallery.domain import GroupKind
from gallery.errors import KnownError
from gallery.library.groups import groups
from gallery.paths import sample_gallery_dir
from gallery.program import Program, ProgramOptions, open_program


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """The sample gallery's beach trip, with changed copies of two of its photos beside it."""
    folder = tmp_path / "photos"
    folder.mkdir()
    pictures = sorted((sample_gallery_dir() / "Beach trip").glob("*.jpg"))[:8]
    for path in pictures:
        (folder / path.name).write_bytes(path.read_bytes())
    with Image.open(pictures[2]) as picture:
        exif = picture.info.get("exif", b"")
        small = picture.resize((picture.width // 2, picture.height // 2))
        small.save(folder / "small.jpg", quality=60, exif=exif)
    with Image.open(pictures[5]) as picture:
        ImageEnhance.Brightness(picture).enhance(1.1).save(folder / "bright.png")
    (folder / "same.jpg").write_bytes(pictures[7].read_bytes())
    program = open_program(ProgramOptions(tmp_path / "catalog.sqlite", "sample"))
    program.indexer.start()
    program.add_folder(folder, sample_allowed=True)
    assert program.indexer.wait_until_idle(120)
    assert program.catalog.counts().embedded == 11
    yield program
    program.close()


def _name(program: Program, photo_id: int) -> str:
    return program.catalog.photo(photo_id).name


def test_what_is_alike_is_found_by_photo_by_picture_and_in_groups(
    program: Program, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "photos"
    names = sorted(path.name for path in folder.glob("IMG*.jpg"))
    small = program.catalog.photo_by_path(folder / "small.jpg")
    assert small is not None
    result = program.similar.to_photo(small, limit=3)
    assert result.like is not None
    assert result.like.name == "small.jpg"
    assert len(result.hits) == 3
    assert _name(program, result.hits[0].photo_id) == names[2]
    assert result.hits[0].similarity is not None
    assert result.hits[0].similarity > 0.97
    assert small.id not in [hit.photo_id for hit in result.hits]

    dropped = tmp_path / "dropped.webp"
    with Image.open(folder / names[4]) as picture:
        picture.save(dropped)
    found = program.similar.to_picture(dropped, limit=2)
    assert _name(program, found.hits[0].photo_id) == names[4]
    assert program.catalog.photo_by_path(dropped) is None

    chosen = program.describer_set
    told = groups(program.catalog, chosen.matcher, chosen.likeness)
    pairs = {frozenset(_name(program, each) for each in group.photo_ids) for group in told}
    wanted = ({names[2], "small.jpg"}, {names[5], "bright.png"}, {names[7], "same.jpg"})
    assert pairs == {frozenset(each) for each in wanted}
    assert [group.kind for group in told].count(GroupKind.SAME) == 1

    program.close()
    arguments = ["--catalog", str(tmp_path / "catalog.sqlite"), "--checkpoint", "sample"]
    cli.run(cli.parse([*arguments, "similar", str(folder / "small.jpg"), "--limit", "1", "--json"]))
    said = json.loads(capsys.readouterr().out)
    assert [Path(hit["path"]).name for hit in said["hits"]] == [names[2]]
    cli.run(cli.parse([*arguments, "search", "--picture", str(dropped), "--limit", "1"]))
    assert names[4] in capsys.readouterr().out
    cli.run(cli.parse([*arguments, "duplicates", "--json"]))
    said = json.loads(capsys.readouterr().out)
    assert said["calibrated"]
    assert len(said["groups"]) == 3


def test_hits_say_why_and_a_saved_search_is_held_closer_against_its_photos(
    program: Program, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program.catalog.add_folder(tmp_path / "photos", is_sample_gallery=True)  # known to be drawn
    program.close()
    arguments = ["--catalog", str(tmp_path / "catalog.sqlite"), "--checkpoint", "sample"]

    def run(*words: str) -> str:
        assert cli.run(cli.parse([*arguments, *words])) == 0
        return capsys.readouterr().out

    run("saved", "add", "Sea", "a beach")
    lines = run("saved", "run", "sea", "--limit", "3", "--refine", "30").splitlines()
    assert len(lines) == 3
    for line in lines:
        *_, why = line.split("\t")
        assert "“beach” in its caption" in why
        assert why.endswith(("fits for certain", "probably fits", "unsure whether it fits"))
    plain, closer = (
        json.loads(run("search", "a beach", "--limit", "3", "--json", *more))["hits"]
        for more in ((), ("--refine", "30"))
    )
    assert [hit["why"]["match"] for hit in plain] == [None] * 3
    assert all(hit["why"]["caption"] == ["beach"] for hit in plain)
    assert all(hit["raw"] == [] for hit in plain)
    for hit in closer:
        assert hit["why"]["match"] in ("certain", "probably", "unsure")
        assert hit["score"] == pytest.approx(2 * 0.9 + hit["why"]["match_score"], abs=0.21)


def test_a_picture_that_is_broken_is_told_in_a_sentence_and_others_still_are_found(
    program: Program, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes((tmp_path / "photos" / "small.jpg").read_bytes()[:700])
    with pytest.raises(KnownError, match=r"“broken.jpg” cannot be compared\. .+\."):
        program.similar.to_picture(broken)
    answers: list[int] = []
    whole = tmp_path / "photos" / "bright.png"
    asking = [
        threading.Thread(target=lambda: answers.append(len(program.similar.to_picture(whole).hits)))
        for _ in range(2)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(60)
    assert answers == [11, 11]
