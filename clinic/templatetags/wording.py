"""Dates and times in words, in the current language, as the design guide writes them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.html import format_html
from django.utils.translation import get_language

from clinic.rules import timegrid

PATTERNS = {
    "en": {
        "long": "l j F",
        "long_year": "l j F Y",
        "short": "D j M",
        "short_year": "D j M Y",
        "dot": "j M",
        "month": "M",
    },
    "es": {
        "long": r"l j \d\e F",
        "long_year": r"l j \d\e F \d\e Y",
        "short": "D j M",
        "short_year": "D j M Y",
        "dot": "j M",
        "month": "M",
    },
}


def in_words(day: date, pattern: str) -> str:
    """A date in the current language; in Spanish days and months are small."""
    language = (get_language() or "en")[:2]
    words = dateformat.format(day, PATTERNS.get(language, PATTERNS["en"])[pattern])
    return words.lower() if language == "es" else words


def local(moment: date, tz: ZoneInfo | None) -> tuple[date, str]:
    """The local day and the time of an instant; a plain date has no time.

    Raises ValueError for an instant without the clinic's time zone.
    """
    if not isinstance(moment, datetime):
        return moment, ""
    if tz is None:
        raise ValueError("an instant needs the clinic's time zone to be written")
    day, minute = timegrid.to_local(moment, tz)
    return day, f"{minute // 60:02d}:{minute % 60:02d}"


def stamp(moment: date, tz: ZoneInfo | None) -> str:
    """What stands in `<time datetime>`."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    return moment.astimezone(tz).isoformat(timespec="minutes")


def written(
    moment: date | None, tz: ZoneInfo | None, style: str, *, today: date | None, with_time: bool
) -> str:
    """A `<time>` element: style is long or short; the year is left out when it is the year of `today`."""
    if moment is None:
        return ""
    day, time = local(moment, tz)
    words = in_words(day, style if today is not None and today.year == day.year else f"{style}_year")
    if with_time and time:
        return format_html('<time datetime="{}">{}, {}</time>', stamp(moment, tz), words, time)
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), words)
