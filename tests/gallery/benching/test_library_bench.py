"""The benchmark of the library measures everything and tells it beside its target."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from engine.protocol import CheckpointRef
from gallery import cli
from gallery.benching import library, peers
from gallery.benching.made_up import MIX, VOCABULARY, Collection, queries, word
from gallery.benching.report import lines_of
from gallery.benching.scenes import Scenes

REFERENCE = CheckpointRef("sample", "1", "/nowhere")


def _scenes(size: int = 12) -> Scenes:
    random = np.random.default_rng(1)
    vectors = random.normal(size=(2, 3, size)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    captions = ("a red house in a field", "a blue boat", "a dog on a beach at night")
    return Scenes(captions, vectors[0], vectors[1], REFERENCE, REFERENCE)


def test_a_small_run_tells_every_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "_QUERIES", 40)
    monkeypatch.setattr(library, "_NEAREST", 5)
    monkeypatch.setattr(library, "_STARTS", 1)
    monkeypatch.setattr(library, "_THUMBNAIL_TURNS", 1)
    out = tmp_path / "out.json"
    asked = ["bench", "library", "--photos", "2,000", "--json", str(out)]
    assert cli.run(cli.parse(asked)) == 0
    told, printed = json.loads(out.read_text()), capsys.readouterr().out
    assert told["photos"] == 2_000
    assert told["dimension"] == 256
    assert set(told["search"]["kinds"]) == set(MIX)
    assert told["search"]["all"]["p95_s"] <= told["search"]["all"]["slowest_s"]
    assert told["nearest"]["recall"] == 1.0
    assert {"numpy", "rclip"} <= set(told["nearest"]["ratios"])
    assert ("sqlite_vec" in told["nearest"]["ratios"]) != ("without_sqlite_vec" in told["nearest"])
    assert told["agreement"]["share"] >= 0.99
    assert told["import"]["ratio"] > 0
    assert 0 < told["start"]["ids_s"] < told["start"]["start_s"]
    for words in (
        "p95 <= 100 ms",
        "rclip",
        "numpy",
        "sqlite-vec",
        "recall",
        "<= 300 ms",
        ">= 0.75",
        "Scan, nothing changed",
        "Thumbnail beside decoding",
    ):
        assert words in printed
    assert re.search(r"Private memory", printed)


def test_a_number_that_cannot_be_made_up_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    asked = cli.parse(["bench", "library", "--photos", "many"])
    assert cli.guarded(cli.run, asked) == cli.WRONG
    assert "“many” is no number" in capsys.readouterr().err


def test_a_collection_is_the_same_each_time_and_its_words_are_spread_as_zipf_says() -> None:
    made = Collection(_scenes(), Path("/pictures"), 3_000)
    photos = list(made.photos())
    assert photos == list(made.photos())
    assert len({photo.path for photo in photos}) == 3_000
    vectors = np.stack([np.frombuffer(photo.vector, "<f2") for photo in photos]).astype(np.float32)
    assert vectors.shape == (3_000, 256)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3_000), abs=1e-2)
    shares = [sum(word(rank) in photo.caption.split() for photo in photos) for rank in (0, 9, 999)]
    assert shares[0] > 5 * shares[1] > 25 * shares[2]
    assert len({word(rank) for rank in range(VOCABULARY)}) == VOCABULARY


def test_the_scenes_keep_their_cosines_in_more_numbers() -> None:
    scenes = _scenes()
    made = Collection(scenes, Path("/pictures"), 1)
    assert made.images.shape == (3, 256)
    assert made.images @ made.texts.T == pytest.approx(scenes.images @ scenes.texts.T, abs=1e-5)


def test_the_queries_are_of_the_mix_that_is_stated() -> None:
    asked = queries(Collection(_scenes(), Path("/pictures"), 10), 200)
    counts = {kind: sum(one.kind == kind for one in asked) for kind in MIX}
    assert counts == {kind: 2 * share for kind, share in MIX.items()}
    assert sum(MIX.values()) == 100
    again = queries(Collection(_scenes(), Path("/pictures"), 10), 200)
    assert [one.text for one in asked] == [one.text for one in again]


def test_the_others_find_the_nearest_too(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    matrix = random.normal(size=(500, 16)).astype(np.float32)
    query = random.normal(size=16).astype(np.float32)
    expected = np.argsort(-(matrix @ query))[:10]
    assert peers.of_numpy(matrix, query, 10).tolist() == expected.tolist()
    rclip = peers.Rclip(tmp_path / "rclip.sqlite", matrix)
    found = [int(path[-11:-4]) for _, path in rclip.nearest(query, 10)]
    rclip.close()
    assert found == expected.tolist()


def test_a_system_that_tells_no_memory_is_no_trouble(tmp_path: Path) -> None:
    spread = {"median_s": 0.1, "p95_s": 0.2, "slowest_s": 0.3}
    told = {
        "photos": 5,
        "dimension": 256,
        "machine": {**library.machine()},
        "search": {"queries": 1, "mix": MIX, "all": spread, "kinds": {"one Zipf word": spread}},
        "agreement": {"share": 1.0, "hits": 3, "queries": 1},
        "nearest": {"ours_s": 1, "numpy_s": 2, "ratios": {"numpy": 2.0}, "recall": 1.0},
        "start": {"start_s": 1, "open_s": 1, "ids_s": 1, "first_rows_s": 1, "vectors_s": 1},
        "vectors_from_catalog_s": 1.0,
        "memory": {"over_empty_mib": None, "most_mib": None, "empty_mib": None},
        "import": {
            "ratio": 1,
            "photos": 5,
            "ours_s": 1,
            "raw_sqlite3_s": 1,
            "whole_collection_s": 1,
        },
        "scan": {"ratio": 3.0, "scan_s": 1.0, "compared_per_s": 1e5},
        "thumbnails": {"ratio": 5.0, "thumbnail_ms": 26.0, "decode_ratio": 1.7},
    }
    lines = "\n".join(lines_of(told))
    assert "does not tell" in lines
    assert "Scan, nothing changed" in lines
