"""When a clinic is open, who works when, and which rooms and devices there are: read in one query."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Case, CharField, DateField, F, Model, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce

from clinic.models import Clinic, Closure, Device, Leave, OpeningHours, Outage, Room, Shift, SpecialOpening
from clinic.rules import hours
from clinic.rules.timegrid import Span

WEEKDAYS = 7


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

    `shifts` and `leave` are by membership, `outages` by resource.
    """

    opening: hours.Opening
    shifts: dict[int, tuple[hours.Shift, ...]] = field(default_factory=dict)
    leave: dict[int, list[hours.Absence]] = field(default_factory=dict)
    outages: dict[int, list[hours.Absence]] = field(default_factory=dict)
    places: list[Thing] = field(default_factory=list)

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
        else:
            spans = () if start is None or end is None else ((start, end),)
            absences[what][owner].append(hours.Absence(since, until, spans, text))
    return Hours(
        opening=_opening(clinic, week, special, absences["closure"][clinic.pk]),
        shifts={member: hours.shifts_of(rows) for member, rows in worked.items()},
        leave=absences["leave"],
        outages=absences["outage"],
        places=places,
    )


def _all_hours(clinic: Clinic, first: date, last: date) -> Iterable[tuple[Any, ...]]:
    """Return the rows of eight small tables as one: what, owner, weekday, first, last, start, end, text, kind."""
    near = {"first__lte": last, "last__gte": first}
    theirs = Q(resource__room__clinic=clinic) | Q(resource__device__clinic=clinic)
    # What is dated comes first: the first part decides how SQLite's texts are read back as dates.
    days = {"first": F("first"), "last": F("last"), "text": F("reason")}
    clock = {"start": F("start_minute"), "end": F("end_minute")}
    parts = [
        _part(Closure, Q(clinic=clinic, **near), "closure", owner=F("clinic_id"), **days, **clock),
        _part(
            Leave, Q(membership__clinic=clinic, **near), "leave", owner=F("membership_id"), **days, **clock
        ),
        _part(Outage, theirs & Q(**near), "outage", owner=F("resource_id"), **days, **clock),
        _part(OpeningHours, Q(clinic=clinic), "opening", weekday=F("weekday"), **clock),
        _part(SpecialOpening, Q(clinic=clinic, day__range=(first, last)), "special", first=F("day"), **clock),
        _part(
            Shift,
            Q(membership__clinic=clinic, since__lte=last),
            "shift",
            owner=F("membership_id"),
            # One column for two: 0 to 6 every week, then the days of the first and of the second week.
            weekday=F("weekday") + Coalesce(F("turn") * WEEKDAYS + WEEKDAYS, 0),
            first=F("since"),
            **clock,
        ),
        _part(Room, Q(clinic=clinic), _in_use("room", "old room"), **_thing()),
        _part(Device, Q(clinic=clinic, is_active=True), "device", **_thing()),
    ]
    return parts[0].union(*parts[1:], all=True)


def _in_use(yes: str, no: str) -> Combinable:
    return Case(When(is_active=True, then=Value(yes)), default=Value(no), output_field=CharField())


def _thing() -> dict[str, Combinable]:
    return {"owner": F("resource_id"), "weekday": F("position"), "text": F("name"), "kind": F("kind")}


def _part(
    model: type[Model], chosen: Q, what: str | Combinable, **given: Combinable
) -> QuerySet[Any, tuple[Any, ...]]:
    """Return the rows of one table in the columns that all of them share; what it has not is empty."""
    number = Cast(Value(None), BigIntegerField())
    none: dict[str, Combinable] = {
        "owner": number,
        "weekday": number,
        "first": Cast(Value(None), DateField()),
        "last": Cast(Value(None), DateField()),
        "start": number,
        "end": number,
        "text": Value("", CharField()),
        "kind": Value("", CharField()),
    }
    asked = none | given
    label = Value(what, CharField()) if isinstance(what, str) else what
    return model._default_manager.filter(chosen).order_by().values_list(label, *asked.values())


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
