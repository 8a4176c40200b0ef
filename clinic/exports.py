"""Days in words, as the design guide writes them."""

from datetime import date
from functools import lru_cache

from django.utils import dateformat
from django.utils.translation import get_language

PATTERNS = {
    "en": {
        "long": "l j F",
        "long_year": "l j F Y",
        "short": "D j M",
        "short_year": "D j M Y",
        "dot": "j M",
        "dot_year": "j M Y",
        "month": "M",
    },
    "es": {
        "long": r"l j \d\e F",
        "long_year": r"l j \d\e F \d\e Y",
        "short": "D j M",
        "short_year": "D j M Y",
        "dot": "j M",
        "dot_year": "j M Y",
        "month": "M",
    },
}


def in_words(day: date, pattern: str) -> str:
    """Return a date in the current language, by the name of a pattern; in Spanish days and months are small."""
    return _spelt(day, pattern, (get_language() or "en")[:2])


# A page of proposals writes the same sixty days three times over; what a day is called never changes.
@lru_cache(maxsize=8192)
def _spelt(day: date, pattern: str, language: str) -> str:
    words = dateformat.format(day, PATTERNS.get(language, PATTERNS["en"])[pattern])
    return words.lower() if language == "es" else words
