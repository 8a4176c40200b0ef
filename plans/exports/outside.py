"""A time outside the hours in words: what is unusual about it, or why even so it cannot be."""

from collections.abc import Iterable

from django.utils.translation import gettext

from clinic.rules.timegrid import Span, clock
from plans.exports.wording import short_day
from plans.queries.outside import Outside

# The box that the refusal stands at.
FIELDS = {
    "past": "day",
    "clock": "time",
    "closed": "day",
    "off the grid": "time",
    "practitioner not able": "with_whom",
    "practitioner away": "with_whom",
    "practitioner busy": "time",
    "patient busy": "time",
    "no room": "time",
    "no device": "time",
}


def refusal(found: Outside) -> str:
    """Return why a time cannot be had, and the way out."""
    words = {
        "past": gettext("That time has passed. Type a later one."),
        "clock": gettext(
            "A visit at that time would cross midnight or a change of the clocks. Type another."
        ),
        "closed": gettext(
            "The clinic is closed then. Choose another day, or ask an administrator to take the closure back first."
        ),
        "off the grid": gettext("Visits do not start at that minute. Type one such as 18:00 or 18:15."),
        "practitioner not able": gettext("%(name)s does not give this kind of visit. Choose somebody else."),
        "practitioner away": gettext("%(name)s is away then. Choose somebody else, or another day."),
        "practitioner busy": gettext("%(name)s is busy then. Type another time, or choose somebody else."),
        "patient busy": gettext("The patient has another visit then. Type another time."),
        "no room": gettext("No room that fits is free then. Type another time."),
        "no device": gettext("No device that fits is free then. Type another time."),
    }
    return words[found.code] % {"name": found.typed.practitioner.user.name}


def consequences(found: Outside) -> list[str]:
    """Return what is unusual about a time, in sentences; none where it lies inside the hours."""
    said, day = [], short_day(found.typed.day)
    if not found.is_open and found.opening:
        said.append(
            gettext("%(day)s: the clinic is open %(hours)s.") % {"day": day, "hours": spans(found.opening)}
        )
    elif not found.is_open:
        said.append(gettext("%(day)s: the clinic is not open.") % {"day": day})
    if not found.is_on_shift:
        name, hours = found.typed.practitioner.user.name, spans(found.working)
        words = (
            gettext("%(name)s works %(hours)s that day, so not the whole of this visit.")
            if hours
            else gettext("%(name)s does not work that day.")
        )
        said.append(words % {"name": name, "hours": hours})
    return said


def spans(hours: Iterable[Span]) -> str:
    """Return 09:00–12:00, 13:00–17:00."""
    return ", ".join(f"{clock(start)}–{clock(end)}" for start, end in hours)
