"""The plan of an absence as its page shows it: every patient before and after, grouped by what happens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from clinic.rules.timegrid import to_utc
from plans.models import Absence, Decision, Visit
from plans.queries.gaps import Gap, gap_between
from plans.queries.proposals import Cast
from plans.rules import decisions
from plans.rules import plan as plans
from plans.rules.plan import Session
from plans.rules.scheduling.model import Slot
from plans.rules.visiting import STANDING


@dataclass(frozen=True, slots=True)
class Line:
    """One session before and after; `number` is None for a visit of no series, `after` where it has no place."""

    number: int | None
    kind: str
    is_touched: bool
    before: datetime
    after: datetime | None
    who_before: str
    who_after: str
    place_before: str
    place_after: str
    gap: Gap | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One decision with its lines; `visit` is the first visit that is touched."""

    row: Decision
    lines: tuple[Line, ...]
    visit: UUID | None

    @property
    def is_pinned(self) -> bool:
        """Whether it was held while the others were planned."""
        return bool(self.row.pins)


@dataclass(frozen=True, slots=True)
class Group:
    """The decisions with one outcome."""

    outcome: str
    cases: tuple[Shown, ...]


Standing = dict[UUID, dict[int, tuple[UUID, date]]]
"""By series and number: the visit that stands, and its day."""


def decided(absence: Absence) -> tuple[list[Group], list[Shown]]:
    """Return what is still to decide, the most disturbing first, and what is settled; five queries."""
    rows = list(
        absence.decisions.select_related("patient", "visit", "series__protocol_version", "series__clinic")
    )
    cast, stand = Cast(absence.clinic), _standing(rows)
    shown = [_shown(absence, row, cast, stand) for row in rows]
    waiting = [one for one in shown if one.row.settled_at is None]
    groups = [
        Group(outcome, cases)
        for outcome in sorted(
            {one.row.outcome for one in waiting}, key=decisions.OUTCOMES.index, reverse=True
        )
        if (cases := tuple(one for one in waiting if one.row.outcome == outcome))
    ]
    return groups, [one for one in shown if one.row.settled_at is not None]


def _standing(rows: Iterable[Decision]) -> Standing:
    found: Standing = {}
    visits = Visit.objects.filter(
        series__in={row.series_id for row in rows if row.series_id}, state__in=STANDING
    ).values_list("series_id", "session_number", "pk", "day")
    for series, number, pk, day in visits:
        if series is not None:
            found.setdefault(series, {})[number or 0] = (pk, day)
    return found


def _shown(absence: Absence, row: Decision, cast: Cast, stand: Standing) -> Shown:
    held = stand.get(row.series_id, {}) if row.series_id else {}
    before, after = plans.from_data(row.before), {one.number: one.slot for one in plans.from_data(row.after)}
    days = {number: day for number, (_pk, day) in held.items()}
    days.update({one.number: after.get(one.number, one.slot).day for one in before})
    ids = {number: str(pk) for number, (pk, _day) in held.items()}
    lines = tuple(
        _line(absence, row, cast, one, after.get(one.number), days, ids.get(one.number, str(row.visit_id)))
        for one in before
    )
    return Shown(row, lines, UUID(row.touched[0]) if row.touched else None)


def _line(
    absence: Absence,
    row: Decision,
    cast: Cast,
    session: Session,
    after: Slot | None,
    days: dict[int, date],
    visit: str,
) -> Line:
    slot, zone, number = session.slot, absence.clinic.zone, session.number
    now = after or slot
    kind = decisions.kind_of(slot, after) if after or row.outcome != decisions.FIXED else decisions.FIXED
    gap = gap_between(row.series, number, days.get(number - 1), now.day) if row.series else None
    return Line(
        number=number if row.series else None,
        kind=kind,
        is_touched=visit in row.touched,
        before=to_utc(slot.day, slot.start, zone),
        after=to_utc(after.day, after.start, zone) if after else None,
        who_before=cast.practitioners[slot.practitioner].user.name,
        who_after=cast.practitioners[now.practitioner].user.name,
        place_before=cast.rooms.get(slot.room, ""),
        place_after=cast.rooms.get(now.room, ""),
        gap=gap,
    )
