"""The last look before dates are written: spacing, who may book it, the clock, hours, skills and kinds."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.utils.translation import gettext as _

from clinic.actions.refusal import Refused
from clinic.models import Clinic
from clinic.rules.roles import Actor, Right
from clinic.rules.timegrid import to_local
from plans.actions.holding import SlotTaken
from plans.models import Kind, Series, VisitType
from plans.queries.protocols import parsed
from plans.queries.slots import calendar, treatment_of, visit_type
from plans.queries.standing import Standing
from plans.rules.plan import Session
from plans.rules.scheduling.check import check_visit
from plans.rules.spacing import BookedBy, booked_by
from plans.rules.visiting import State

REASON_LENGTH = 15


def refuse_unfit(
    actor: Actor, stand: Standing, plan: Sequence[Session], *, at: datetime, reason: str
) -> None:
    """Refuse a plan whose dates this person may not book; the series is locked.

    Too early is a practitioner's signed decision and never under 21 days; late needs a reason; very late a
    practitioner; lapsed a new consultation. Raises Refused with the session at fault.
    """
    series = stand.series
    if series.state not in Series.OPEN:
        raise Refused(
            _("This series is %(state)s, so nothing can be booked for it.")
            % {"state": series.get_state_display()},
            code="not_open",
        )
    _refuse_past(series, plan, at)
    _refuse_done(stand, plan)
    changed = {session.number for session in plan}
    days = {number: visit.day for number, visit in stand.visits.items()}
    days.update({session.number: session.slot.day for session in plan})
    for (before, first), (number, day) in pairwise(sorted(days.items())):
        if number == before + 1 and {before, number} & changed:
            _refuse_gap(actor, series, number, (day - first).days, reason)
        elif number != before + 1 and day <= first:
            raise _order(number)
    for session in plan:
        _refuse_hold(actor, series, session, reason)
        _refuse_event(actor, series, session, reason)
    refuse_unfree(
        series.clinic,
        Kind.TREATMENT,
        plan,
        without=[stand.visits[n].pk for n in changed if n in stand.visits],
    )


def refuse_unfree(
    clinic: Clinic, kind: str, plan: Sequence[Session], *, without: Sequence[UUID] = ()
) -> None:
    """Refuse slots outside hours, shifts or skills, or in rooms and devices that do not fit.

    The checker works with intervals, apart from the engine's masks, and reads the calendar afresh; `without`
    names the visits that the plan moves. Raises SlotTaken where somebody else has the time.
    """
    days = [session.slot.day for session in plan]
    facts = calendar(clinic, min(days), max(days), without=without)
    try:
        treatment = treatment_of(visit_type(clinic, kind), clinic)
    except VisitType.DoesNotExist:
        raise Refused(
            _("This clinic does not offer that kind of visit."), code="kind", field="kind"
        ) from None
    for session in plan:
        for violation in check_visit(facts, treatment, session.slot, session.number):
            if violation.code.endswith("busy"):
                raise SlotTaken
            raise Refused(
                _("Session %(number)s cannot be then: %(why)s. Nothing has been booked.")
                % {"number": session.number, "why": _why(violation.code)},
                code="unfit",
            )


def _why(code: str) -> str:
    words = {
        "off the grid": _("visits do not start at that minute"),
        "closed": _("the clinic is closed"),
        "practitioner not able": _("that practitioner does not give this treatment"),
        "practitioner away": _("the practitioner is not working"),
        "room not of the kind": _("the room is not right for it"),
        "room out": _("the room cannot be used"),
        "device not of the kind": _("the device is not right for it"),
        "device out": _("the device cannot be used"),
    }
    return words[code]


def _refuse_past(series: Series, plan: Sequence[Session], at: datetime) -> None:
    now = to_local(at, series.clinic.zone)
    for session in plan:
        if (session.slot.day, session.slot.start) < now:
            raise Refused(
                _("Session %(number)s would be in the past. Nothing has been booked.")
                % {"number": session.number},
                code="past",
            )


def _refuse_done(stand: Standing, plan: Sequence[Session]) -> None:
    for session in plan:
        visit = stand.visits.get(session.number)
        fixed = visit is not None and visit.state not in (State.BOOKED, State.CONFIRMED)
        if fixed or not 1 <= session.number <= stand.series.sessions:
            raise Refused(
                _("Session %(number)s cannot be booked any more.") % {"number": session.number},
                code="offer_stale",
            )


def _refuse_gap(actor: Actor, series: Series, number: int, days: int, reason: str) -> None:
    if days < 1:
        raise _order(number)
    who = booked_by(parsed(series.protocol_version), series.min_days, days)
    words = {"number": number, "days": days, "least": series.min_days}
    if who is BookedBy.NOBODY:
        raise Refused(
            _("Session %(number)s would be %(days)s days after the one before. Nobody may book that.")
            % words,
            code="too_early",
        )
    if who is BookedBy.NEW_CONSULTATION:
        raise Refused(
            _(
                "Session %(number)s would be %(days)s days after the one before. A new consultation comes first."
            )
            % words,
            code="lapsed",
        )
    if who is BookedBy.PRACTITIONER_WITH_REASON and not actor.may(Right.WRITE_CLINICAL):
        raise Refused(
            _("Session %(number)s would be %(days)s days after the one before. A practitioner books that.")
            % words,
            code="practitioner_books",
        )
    if who is not BookedBy.FRONT_DESK and len(reason.strip()) < REASON_LENGTH:
        raise Refused(
            _(
                "Session %(number)s would be %(days)s days after the one before. Write why, in at least 15 characters."
            )
            % words,
            code="reason_needed",
            field="reason",
        )


def _refuse_hold(actor: Actor, series: Series, session: Session, reason: str) -> None:
    """Keep to the day from which a practitioner let the series go on, unless a practitioner writes why not."""
    if series.earliest_on is None or session.slot.day >= series.earliest_on:
        return
    if not actor.may(Right.WRITE_CLINICAL) or len(reason.strip()) < REASON_LENGTH:
        raise Refused(
            _("Session %(number)s would be before the day from which a practitioner let the series go on.")
            % {"number": session.number},
            code="held_until",
        )


def _refuse_event(actor: Actor, series: Series, session: Session, reason: str) -> None:
    """Keep the days before the patient's event clear, unless a practitioner writes why."""
    if series.event_on is None:
        return
    clear_from = series.event_on - timedelta(days=series.keep_clear_days)
    if not clear_from <= session.slot.day <= series.event_on:
        return
    if not actor.may(Right.WRITE_CLINICAL) or len(reason.strip()) < REASON_LENGTH:
        raise Refused(
            _("Session %(number)s would be too close to the event. A practitioner may book it and write why.")
            % {"number": session.number},
            code="event",
        )


def _order(number: int) -> Refused:
    return Refused(
        _("Session %(number)s would not come after the one before.") % {"number": number}, code="order"
    )
