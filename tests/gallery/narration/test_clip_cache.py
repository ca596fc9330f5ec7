import os
import time
from collections.abc import Callable
from pathlib import Path

from gallery.domain import Clip, WordTime
from gallery.narration.clip_cache import ClipCache


def _kept(cache: ClipCache, text: str, size_bytes: int = 100) -> Clip:
    with cache.room_for(text, None, None) as part:
        part.write_bytes(b"x" * size_bytes)
        return cache.keep(Clip(text, part, 5, (WordTime(0, 1, 2),)), None, None)


def test_a_kept_clip_is_found_by_sentence_voice_and_rate(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path / "speech")
    clip = _kept(cache, "a \ud800 cat 😀")
    assert cache.get("a \ud800 cat 😀", None, None) == clip
    assert cache.get("a \ud800 cat 😀", "other", None) is None
    assert cache.get("a \ud800 cat 😀", None, 100) is None
    assert cache.get("a cat", None, None) is None


def test_a_damaged_or_vanished_clip_counts_as_unknown(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path)
    clip = _kept(cache, "cut short")
    clip.path.write_bytes(b"x")
    assert cache.get("cut short", None, None) is None
    clip = _kept(cache, "notes broken")
    clip.path.with_suffix(".json").write_text("[]")
    assert cache.get("notes broken", None, None) is None
    clip = _kept(cache, "gone")
    clip.path.unlink()
    assert cache.get("gone", None, None) is None


def test_an_abandoned_file_is_removed(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path)
    with cache.room_for("a", None, None) as part:
        part.write_bytes(b"half")
    assert list(tmp_path.iterdir()) == []


def test_the_least_recently_used_go_first_and_those_in_use_stay(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path, limit_bytes=1_000)
    old = [_kept(cache, f"old {number}") for number in range(8)]
    for age, clip in enumerate(old):
        an_hour_ago = time.time() - 3_600 + age
        os.utime(clip.path, (an_hour_ago, an_hour_ago))
    assert cache.get("old 0", None, None) is not None  # used again
    for number in range(3):
        _kept(cache, f"new {number}")
    left = {name for name in (f"old {n}" for n in range(8)) if cache.get(name, None, None)}
    assert "old 0" in left
    assert "old 1" not in left
    assert all(cache.get(f"new {number}", None, None) for number in range(3))
    assert sum(path.stat().st_size for path in tmp_path.glob("*.wav")) <= 1_000


def test_nothing_in_use_is_removed_even_where_the_limit_is_passed(
    tmp_path: Path, tone: Callable[..., Clip]
) -> None:
    cache = ClipCache(tmp_path / "speech", limit_bytes=100)
    for number in range(5):
        _kept(cache, f"clip {number}")
    assert all(cache.get(f"clip {number}", None, None) for number in range(5))
