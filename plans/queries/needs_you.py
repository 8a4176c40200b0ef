"""Everything that needs somebody, with the times that are one click away: what the page of the worklist shows."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from clinic.models import Clinic, Message
from clinic.rules.roles import Actor
from clinic.rules.timegrid import local_day, to_utc
from patients.models import Consent, Patient, SafetyAnswer
from plans.models import Kind, Series, Visit
from plans.queries.disruptions import to_call
from plans.queries.free_time import FreeTime
from plans.queries.proposals import Cast
from plans.queries.single import Free
from plans.queries.standing import Standing, request_for_one
from plans.queries.waiting import HORIZON, Waiting, freed, waiting_list
from plans.queries.worklist import Item, series_items
from plans.rules.scheduling.model import RequestError, Slot
from plans.rules.scheduling.nearest import nearest
from plans.rules.visiting import HELD, STANDING

WITH_TIMES = ("rebook", "to_book", "at_risk")
MOST_WITH_TIMES = 10
TIMES = 3
LOOKED_AT = timedelta(days=14)
SIGN_WITHIN = timedelta(days=7)
ASK_WITHIN = timedelta(days=2)
ANSWERS_GOOD_FOR = timedelta(days=3)
MOST_MESSAGES = 50
MORNING = 10 * 60


def needs_you(actor: Actor, clinic: Clinic, *, at: datetime, whose: int | None = None) -> list[Item]:
    """Return everything that waits, worst first; a fixed number of queries however much it is.

    `whose` leaves only what concerns one membership, and what is nobody's in particular. The first ten sessions
    without a date come with three free times inside their windows.
    """
    waiting = waiting_list(actor, clinic, at=at)
    items = [
        *series_items(actor, clinic, at=at),
        *_consents(actor, clinic, at),
        *_questions(actor, clinic, at),
        *_calls(clinic, at),
        *_messages(actor, clinic),
    ]
    ordered = sorted(_of(items, whose), key=lambda item: item.order)
    return _with_calendar(clinic, ordered, waiting, whose, at)


def _of(items: Iterable[Item], whose: int | None) -> list[Item]:
    return [item for item in items if whose is None or item.whose in (whose, None)]


def _consents(actor: Actor, clinic: Clinic, at: datetime) -> list[Item]:
    """Return the next session of each patient who has not agreed to be treated, where it is within a week."""
    agreed = Consent.objects.standing().filter(
        patient=OuterRef("patient"), kind=Consent.Kind.TREATMENT, signed_at__isnull=False
    )
    first: dict[object, Visit] = {}
    for visit in _sessions(actor, clinic, at, SIGN_WITHIN).filter(~Exists(agreed)).select_related("patient"):
        first.setdefault(visit.patient_id, visit)
    return [
        Item(
            "consent", visit.starts_at, session=visit.session_number or 0, visit=visit, patient=visit.patient
        )
        for visit in first.values()
    ]


def _questions(actor: Actor, clinic: Clinic, at: datetime) -> list[Item]:
    """Return, as one thing, the sessions that are near and before which nothing has been answered yet."""
    fresh = SafetyAnswer.objects.filter(
        patient=OuterRef("patient"), given_on__gte=OuterRef("day") - ANSWERS_GOOD_FOR
    )
    visits = list(
        _sessions(actor, clinic, at, ASK_WITHIN).filter(~Exists(fresh)).values_list("starts_at", "day")
    )
    if not visits:
        return []
    return [Item("questions", visits[0][0], latest=visits[0][1], count=len(visits))]


def _sessions(actor: Actor, clinic: Clinic, at: datetime, within: timedelta) -> QuerySet[Visit]:
    today = local_day(at, clinic.zone)
    rows = Visit.objects.visible_to(actor).filter(clinic=clinic, day__range=(today, today + within))
    return rows.filter(kind=Kind.TREATMENT, state__in=HELD).order_by("starts_at", "pk")


def _calls(clinic: Clinic, at: datetime) -> list[Item]:
    """Return, as one thing, whom somebody has to call because their time was taken away."""
    rows = to_call(clinic, at=at)
    if not rows:
        return []
    first = rows[0].visit
    return [Item("call", first.starts_at, patient=first.patient, count=len(rows))]


def _messages(actor: Actor, clinic: Clinic) -> list[Item]:
    """Return mail to patients that was refused for good."""
    rows = Message.objects.filter(clinic=clinic, state=Message.State.PARKED, patient_id__isnull=False)
    parked = list(rows.order_by("queued_at", "pk").defer("body")[:MOST_MESSAGES])
    known = Patient.objects.visible_to(actor).in_bulk([one.patient_id for one in parked])
    return [
        Item("message_failed", one.queued_at, message=one, patient=known.get(one.patient_id), count=1)
        for one in parked
    ]


def _with_calendar(
    clinic: Clinic, items: list[Item], waiting: Sequence[Waiting], whose: int | None, at: datetime
) -> list[Item]:
    """Add what a look at the calendar tells: three times for a session, and whom a free time fits."""
    timed = [item for item in items if item.kind in WITH_TIMES][:MOST_WITH_TIMES]
    if not timed and not waiting:
        return items
    stands = _stands([item.series.pk for item in timed if item.series])
    patients = [stand.series.patient.resource_id for stand in stands.values()]
    patients += [one.entry.patient.resource_id for one in waiting]
    today = local_day(at, clinic.zone)
    free, cast = FreeTime(clinic, today, today + HORIZON, patients), Cast(clinic)
    found = {id(item): _timed(item, stands, free, cast, at) for item in timed}
    items = [found.get(id(item), item) for item in items]
    for fits in freed(waiting, free, at=at):
        if whose is None or cast.practitioners[fits[0].slot.practitioner].pk == whose:
            items.append(Item("freed", fits[0].starts_at, fits=fits, patient=fits[0].waiting.entry.patient))
    return sorted(items, key=lambda item: item.order)


def _stands(series: Sequence[UUID]) -> dict[UUID, Standing]:
    """Return where several series stand; two queries."""
    rows = Series.objects.filter(pk__in=series).select_related(
        "patient", "clinic", "practitioner__user", "protocol_version"
    )
    visits = Visit.objects.filter(series__in=series, state__in=STANDING).select_related("practitioner__user")
    stands = {one.pk: Standing(one, {}) for one in rows}
    for visit in visits.order_by("session_number"):
        if visit.series_id is not None:
            stands[visit.series_id].visits[visit.session_number or 0] = visit
    return stands


def _timed(item: Item, stands: dict[UUID, Standing], free: FreeTime, cast: Cast, at: datetime) -> Item:
    """Return an item with three free times of its session, each on another day, nearest the best one."""
    treatment = free.treatments.get(Kind.TREATMENT)
    if item.series is None or treatment is None:
        return item
    stand = stands[item.series.pk]
    before = stand.visits.get(item.session - 1)
    window = stand.series.window_after(item.session - 1)
    best = max(before.day + timedelta(days=window.target) if before else free.first, free.first)
    try:
        asked = request_for_one(stand, item.session, treatment, near=best, at=at)
    except RequestError:  # a gap that no series has, such as one of years
        return item
    if asked is None:
        return replace(item, lapsed=True)
    first = max(asked.earliest, free.first + timedelta(days=1))
    last = min(asked.latest_first, first + LOOKED_AT, free.last)
    if first > last:
        return item
    who = stand.series.practitioner.user.resource_id
    # An odd minute: what is wanted is no time that could be left out as the one it had.
    wanted = Slot(max(best, first), who, (before.start_minute if before else MORNING) | 1)
    asked = replace(asked, earliest=first, latest_first=last)
    slots = nearest(free.calendar, asked, [wanted], 0, TIMES, per_day=1)
    times = sorted((_named(stand, slot, cast) for slot in slots), key=lambda one: one.starts_at)
    return replace(item, times=tuple(times))


def _named(stand: Standing, slot: Slot, cast: Cast) -> Free:
    starts_at = to_utc(slot.day, slot.start, stand.series.clinic.zone)
    member = cast.practitioners[slot.practitioner]
    return Free(slot, starts_at, member.user.name, cast.rooms.get(slot.room, ""))
