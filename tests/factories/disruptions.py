"""Patients with dates in the diary, and absences that fall on them."""

import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction

from clinic.models import Membership
from plans.actions import booking, disruptions, placing, single
from plans.actions.drafting import Wanted
from plans.models import Absence, Series, Visit
from plans.queries.standing import standing
from plans.rules.plan import numbered
from tests.factories.booking import MONDAY, TEN, Desk, slot
from tests.factories.patients import PatientFactory
from tests.factories.plans import SeriesFactory

DAY = datetime.timedelta(days=1)
TODAY = MONDAY.date()
NEXT = TODAY + 7 * DAY  # the Monday on which most sessions of these tests stand


def booked_series(
    desk: Desk, name: str, *days: datetime.date, start: int = TEN, who: Membership | None = None
) -> Series:
    """Book a series of a new patient on these days, as the desk does."""
    series = SeriesFactory.create(
        patient=PatientFactory.create(clinic=desk.team.clinic, name=name),
        practitioner=desk.team.practitioner,
        state="to_book",
        sessions=len(days),
        consultation__signed_by=desk.team.practitioner.user,
    )
    series = Series.objects.get(pk=series.pk)
    plan = numbered(range(1, len(days) + 1), [slot(desk, day, start, who) for day in days])
    with transaction.atomic():
        placing.place(standing(series), plan, at=MONDAY)
        booking.write_change(desk.actor, series, "book", before=(), after=plan, at=MONDAY)
    return series


def booked_consultation(
    desk: Desk, name: str, day: datetime.date, start: int = TEN, who: Membership | None = None
) -> Visit:
    """Book a consultation of a new patient."""
    chosen = slot(desk, day, start, who, room="consulting")
    person = PatientFactory.create(clinic=desk.team.clinic, name=name)
    return single.book(desk.actor, desk.team.clinic, "consultation", person, chosen, at=MONDAY, key=uuid4())


def blocked(desk: Desk, day: datetime.date, start: int = TEN) -> Visit:
    """Keep half an hour of the practitioner free."""
    chosen, member = slot(desk, day, start), desk.team.practitioner
    return single.block(desk.actor, member, slot=chosen, minutes=30, note="", at=MONDAY, key=uuid4())


def leave(desk: Desk, first: datetime.date = NEXT, last: datetime.date | None = None, **more: Any) -> Wanted:
    """The practitioner who signs the plans of these tests is away."""
    return Wanted("leave", first, last or first, membership=desk.team.practitioner, **more)


def drafted(desk: Desk, wanted: Wanted | None = None, **more: Any) -> Absence:
    """Draft an absence as who runs the clinic does: that leave, unless another absence is wanted."""
    return disruptions.draft(desk.admin, desk.team.clinic, wanted or leave(desk), **{"at": MONDAY, **more})


def when(series: Series, number: int = 1) -> tuple[datetime.date, int, str]:
    """Return day, start and practitioner of a session as it stands."""
    visit = series.visits.select_related("practitioner__user").get(
        session_number=number, state__in=Visit.HELD
    )
    return visit.day, visit.start_minute, visit.practitioner.user.name


def names(desk: Desk) -> tuple[str, str]:
    """Return who is away and who takes over."""
    return desk.team.practitioner.user.name, desk.team.lead.user.name


def everybody(absence: Absence, choice: str = "move") -> dict[int, str]:
    """Return the same decision for everybody about whom none was carried out yet."""
    return {row.pk: choice for row in absence.decisions.filter(settled_at=None)}
