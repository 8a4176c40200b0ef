"""Public holidays of a country or a part of it, offered as days to close on."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import holidays

from clinic.models import Clinic

AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """One day, by the name that the country gives it. `is_closed`: nobody is treated then already."""

    day: date
    name: str
    is_closed: bool


def countries() -> list[tuple[str, str]]:
    """Return the countries whose holidays are known, as codes and names."""
    known = holidays.list_supported_countries(include_aliases=False)
    return sorted(((code, name) for code, name in _names().items() if code in known), key=lambda one: one[1])


def regions(country: str) -> list[tuple[str, str]]:
    """Return the parts of a country that have holidays of their own, as codes and names."""
    if country not in dict(countries()):
        return []
    calendar = holidays.country_holidays(country)
    names = {code: name for name, code in getattr(calendar, "subdivisions_aliases", {}).items()}
    return sorted(((code, names.get(code, code)) for code in calendar.subdivisions), key=lambda one: one[1])


def country_of(clinic: Clinic) -> str:
    """Return the country whose clock a clinic goes by; empty where it is none."""
    return _zones().get(clinic.time_zone, "")


def public_holidays(
    clinic: Clinic, country: str, region: str, today: date, language: str
) -> list[PublicHoliday]:
    """Return the holidays of the next thirteen months in a language, where the country has it; three queries."""
    if country not in dict(countries()):
        return []
    last = today + AHEAD
    calendar = holidays.country_holidays(
        country,
        subdiv=region if region in dict(regions(country)) else None,
        years=range(today.year, last.year + 1),
        language=_spoken(country, language),
    )
    closed = _closed_days(clinic, today, last)
    return [
        PublicHoliday(day, name, day in closed)
        for day, name in sorted(calendar.items())
        if today <= day <= last
    ]


def _closed_days(clinic: Clinic, first: date, last: date) -> set[date]:
    """Return the days without hours, or closed from morning to night."""
    weekdays = set(clinic.opening_hours.values_list("weekday", flat=True))
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    closed = {day for day in every if day.weekday() not in weekdays}
    closed -= set(clinic.special_openings.filter(day__range=(first, last)).values_list("day", flat=True))
    whole = clinic.closures.filter(start_minute=None, first__lte=last, last__gte=first)
    for row in whole:
        closed |= {day for day in every if row.first <= day <= row.last}
    return closed


def _spoken(country: str, language: str) -> str | None:
    """Return the language in which a country's holidays are named: as asked for, near it, or its own."""
    known: tuple[str, ...] = getattr(holidays.country_holidays(country), "supported_languages", ())
    wanted = language.replace("-", "_").casefold()
    exact = [one for one in known if one.casefold() == wanted]
    near = [one for one in known if one.split("_")[0] == wanted.split("_")[0]]
    return next(iter([*exact, *near]), None)


@cache
def _zones() -> dict[str, str]:
    """Return the country of each time zone."""
    rows = [line.split("\t") for line in _lines("zone.tab")]
    return {row[2]: row[0] for row in rows}


@cache
def _names() -> dict[str, str]:
    """Return the name of each country."""
    return dict(line.split("\t")[:2] for line in _lines("iso3166.tab"))


def _lines(name: str) -> list[str]:
    text = files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
