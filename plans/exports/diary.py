"""The visits of a span of days as a CSV file: when, who, where and in which state, and no clinical fact."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from clinic.models import Clinic
from clinic.rules.roles import Actor
from clinic.rules.tables import BYTE_ORDER_MARK, line
from clinic.rules.timegrid import clock
from plans.models import Visit

CHUNK = 500


def visits_csv(actor: Actor, clinic: Clinic, first: date, last: date) -> Iterator[str]:
    """Yield the file line by line, in order of time; times are the clinic's."""
    heads = (_("Date"), _("Start"), _("Minutes"), _("Visit"), _("Session"), _("State"), _("Patient"))
    more = (_("Patient’s reference"), _("Phone"), _("Practitioner"), _("Room"), _("Device"), _("Booking"))
    yield BYTE_ORDER_MARK + line((*heads, *more))
    rows = Visit.objects.visible_to(actor).filter(clinic=clinic, day__range=(first, last))
    rows = rows.select_related("patient", "practitioner__user", "room", "device")
    for visit in rows.order_by("starts_at", "pk").iterator(chunk_size=CHUNK):
        yield line(_cells(visit))


def _cells(visit: Visit) -> tuple[object, ...]:
    patient = visit.patient
    return (
        visit.day,
        clock(visit.start_minute),
        visit.minutes,
        visit.get_kind_display(),
        visit.session_number,
        visit.get_state_display(),
        patient.name if patient else "",
        patient.reference if patient else "",
        patient.phone if patient else "",
        visit.practitioner.user.name,
        visit.room,
        visit.device,
        visit.reference,
    )
