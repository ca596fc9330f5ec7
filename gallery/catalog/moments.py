"""When photos were taken: local time without a zone, as cameras write it."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - cameras tell no zone


def local_time(mtime_ns: int) -> datetime:
    """A file's time stamp beside what cameras write; 1970 where it is outside the calendar."""
    try:
        return datetime.fromtimestamp(mtime_ns / 1e9, UTC).astimezone().replace(tzinfo=None)
    except (OverflowError, ValueError, OSError):
        return _EPOCH


def place_in_time(moment: datetime) -> dict[str, int]:
    """The columns ``sort_at_us`` and ``month`` of a photo taken at this moment."""
    microseconds = (moment - _EPOCH) // timedelta(microseconds=1)
    return {"sort_at_us": microseconds, "month": moment.year * 100 + moment.month}
