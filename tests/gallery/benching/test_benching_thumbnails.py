"""What a thumbnail costs beside a full decode is measured, not said."""

from gallery.benching.thumbnails import measure


def test_a_thumbnail_is_far_cheaper_than_the_full_way() -> None:
    told = measure(turns=1)
    assert told["megapixels"] == 12.0
    assert 0 < told["thumbnail_ms"] < told["decode_ms"] < told["full_ms"]
    assert told["ratio"] > 2
