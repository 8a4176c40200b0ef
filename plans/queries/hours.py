"""When a clinic is open, who works when, and which rooms and devices there are: read in one query."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from clinic.models import Clinic
from clinic.rules import hours
from clinic.rules.timegrid import Span

WEEKDAYS = 7
# Plain SQL: the ORM takes three times as long to put nine tables into words as the database to read them.
# A shift's weekday is one column for two: 0 to 6 every week, then the days of the first and of the second week.
ALL_HOURS = """
SELECT 'opening', CAST(NULL AS bigint), weekday, CAST(NULL AS date), CAST(NULL AS date), start_minute, end_minute,
       '', ''
  FROM clinic_openinghours WHERE clinic_id = %(clinic)s
UNION ALL
SELECT 'special', NULL, NULL, day, NULL, start_minute, end_minute, '', ''
  FROM clinic_specialopening WHERE clinic_id = %(clinic)s AND day BETWEEN %(first)s AND %(last)s
UNION ALL
SELECT 'closure', clinic_id, NULL, "first", "last", start_minute, end_minute, reason, ''
  FROM clinic_closure WHERE clinic_id = %(clinic)s AND "first" <= %(last)s AND "last" >= %(first)s
UNION ALL
SELECT 'leave', membership_id, NULL, "first", "last", start_minute, end_minute, reason, ''
  FROM clinic_leave JOIN clinic_membership ON clinic_membership.id = membership_id
 WHERE clinic_id = %(clinic)s AND "first" <= %(last)s AND "last" >= %(first)s
UNION ALL
SELECT 'outage', clinic_outage.resource_id, NULL, "first", "last", start_minute, end_minute, reason, ''
  FROM clinic_outage
  LEFT JOIN clinic_room ON clinic_room.resource_id = clinic_outage.resource_id
  LEFT JOIN clinic_device ON clinic_device.resource_id = clinic_outage.resource_id
 WHERE %(clinic)s IN (clinic_room.clinic_id, clinic_device.clinic_id)
   AND "first" <= %(last)s AND "last" >= %(first)s
UNION ALL
SELECT 'shift', membership_id, weekday + COALESCE(turn * 7 + 7, 0), since, NULL, start_minute, end_minute, '', ''
  FROM clinic_shift JOIN clinic_membership ON clinic_membership.id = membership_id
 WHERE clinic_id = %(clinic)s AND since <= %(last)s
UNION ALL
SELECT CASE WHEN is_active THEN 'room' ELSE 'old room' END, resource_id, position, NULL, NULL, NULL, NULL, name, kind
  FROM clinic_room WHERE clinic_id = %(clinic)s
UNION ALL
SELECT 'device', resource_id, position, NULL, NULL, NULL, NULL, name, kind
  FROM clinic_device WHERE clinic_id = %(clinic)s AND is_active
UNION ALL
SELECT 'shared', here.id, NULL, NULL, NULL, NULL, NULL, '', ''
  FROM clinic_membership here JOIN clinic_membership there
    ON there.user_id = here.user_id AND there.clinic_id <> here.clinic_id
 WHERE here.clinic_id = %(clinic)s
"""


class Thing(NamedTuple):
    """A room or device: `what` is "room" or "device", or "old room" where it is in use no more."""

    what: str
    pk: int
    position: int
    name: str
    kind: str


@dataclass(slots=True)
class Hours:
    """When a clinic is open, when its people work and are away, its rooms and devices, and when they are out.

    `shifts` and `leave` are by membership, `outages` by resource; `shared` are the memberships of people who work
    in another clinic too.
    """

    opening: hours.Opening
    shifts: dict[int, tuple[hours.Shift, ...]] = field(default_factory=dict)
    leave: dict[int, list[hours.Absence]] = field(default_factory=dict)
    outages: dict[int, list[hours.Absence]] = field(default_factory=dict)
    places: list[Thing] = field(default_factory=list)
    shared: set[int] = field(default_factory=set)

    def working(self, membership: int, day: date) -> tuple[Span, ...]:
        """Return when somebody is there to work on a day."""
        return hours.working_spans(
            self.opening, self.shifts.get(membership, ()), self.leave.get(membership, ()), day
        )


def hours_between(clinic: Clinic, first: date, last: date) -> Hours:
    """Return the hours of a clinic and of everybody and everything in it between two days: one query."""
    worked: dict[int, list[tuple[date, int, int | None, Span]]] = defaultdict(list)
    absences: dict[str, dict[int, list[hours.Absence]]] = defaultdict(lambda: defaultdict(list))
    week: dict[int, list[Span]] = defaultdict(list)
    special: dict[date, list[Span]] = defaultdict(list)
    places: list[Thing] = []
    shared: set[int] = set()
    for what, owner, weekday, since, until, start, end, text, kind in _all_hours(clinic, first, last):
        if what == "opening":
            week[weekday].append((start, end))
        elif what == "special":
            special[since].append((start, end))
        elif what == "shift":
            turn, weekday = divmod(weekday, WEEKDAYS)
            worked[owner].append((since, weekday, turn - 1 if turn else None, (start, end)))
        elif what in ("room", "device", "old room"):
            places.append(Thing(what, owner, weekday, text, kind))
        elif what == "shared":
            shared.add(owner)
        else:
            spans = () if start is None or end is None else ((start, end),)
            absences[what][owner].append(hours.Absence(since, until, spans, text))
    return Hours(
        opening=_opening(clinic, week, special, absences["closure"][clinic.pk]),
        shifts={member: hours.shifts_of(rows) for member, rows in worked.items()},
        leave=absences["leave"],
        outages=absences["outage"],
        places=places,
        shared=shared,
    )


def _all_hours(clinic: Clinic, first: date, last: date) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of nine small tables: what, owner, weekday, first, last, start, end, text, kind."""
    with connection.cursor() as cursor:
        cursor.execute(ALL_HOURS, {"clinic": clinic.pk, "first": first, "last": last})
        for what, owner, weekday, since, until, *rest in cursor.fetchall():
            yield what, owner, weekday, _as_date(since), _as_date(until), *rest


def _as_date(told: date | str | None) -> date | None:
    """SQLite keeps days as text, and tells a raw query so."""
    return date.fromisoformat(told) if isinstance(told, str) else told


def _opening(
    clinic: Clinic,
    week: dict[int, list[Span]],
    special: dict[date, list[Span]],
    closures: Iterable[hours.Absence],
) -> hours.Opening:
    """Return when the clinic is open to patients, and with setting up to its staff."""
    return hours.Opening(
        tz=clinic.zone,
        week={day: tuple(spans) for day, spans in week.items()},
        staff={day: hours.widened(spans, clinic.setup_minutes) for day, spans in week.items()},
        special=tuple(
            hours.SpecialOpening(day, tuple(spans), hours.widened(spans, clinic.setup_minutes))
            for day, spans in sorted(special.items())
        ),
        closures=tuple(closures),
    )
