"""The stories: how a patient comes to the clinic, is seen, is treated, and is seen again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from clinic.rules.timegrid import to_utc
from patients.models import Patient
from plans.actions import single
from plans.demo import acts, dates
from plans.demo.dates import Aim
from plans.demo.people import Person
from plans.demo.stage import Stage, Story
from plans.demo.today import Turn
from plans.demo.twists import TWISTS, Twist
from plans.models import Consultation, Kind, Series, Visit
from plans.rules.scheduling.model import Slot
from plans.rules.visiting import State

SLOW = ("surgical_scars", "melasma")
BODY = {"chest", "hands", "arms", "abdomen"}
CALLED_AT = 9 * 60 + 10
CLOCK_WAS_WRONG, CALLS_LATER = 0.06, 0.08
NOT_NOW = "Hopes for a result that this treatment cannot give; talked about other ways."


def enquiry(stage: Stage, person: Person, days: int) -> Story[None]:
    """Somebody registers by phone and will call again."""
    at = yield stage.in_hours(stage.open_day(days))
    acts.meet(stage, person, at)


def consultation(
    stage: Stage,
    person: Person,
    who: str,
    when: int | Slot,
    *,
    is_refused: bool = False,
    is_open: bool = False,
    decided: Mapping[str, Any] | None = None,
) -> Story[tuple[datetime, Series | None]]:
    """A first consultation, so many days before the planted day or in a slot of it, up to the signature.

    `is_open` leaves the draft unsigned: a safety question stands in the way. `decided` is what the
    practitioner decides where it is not what was proposed.
    """
    day = when.day if isinstance(when, Slot) else stage.open_day(when)
    at = yield stage.in_hours(stage.open_day((stage.day - day).days + stage.dice.randint(3, 9)))
    patient = acts.meet(stage, person, at)
    visit = acts.book_visit(
        stage, Kind.CONSULTATION, patient, who, when if isinstance(when, Slot) else day, at
    )
    at = yield from come_in(stage, visit, at)
    at = yield visit.starts_at + stage.minutes(6, 12)
    changes = {**_event(stage, person), **(decided or {})}
    if is_refused:
        changes |= {"decision": Consultation.Decision.REFUSED, "decision_reason": NOT_NOW}
    draft = acts.open_consultation(visit, person, at, **changes)
    at = yield visit.ends_at - stage.minutes(2, 6)
    series = None if is_open else acts.sign_consultation(stage, visit, draft, at)
    acts.step(stage, visit, State.DONE, at)
    return at, series


def _event(stage: Stage, person: Person) -> dict[str, Any]:
    if not person.event_in:
        return {}
    return {"event_on": stage.day + timedelta(days=person.event_in), "event_name": "Wedding"}


def seen_first(
    stage: Stage,
    person: Person,
    who: str,
    when: int | Slot,
    *,
    is_refused: bool = False,
    is_open: bool = False,
) -> Story[None]:
    """A first consultation that leads to no date yet."""
    yield from consultation(stage, person, who, when, is_refused=is_refused, is_open=is_open)


def hopes(stage: Stage, person: Person, last: int) -> Story[None]:
    """Somebody calls this morning and asks for an earlier consultation than the one that is booked."""
    at = yield to_utc(stage.day, CALLED_AT, stage.clinic.zone)
    acts.put_on_waiting_list(stage, person, stage.open_day(last), at)


def treated(
    stage: Stage,
    person: Person,
    who: str,
    when: int | Aim | Slot,
    *,
    twists: Mapping[int, Twist] | None = None,
    again: tuple[str, Slot] | None = None,
    talked: int | None = None,
    decided: Mapping[str, Any] | None = None,
) -> Story[None]:
    """A whole series: its first session so many days before the planted day, or one session where aimed.

    A slot is that of the consultation, after which the desk books at once; `talked` is its day, in days
    before the planted one. `again` is a visit after the series.
    """
    begins = (
        when
        if isinstance(when, Slot)
        else talked or _first_session(stage, person, when) + stage.dice.randint(7, 13)
    )
    at, series = yield from consultation(stage, person, who, begins, decided=decided)
    at = yield at + stage.minutes(3, 9)
    if series is None or not _book(stage, series, when, at):
        return
    yield from invited(stage, series.patient, person, at)
    yield from sessions(stage, series, person, dict(twists or {}), at)
    if again is not None:
        yield from seen_again(stage, series.patient, person, who, *again)


def _first_session(stage: Stage, person: Person, when: int | Aim) -> int:
    """Return how many days before the planted day the first session is, about."""
    if isinstance(when, int):
        return when
    is_slow = person.skin_type > 4 or person.wish.startswith(SLOW) or not BODY.isdisjoint(person.areas)
    return (stage.day - when.day).days + (when.number - 1) * (42 if is_slow else 35)


def _book(stage: Stage, series: Series, when: int | Aim | Slot, at: datetime) -> bool:
    if isinstance(when, Aim):
        return dates.aim(stage, series, when, at)
    days = when if isinstance(when, int) else -9
    return dates.book(stage, series, stage.open_day(days), at)


def invited(stage: Stage, patient: Patient, person: Person, at: datetime) -> Story[None]:
    """The desk lets the patient see their plan; most have a look the same day."""
    if not (person.is_demo or stage.dice.random() < 0.5):
        return
    key = acts.give_key(stage, patient, person, at)
    if key is not None and (person.is_demo or stage.dice.random() < 0.8):
        at = yield at + stage.minutes(20, 200)
        acts.confirm_key(key, at)


def sessions(
    stage: Stage, series: Series, person: Person, twists: dict[int, Twist], at: datetime
) -> Story[None]:
    """Session after session, each as planned or with a twist; ends where nothing more is booked."""
    while (visit := dates.next_visit(series)) is not None:
        visit = acts.fresh(visit)
        twist = twists.pop(visit.session_number or 0, None)
        if twist is None:
            at = yield from session(stage, visit, person, at)
            continue
        went_on = yield from TWISTS[twist](stage, visit, at)
        if went_on is None:
            return
        at = went_on


def session(stage: Stage, visit: Visit, person: Person, at: datetime) -> Story[datetime]:
    """One visit in which skin is needled: come in, recorded, signed."""
    yield from come_in(stage, visit, at)
    at = yield visit.starts_at + (
        stage.minutes(28, 31) if acts.is_numbed(visit, person) else stage.minutes(12, 14)
    )
    record = acts.begin(stage, visit, person, at)
    at = yield visit.ends_at - stage.minutes(1, 3)
    sheet = acts.finish(stage, visit, record, at)
    if stage.dice.random() < CLOCK_WAS_WRONG:
        at = yield at + stage.minutes(15, 40)
        acts.correct_end(visit, sheet, at)
    if stage.dice.random() < CALLS_LATER:
        at = yield at + timedelta(hours=22)
        acts.add_words(visit, sheet, at)
    return at


def come_in(stage: Stage, visit: Visit, at: datetime) -> Story[datetime]:
    """Confirmed the day before, perhaps; arrived a little early; shown into the room."""
    said_so = visit.starts_at - timedelta(hours=22) - stage.minutes(0, 300)
    if said_so > at and stage.dice.random() < 0.6:
        at = yield said_so
        acts.step(stage, visit, State.CONFIRMED, at)
    at = yield visit.starts_at - stage.minutes(7, 12)
    acts.step(stage, visit, State.ARRIVED, at)
    at = yield visit.starts_at + stage.minutes(1, 4)
    acts.step(stage, visit, State.IN_ROOM, at)
    return at


def seen_again(
    stage: Stage, patient: Patient, person: Person, who: str, kind: str, slot: Slot
) -> Story[None]:
    """A visit of no series: a review, or a top-up with a record of its own."""
    at = yield stage.in_hours(stage.open_day(stage.dice.randint(4, 9)))
    visit = acts.fresh(acts.book_visit(stage, kind, patient, who, slot, at))
    if kind != Kind.REVIEW:
        yield from session(stage, visit, person, at)
        return
    yield from come_in(stage, visit, at)
    at = yield visit.ends_at - stage.minutes(1, 4)
    acts.step(stage, visit, State.DONE, at)


def tested(stage: Stage, person: Person, who: str, days: int, slot: Slot) -> Story[None]:
    """A plan for skin that marks easily, with a test area before anything is booked."""
    _at, series = yield from consultation(stage, person, who, days)
    if series is not None:
        yield from seen_again(stage, series.patient, person, who, Kind.TEST_AREA, slot)


def blocked_time(stage: Stage, turn: Turn, minutes: int, note: str) -> Story[None]:
    """Time of one practitioner that is kept free of visits."""
    at = yield stage.in_hours(stage.open_day(20))
    member, key = stage.place.staff[turn.who], acts.new_key(stage)
    slot = turn.slot(stage.place)
    single.block(stage.desk, member, slot=slot, minutes=minutes, note=note, at=at, key=key)
