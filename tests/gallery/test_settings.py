from pathlib import Path

import pytest

from gallery.settings import Settings, SettingsFile


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "new" / "settings.json")
    settings = Settings(theme="dark", thumbnail_px=300, place="folder:3", photo_id=7)
    file.save(settings)
    assert file.load() == settings
    assert [path.name for path in file.path.parent.iterdir()] == ["settings.json"]


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    assert SettingsFile(tmp_path / "settings.json").load() == Settings()


@pytest.mark.parametrize(
    "rubbish",
    [b"", b"{", b"[]", b'{"theme": 3}', b'{"photo_id": true}', b"\xff\xfe\x00", b"[" * 100_000],
)
def test_rubbish_is_kept_aside_and_defaults_are_used(tmp_path: Path, rubbish: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(rubbish)
    assert SettingsFile(path).load() == Settings()
    assert path.with_name("settings.json.unreadable").read_bytes() == rubbish
    assert not path.exists()


def test_what_a_later_version_added_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"theme": "dark", "something_new": [1]}')
    assert SettingsFile(path).load() == Settings(theme="dark")
