"""The last look before dates are written: spacing, who may book it, the clock, hours, skills and kinds."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from clinic.actions.refusal import Refused
from clinic.models import Clinic, Membership
from clinic.rules.roles import Actor, Right
from clinic.rules.timegrid import to_local
from plans.actions import holding
from plans.models import Kind, Series, VisitType
from plans.queries.protocols import parsed
from plans.queries.slots import Needs, hours_on, needs_of
from plans.queries.standing import Standing
from plans.rules.outside import opened_for
from plans.rules.plan import Session
from plans.rules.scheduling.check import check_visit
from plans.rules.scheduling.model import Treatment
from plans.rules.spacing import BookedBy, booked_by
from plans.rules.visiting import State

REASON_LENGTH = 15


def refuse_unfit(
    actor: Actor,
    stand: Standing,
    plan: Sequence[Session],
    *,
    at: datetime,
    reason: str,
    by_hand: Collection[int] = (),
    needs: Needs | None = None,
    members: Sequence[Membership] | None = None,
) -> set[int]:
    """Refuse a plan whose dates this person may not book; the series is locked.

    Too early is a practitioner's signed decision and never under 21 days; late needs a reason; very late a
    practitioner; lapsed a new consultation. Outside the hours may be what was chosen `by_hand`, with a reason.
    Raises Refused with the session at fault; returns the sessions outside the hours.
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
    needs = needs or offered(series.clinic, Kind.TREATMENT)
    return refuse_unusual(
        series.clinic, needs.treatment, plan, by_hand=by_hand, reason=reason, members=members
    )


def offered(clinic: Clinic, kind: str) -> Needs:
    """Return what a kind of visit needs; a kind that the clinic does not offer is refused."""
    try:
        return needs_of(clinic, kind)
    except VisitType.DoesNotExist:
        raise Refused(
            _("This clinic does not offer that kind of visit."), code="kind", field="kind"
        ) from None


def refuse_unfree(clinic: Clinic, kind: str, plan: Sequence[Session]) -> None:
    """Refuse slots in which a visit of a kind cannot be, or that somebody holds. Raises SlotTaken for those."""
    needs = offered(clinic, kind)
    refuse_unusual(clinic, needs.treatment, plan)
    holding.refuse_taken(holding.claims(clinic, needs.kind, None, [session.slot for session in plan]))


def refuse_unusual(
    clinic: Clinic,
    treatment: Treatment,
    plan: Sequence[Session],
    *,
    by_hand: Collection[int] = (),
    reason: str = "",
    members: Sequence[Membership] | None = None,
) -> set[int]:
    """Refuse slots outside hours, shifts or skills, or in rooms and devices that do not fit.

    The checker works with intervals, apart from the engine's masks, and reads the hours afresh; what is booked is
    refused where it is held (`plans.actions.holding`). Sessions `by_hand` may lie outside opening hours and
    shifts, with a reason, but never in a closure or an absence. Returns those that do.
    """
    facts = hours_on(clinic, frozenset(session.slot.day for session in plan), members)
    outside = set()
    for session in plan:
        wrong = check_visit(facts, treatment, session.slot, session.number)
        if wrong and session.number in by_hand:
            outside.add(session.number)
            longer = opened_for(facts, treatment, [session.slot])
            wrong = check_visit(longer, treatment, session.slot, session.number)
        for violation in wrong:
            raise Refused(
                _("Session %(number)s cannot be then: %(why)s. Nothing has been booked.")
                % {"number": session.number, "why": _why(violation.code)},
                code="unfit",
            )
    if outside and len(reason.strip()) < REASON_LENGTH:
        raise Refused(
            _("This is outside the usual hours. Write why, in at least 15 characters."),
            code="reason_needed",
            field="reason",
        )
    return outside


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
    least = series.window_after(number - 1).earliest
    who = booked_by(parsed(series.protocol_version), least, days)
    words = {"number": number, "days": days, "least": least}
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
    """Keep to what the answers allow, and, unless a practitioner writes why not, to the day they let it go on."""
    if series.cleared_on is not None and session.slot.day < series.cleared_on:
        raise Refused(
            _("Session %(number)s would be too soon for this patient: a practitioner must look first.")
            % {"number": session.number},
            code="not_cleared",
        )
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
