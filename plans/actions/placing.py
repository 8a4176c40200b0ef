"""Giving the sessions of a plan their slots, and putting them back where they were."""

import secrets
from collections.abc import Collection, Hashable, Mapping, Sequence
from datetime import datetime
from typing import cast

from clinic.actions import outbox
from clinic.models import Membership
from plans.actions import holding
from plans.models import Kind, Series, SeriesChange, Visit, VisitType
from plans.queries.gaps import gap_between
from plans.queries.slots import members_of, visit_type
from plans.queries.standing import Standing
from plans.rules import plan as plans
from plans.rules.plan import Session
from plans.rules.scheduling.model import Slot

# No letters or figures that look alike on paper or sound alike on the phone.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

# What changes of a visit when it moves.
MOVED = (
    "practitioner",
    "room",
    "device",
    "day",
    "start_minute",
    "starts_at",
    "ends_at",
    "state",
    "override_reason",
    "sequence",
)


def had_of(stand: Standing, plan: Sequence[Session]) -> dict[str, list[str]]:
    """Return what moving loses of each session: that it was confirmed, and why it was outside window or hours."""
    moving = (stand.visits.get(session.number) for session in plan)
    return {str(one.session_number): [one.state, one.override_reason] for one in moving if one is not None}


def place(
    stand: Standing,
    plan: Sequence[Session],
    *,
    at: datetime,
    reason: str = "",
    outside: Collection[int] = (),
    claimed: VisitType | None = None,
    members: Sequence[Membership] | None = None,
) -> tuple[list[Session], list[Visit]]:
    """Give every session of a plan its slot inside the caller's transaction. Raises SlotTaken.

    Sessions outside their window or, as `outside` says, outside the hours keep the reason. `claimed` is the kind
    of visit where everything is claimed already. Returns the slots that moved sessions had, and the visits.
    """
    series = stand.series
    kind = claimed or visit_type(series.clinic, Kind.TREATMENT)
    known = members_of(series.clinic) if members is None else members
    people: dict[Hashable, Membership] = {one.user.resource_id: one for one in known}
    unusual = _outside(stand, plan) | set(outside)
    before, visits, new = [], [], []
    for session in plan:
        visit = stand.visits.get(session.number)
        if visit is None:
            visit = _blank(series, session.number, kind.minutes, at)
            new.append(visit)
        else:
            before.append(session_of(visit))
            visit.sequence += 1
        _put(visit, session.slot, people, reason if session.number in unusual else "")
        visits.append(visit)
    moved = [visit for visit in visits if visit not in new]
    _let_go(moved)
    Visit.objects.bulk_create(new)
    if claimed:
        holding.keep(visits, kind)
    else:
        holding.hold(visits, kind)
    return before, visits


def _let_go(moved: Sequence[Visit]) -> None:
    """Free the old times of sessions that move, and write their new ones."""
    if not moved:
        return
    holding.let_go(moved)
    for visit in moved:
        outbox.void(visit)
    Visit.objects.bulk_update(moved, MOVED)


def _outside(stand: Standing, plan: Sequence[Session]) -> set[int]:
    """Return the sessions that lie outside the window after the one before: the reason is theirs."""
    days = {number: visit.day for number, visit in stand.visits.items()}
    days.update({session.number: session.slot.day for session in plan})
    gaps = {
        number: gap_between(stand.series, number, days.get(number - 1), day) for number, day in days.items()
    }
    return {number for number, gap in gaps.items() if gap.state not in ("first", "unknown", "on_plan")}


def _blank(series: Series, number: int, minutes: int, at: datetime) -> Visit:
    return Visit(
        clinic=series.clinic,
        kind=Kind.TREATMENT,
        patient=series.patient,
        series=series,
        session_number=number,
        minutes=minutes,
        booked_at=at,
        state_at=at,
        reference=new_reference(),
    )


def _put(visit: Visit, slot: Slot, people: Mapping[Hashable, Membership], reason: str) -> None:
    """Put a visit into a slot; that its room and device are this clinic's, the checker has seen."""
    visit.practitioner = people[slot.practitioner]
    visit.room_id, visit.device_id = cast(int | None, slot.room), cast(int | None, slot.device)
    visit.day, visit.start_minute, visit.override_reason = slot.day, slot.start, reason
    if visit.state == Visit.State.CONFIRMED:
        visit.state = Visit.State.BOOKED  # what the patient confirmed was another time
    visit.starts_at, visit.ends_at = holding.instants(visit)


def session_of(visit: Visit) -> Session:
    """Return a visit as a session of a plan."""
    person = visit.practitioner.user.resource_id
    slot = Slot(visit.day, person, visit.start_minute, visit.room_id, visit.device_id)
    return Session(visit.session_number or 0, slot)


def new_reference() -> str:
    """Return a booking reference that can be read out on the phone."""
    return "".join(secrets.choice(LETTERS) for _ in range(7))


def put_back(stand: Standing, change: SeriesChange, *, at: datetime) -> None:
    """Let every session that a change moved be again where and as it was.

    Raises SlotTaken, and Refused where that time was taken away since.
    """
    _before, visits = place(stand, plans.from_data(change.before), at=at)
    for visit in visits:
        state, reason = change.had.get(str(visit.session_number), (visit.state, ""))
        visit.state, visit.override_reason = state, reason
    Visit.objects.bulk_update(visits, ("state", "override_reason"))
    holding.refuse_taken_away(visits, change.at, at=at)
