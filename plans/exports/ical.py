"""A patient's visits as a calendar file: times on the clinic's clock, and no word of a treatment."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from clinic.models import Clinic
from plans.models import Visit
from plans.rules.visiting import State

PRODUCT = "-//Interval//Visits//EN"
GONE = (State.CANCELLED, State.NO_SHOW)


def calendar(clinic: Clinic, visits: Iterable[Visit], *, at: datetime) -> bytes:
    """Return the visits as iCalendar (RFC 5545), with the clinic's time zone described inside.

    An entry keeps its UID for ever and its SEQUENCE rises with every change, so that a calendar which is
    read again moves the entry instead of doubling it. A cancelled visit is said to be cancelled.
    """
    file = Calendar()
    file.add("prodid", PRODUCT)
    file.add("version", "2.0")
    file.add("calscale", "GREGORIAN")
    file.add("method", "PUBLISH")
    for visit in visits:
        file.add_component(_event(clinic, visit, at))
    file.add_missing_timezones()
    written: bytes = file.to_ical()
    return written


def _event(clinic: Clinic, visit: Visit, at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{visit.pk}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}")
    event.add("sequence", visit.sequence)
    event.add("dtstamp", at)
    event.add("dtstart", visit.starts_at.astimezone(clinic.zone))
    event.add("dtend", visit.ends_at.astimezone(clinic.zone))
    event.add("summary", _("Visit at %(clinic)s") % {"clinic": clinic.name})
    event.add("location", clinic.address)
    event.add("description", _("Questions? Call %(phone)s.") % {"phone": clinic.phone})
    event.add("status", "CANCELLED" if visit.state in GONE else "CONFIRMED")
    event.add("class", "PRIVATE")
    return event
