from datetime import date, datetime
from pathlib import Path

import pytest

from gallery.domain import Caption, Origin, Photo
from gallery.narration.dates import span_in_words, spoken_date
from gallery.narration.story import Detail, story_of


def _photo(number: int, taken: str | None, *, source: str = "exif") -> Photo:
    caption = Caption(
        1,
        1,
        "a dog on a beach",
        Origin.MODEL,
        "en",
        None,
        None,
        None,
        0.9,
        False,
        datetime(2024, 1, 1),
    )
    at = datetime.fromisoformat(taken) if taken else None
    path = Path(f"/photos/{number}.jpg")
    return Photo(number, 1, path, 1, 40, 30, at, source, False, caption, None)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2024, 5, 3), "the third of May 2024"),
        (date(2023, 12, 20), "the twentieth of December 2023"),
        (date(2024, 2, 21), "the twenty-first of February 2024"),
        (date(2024, 6, 30), "the thirtieth of June 2024"),
        (date(2024, 1, 31), "the thirty-first of January 2024"),
    ],
)
def test_a_day_is_said_as_english_says_it(day: date, said: str) -> None:
    assert spoken_date(day) == said


def test_every_day_of_a_month_has_its_own_ordinal() -> None:
    assert len({spoken_date(date(2024, 1, day)) for day in range(1, 32)}) == 31


def test_a_stretch_of_days_is_told_as_shortly_as_it_can_be() -> None:
    assert span_in_words(date(2024, 5, 3), date(2024, 5, 3)) == "3 May 2024"
    assert span_in_words(date(2024, 5, 3), date(2024, 5, 9)) == "May 2024"
    assert span_in_words(date(2024, 5, 3), date(2024, 7, 1)) == "May to July 2024"
    assert span_in_words(date(2023, 12, 31), date(2024, 1, 1)) == "2023 to 2024"


def test_the_title_tells_when_and_how_many_and_a_day_is_said_once() -> None:
    photos = [
        _photo(1, "2024-05-03T09:00:00"),
        _photo(2, "2024-05-03T10:00:00"),
        _photo(3, None),
        _photo(4, "2024-05-04T08:00:00"),
    ]
    story = story_of(photos, title="Lisbon")
    assert story.opening == "Lisbon. May 2024, 4 photos."
    assert [line.said for line in story.lines] == [
        "The third of May 2024. A dog on a beach.",
        "A dog on a beach.",
        "A dog on a beach.",
        "The fourth of May 2024. A dog on a beach.",
    ]
    plain = story_of(photos, title="Lisbon", detail=Detail.CAPTION)
    assert {line.said for line in plain.lines} == {"A dog on a beach."}


def test_days_are_not_said_where_they_are_one_out_of_order_or_only_the_files_own() -> None:
    one = [_photo(1, "2024-05-03T09:00:00"), _photo(2, "2024-05-03T10:00:00")]
    backwards = [_photo(1, "2024-05-04T09:00:00"), _photo(2, "2024-05-03T10:00:00")]
    copied = [
        _photo(1, "2024-05-03T09:00:00", source="file"),
        _photo(2, "2024-05-04T09:00:00", source="file"),
    ]
    for photos in (one, backwards, copied):
        assert {line.said for line in story_of(photos, title="").lines} == {"A dog on a beach."}
    assert story_of(one, title="Lisbon").subtitle == "3 May 2024, 2 photos"
    assert story_of(copied[:1], title="Lisbon").subtitle == "1 photo"
    assert story_of(one, title="").opening == ""
