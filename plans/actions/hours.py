"""Other hours: of the clinic in every week or on one day, and of somebody who works here.

Hours that take nothing from a visit are saved at once. Others are drafts, like an absence, until everybody whom
they touch is decided.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from clinic.actions.refusal import Refused
from clinic.models import Clinic, Membership
from clinic.rules.hours import Shift
from clinic.rules.roles import Actor
from clinic.rules.timegrid import Span, local_day
from plans.actions import disruptions
from plans.actions.drafting import Wanted
from plans.actions.planning import GoOn
from plans.models import Absence
from plans.queries.timetable import opening_week
from plans.rules.scheduling.replan import always

FARTHEST = timedelta(days=3 * 365)
"""Nothing is booked further ahead, so hours from a day on are hours until then."""

Typed = Mapping[int, Sequence[Span]]
"""Weekday (0 = Monday) to spans of minutes, as they were typed."""


def change_opening(
    actor: Actor, clinic: Clinic, week: Typed, *, at: datetime, key: UUID | None = None, go_on: GoOn = always
) -> Absence:
    """Open in other hours every week, from now on. Raises Refused for hours that cannot be."""
    today = local_day(at, clinic.zone)
    wanted = Wanted(Absence.Kind.OPENING, today, today + FARTHEST, pattern=Shift(_whole(week)))
    return disruptions.draft(actor, clinic, wanted, at=at, key=key, go_on=go_on)


def change_day(
    actor: Actor,
    clinic: Clinic,
    day: date,
    spans: Sequence[Span],
    *,
    at: datetime,
    key: UUID | None = None,
    go_on: GoOn = always,
) -> Absence:
    """Open in other hours on one day. Raises Refused for none: a day on which nobody comes is a closure."""
    if not spans:
        raise Refused(
            _("Type the hours of that day. To close for the day, enter a closure."),
            code="no_hours",
            field="hours",
        )
    return _give_day(actor, clinic, day, spans, at=at, key=key, go_on=go_on)


def drop_day(
    actor: Actor, clinic: Clinic, day: date, *, at: datetime, key: UUID | None = None, go_on: GoOn = always
) -> Absence:
    """Let a day that has hours of its own follow the weekly ones again, or be closed like them."""
    regular = opening_week(clinic).get(day.weekday(), ())
    return _give_day(actor, clinic, day, regular, at=at, key=key, go_on=go_on)


def _give_day(
    actor: Actor,
    clinic: Clinic,
    day: date,
    spans: Sequence[Span],
    *,
    at: datetime,
    key: UUID | None,
    go_on: GoOn,
) -> Absence:
    wanted = Wanted(Absence.Kind.SPECIAL, day, day, pattern=Shift(_whole({day.weekday(): spans})))
    return disruptions.draft(actor, clinic, wanted, at=at, key=key, go_on=go_on)


def change_shifts(
    actor: Actor,
    member: Membership,
    since: date,
    week: Typed,
    *,
    at: datetime,
    then: Typed | None = None,
    key: UUID | None = None,
    go_on: GoOn = always,
) -> Absence:
    """Let somebody work other hours from a day on, every week, or (`then`) in two weeks that take turns."""
    if since > local_day(at, member.clinic.zone) + FARTHEST:
        raise Refused(
            _("That is more than three years ahead. Type an earlier day."), code="far", field="first"
        )
    pattern = Shift(_whole(week), since, () if then is None else (_whole(then),))
    wanted = Wanted(Absence.Kind.SHIFTS, since, since + FARTHEST, membership=member, pattern=pattern)
    return disruptions.draft(actor, member.clinic, wanted, at=at, key=key, go_on=go_on)


def _whole(week: Typed) -> dict[int, tuple[Span, ...]]:
    return {weekday: tuple(spans) for weekday, spans in week.items()}
