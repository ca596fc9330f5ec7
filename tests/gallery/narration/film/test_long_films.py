"""What takes minutes: `make check-long`."""

from pathlib import Path

import pytest

from gallery.narration.film.bench import _SHORT, _alone, measure_film, measure_speech
from gallery.narration.film.timeline import Pace

pytestmark = pytest.mark.long


@pytest.mark.timeout(3_000)
def test_a_film_of_a_thousand_photos_takes_the_memory_of_one_of_ten(tmp_path: Path) -> None:
    few, many = (
        _alone(measure_film, tmp_path, slides, "360p", ".mp4", _SHORT, voiced=False)
        for slides in (10, 1_000)
    )
    if few.peak_mb is None or many.peak_mb is None:
        pytest.skip("this system does not tell a process's peak")
    assert many.film_s > 90 * few.film_s
    assert many.peak_mb < 1.2 * few.peak_mb


@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("ending", [".mp4", ".webm"])
def test_1080p_with_effects_takes_two_cores_no_longer_than_it_lasts(
    tmp_path: Path, ending: str
) -> None:
    film = _alone(measure_film, tmp_path, 8, "1080p", ending, Pace(), voiced=True)
    assert film.cpu_s / film.film_s < 2.0  # what others take of the cores is not counted


@pytest.mark.timeout(300)
def test_a_thousand_captions_are_spoken_within_half_a_minute(tmp_path: Path) -> None:
    assert measure_speech(tmp_path, 1_000).took_s < 30
