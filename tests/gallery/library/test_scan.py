import os
from pathlib import Path

import pytest

from gallery.library.scan import RootGoneError, fingerprint, walk


def _touch(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _names(root: Path) -> list[str]:
    return [os.fspath(file.path.relative_to(root)) for file in walk(root)]


def test_pictures_are_found_at_any_depth_by_their_ending(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.PNG", "sub/deep/c.webp", "notes.txt", "raw.xyz", "jpg"):
        _touch(tmp_path / name)
    assert _names(tmp_path) == ["a.jpg", "b.PNG", "sub/deep/c.webp"]


def test_size_and_time_are_told(tmp_path: Path) -> None:
    path = _touch(tmp_path / "a.jpg", b"12345")
    os.utime(path, ns=(1, 1_234_567_890))
    (found,) = walk(tmp_path)
    assert (found.path, found.size_bytes, found.mtime_ns) == (path, 5, 1_234_567_890)


def test_hidden_files_trash_and_servers_thumbnails_are_skipped(tmp_path: Path) -> None:
    for name in (
        ".hidden.jpg",
        "._a.jpg",
        ".trash/b.jpg",
        "@eaDir/c.jpg",
        "$RECYCLE.BIN/d.jpg",
        "#recycle/e.jpg",
        "System Volume Information/f.jpg",
        "kept/g.jpg",
    ):
        _touch(tmp_path / name)
    assert _names(tmp_path) == ["kept/g.jpg"]


def test_links_that_lead_in_circles_end(tmp_path: Path) -> None:
    _touch(tmp_path / "sub/a.jpg")
    (tmp_path / "sub/up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "again").symlink_to(tmp_path / "sub", target_is_directory=True)
    assert _names(tmp_path) == ["sub/a.jpg"]


def test_a_link_to_a_folder_elsewhere_is_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    _touch(tmp_path / "elsewhere/a.jpg")
    (root / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert _names(root) == ["linked/a.jpg"]


def test_what_is_only_named_like_a_picture_is_told_too(tmp_path: Path) -> None:
    _touch(tmp_path / "folder.png/inside.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "link to nothing.jpg").symlink_to(tmp_path / "nothing")
    found = {file.path.name: file.size_bytes for file in walk(tmp_path)}
    assert found == {"folder.png": 0, "inside.jpg": 1, "pipe.jpg": 0, "link to nothing.jpg": 0}


def test_names_that_are_not_utf8_are_kept(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/gr\xfc\xdfe.jpg"
    with open(raw, "wb"):
        pass
    (found,) = walk(tmp_path)
    assert os.fsencode(found.path) == raw


def test_a_root_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(RootGoneError):
        list(walk(tmp_path / "unplugged"))
    with pytest.raises(RootGoneError):
        list(walk(_touch(tmp_path / "a file")))


def test_a_folder_that_cannot_be_listed_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    for number in range(3):
        _touch(tmp_path / f"{number}/a.jpg")
    unreadable: list[Path] = []
    files = walk(tmp_path, unreadable=unreadable.append)
    first = next(files)
    assert first.path == tmp_path / "0/a.jpg"
    (tmp_path / "1").rename(tmp_path.with_name("taken away"))
    assert [file.path for file in files] == [tmp_path / "2/a.jpg"]
    assert unreadable == [tmp_path / "1"]


def test_a_walk_ends_when_it_is_cancelled(tmp_path: Path) -> None:
    for number in range(50):
        _touch(tmp_path / f"{number:02}.jpg")
    answers = iter([False] * 7 + [True])
    assert len(list(walk(tmp_path, cancelled=lambda: next(answers)))) == 7


def test_fingerprints_tell_contents_apart_and_not_names(tmp_path: Path) -> None:
    big = bytes(range(256)) * 4096
    changed = bytearray(big)
    changed[len(big) // 2] ^= 1
    contents = [b"", b"a", b"b", big, bytes(changed), big[:-1], big + b"z"]
    marks = [
        fingerprint(_touch(tmp_path / f"{number}.jpg", content))
        for number, content in enumerate(contents)
    ]
    assert len(set(marks)) == len(contents)
    assert all(len(mark) == 16 for mark in marks)
    assert fingerprint(_touch(tmp_path / "copy.jpg", big)) == marks[3]
    with pytest.raises(OSError, match="nothing"):
        fingerprint(tmp_path / "nothing")


@pytest.mark.parametrize("moment_s", [-(2**33), 2**34, 2**40])
def test_a_time_that_no_catalog_can_keep_is_brought_within_its_range(
    tmp_path: Path, moment_s: int
) -> None:
    path = _touch(tmp_path / "a.jpg")
    os.utime(path, (moment_s, moment_s))
    (found,) = walk(tmp_path)
    assert -(2**63) <= found.mtime_ns < 2**63
