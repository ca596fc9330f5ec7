"""Dates as English says and writes them."""

from datetime import date

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_ORDINALS = (
    *(
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
    ),
    *("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth"),
    *("eighteenth", "nineteenth", "twentieth"),
)


def spoken_date(day: date) -> str:
    """Return a day as it is said: "the third of May 2024"."""
    return f"the {_ordinal(day.day)} of {_MONTHS[day.month - 1]} {day.year}"


def span_in_words(first: date, last: date) -> str:
    """Return a stretch of days: "3 May 2024", "May 2024", "May to July 2024", "2023 to 2024"."""
    month, last_month = _MONTHS[first.month - 1], _MONTHS[last.month - 1]
    if first == last:
        return f"{first.day} {month} {first.year}"
    if first.year != last.year:
        return f"{first.year} to {last.year}"
    if first.month != last.month:
        return f"{month} to {last_month} {first.year}"
    return f"{month} {first.year}"


def _ordinal(number: int) -> str:
    """Return a day of the month (1 to 31) as an ordinal."""
    if number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    if number == 30:
        return "thirtieth"
    tens = "twenty" if number < 30 else "thirty"
    return f"{tens}-{_ORDINALS[number % 10 - 1]}"
