"""What was measured of the library, for people: every figure beside its target."""

from collections.abc import Iterator
from typing import Any

Measured = dict[str, Any]


def lines_of(result: Measured) -> list[str]:
    """The tables of a result."""
    parts = (_head, _search, _nearest, _start, _import, _others)
    return [line for part in parts for line in (*part(result), "")][:-1]


def _head(result: Measured) -> Iterator[str]:
    used = result["machine"]
    yield f"{result['photos']:,} photos, vectors of {result['dimension']} numbers"
    yield (
        f"{used['processor']}, {used['cores']} cores; Python {used['python']}, "
        f"SQLite {used['sqlite']}, numpy {used['numpy']}, simsimd {used['simsimd']}"
    )


def _search(result: Measured) -> Iterator[str]:
    told = result["search"]
    title = "Search: words, meaning and fields, best 50"
    yield f"{title:44}{'of 100':>8}{'median':>10}{'p95':>10}{'slowest':>10}"
    for kind, some in told["kinds"].items():
        yield _spread(kind, some, str(told["mix"][kind]))
    yield _spread(f"all {told['queries']}", told["all"], "") + _target("p95 <= 100 ms")
    agreed = result["agreement"]
    yield (
        f"As a comparison with everything finds: {agreed['share']:.2%} of {agreed['hits']} hits "
        f"of {agreed['queries']} queries."
    )


def _spread(name: str, some: Measured, share: str) -> str:
    numbers = (some["median_s"], some["p95_s"], some["slowest_s"])
    return f"  {name:42}{share:>8}" + "".join(f"{1e3 * each:7.1f} ms" for each in numbers)


def _nearest(result: Measured) -> Iterator[str]:
    told = result["nearest"]
    yield f"{'The nearest 50 alone':52}{'median':>10}{'ratio':>10}"
    yield f"  {'ours: int8 scan, float16 decides':50}{1e3 * told['ours_s']:7.1f} ms"
    names = {
        "numpy": ("numpy: float32 matrix, argpartition", ">= 2 at 100,000"),
        "rclip": ("rclip's procedure: every vector read again", ">= 100 at 100,000"),
        "sqlite_vec": ("sqlite-vec: float32", ">= 10 at 100,000"),
    }
    for name, (words, target) in names.items():
        if name in told["ratios"]:
            spent, ratio = told[f"{name}_s"], told["ratios"][name]
            yield f"  {words:50}{1e3 * spent:7.1f} ms{ratio:10.1f}" + _target(target)
    if "without_sqlite_vec" in told:
        yield f"  sqlite-vec cannot be measured here: {told['without_sqlite_vec']}."
    yield f"  {'recall of the best 50':50}{told['recall']:10.4f}" + _target(">= 0.999")


def _start(result: Measured) -> Iterator[str]:
    told, memory = result["start"], result["memory"]
    parts = ("open_s", "ids_s", "first_rows_s")
    opened, ids, rows = (1e3 * told[part] for part in parts)
    yield (
        f"{'Start to first rows':52}{1e3 * told['start_s']:7.0f} ms"
        f" (open {opened:.0f}, ids {ids:.0f}, 200 photos {rows:.0f})" + _target("<= 300 ms")
    )
    yield (
        f"{'Vectors ready from their file':52}{1e3 * told['vectors_s']:7.0f} ms"
        f" (first from the catalog: {result['vectors_from_catalog_s']:.1f} s)"
    )
    if memory["over_empty_mib"] is None:
        yield "Private memory: this system does not tell."
    else:
        yield (
            f"{'Private memory over an empty catalog':52}{memory['over_empty_mib']:6.0f} MiB"
            f" ({memory['most_mib']:.0f} in all; mapped files apart)" + _target("<= 150")
        )


def _import(result: Measured) -> Iterator[str]:
    told = result["import"]
    yield (
        f"{'Import beside raw sqlite3':52}{told['ratio']:10.2f}"
        f" ({told['photos']:,} photos in {told['ours_s']:.1f} s, raw {told['raw_sqlite3_s']:.1f} s)"
        + _target(">= 0.75")
    )
    yield f"{'The whole collection, with making it up':52}{told['whole_collection_s']:8.1f} s"


def _others(result: Measured) -> Iterator[str]:
    scan, made = result["scan"], result["thumbnails"]
    yield (
        f"{'Scan, nothing changed, beside rclip’s way':52}{scan['ratio']:10.2f}"
        f" ({scan['scan_s']:.2f} s, {scan['compared_per_s']:,.0f} files a second after the walk)"
        + _target(">= 2")
    )
    yield (
        f"{'Thumbnail beside decoding in full and resizing, CPU':52}{made['ratio']:10.2f}"
        f" ({made['thumbnail_ms']:.0f} ms; the bare decode: {made['decode_ratio']:.2f})"
        + _target(">= 5")
    )


def _target(words: str) -> str:
    return f"   target {words}"
