"""Who tells which story: the planted day first, then everybody else, then the second clinic."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from plans.demo import others, people
from plans.demo.dates import Aim
from plans.demo.stage import Stage, Story
from plans.demo.stories import blocked_time, enquiry, hopes, seen_first, tested, treated
from plans.demo.today import BLOCKED_TIME, CONSULTATIONS, SEEN_AGAIN, TREATMENTS
from plans.demo.twists import Twist

Twists: TypeAlias = Mapping[int, Twist]
AMARA_DAYS = 2
NOT_TODAY = {"09:15": Twist.NOT_COME, "12:15": Twist.CALLED_OFF, "14:15": Twist.PAUSED}


def fernway(stage: Stage) -> Iterator[Story[None]]:
    """Return the stories of the first clinic."""
    amara_day = stage.open_day(AMARA_DAYS)
    yield treated(stage, people.AMARA, "nurse", Aim(2, amara_day))
    yield blocked_time(stage, *BLOCKED_TIME)
    yield from _treated_today(stage)
    yield from _new_today(stage)
    yield from _again_today(stage)
    yield from _before_a_series(stage)
    yield from _with_a_series(stage)


def _treated_today(stage: Stage) -> Iterator[Story[None]]:
    for person, (turn, number) in zip(people.TREATED_TODAY, TREATMENTS, strict=True):
        twist = NOT_TODAY.get(turn.start)
        target = Aim(number, stage.day, turn.slot(stage.place))
        yield treated(stage, person, turn.who, target, twists={number: twist} if twist else None)


def _new_today(stage: Stage) -> Iterator[Story[None]]:
    slots = [(turn.who, turn.slot(stage.place)) for turn in CONSULTATIONS]
    first, blocked, third, *later = zip(people.NEW_TODAY, slots, strict=True)
    yield seen_first(stage, first[0], *first[1])
    yield seen_first(stage, blocked[0], *blocked[1], is_open=True)
    yield treated(stage, third[0], *third[1])
    for person, (who, slot) in later:
        yield seen_first(stage, person, who, slot)


def _again_today(stage: Stage) -> Iterator[Story[None]]:
    for person, (kind, turn) in zip(people.SEEN_AGAIN_TODAY, SEEN_AGAIN, strict=True):
        slot = turn.slot(stage.place)
        if kind == "test_area":
            yield tested(stage, person, turn.who, 15, slot)
        else:
            yield treated(stage, person, turn.who, 160, again=(kind, slot))


def _before_a_series(stage: Stage) -> Iterator[Story[None]]:
    for days, person in zip((6, 1), others.ENQUIRING, strict=True):
        yield enquiry(stage, person, days)
    for days, person in zip((-2, -5), others.WAITING, strict=True):
        yield seen_first(stage, person, "lead", days)
    yield hopes(stage, others.WAITING[0], -2)
    for days, person in zip((33, 12), others.REFUSED, strict=True):
        yield seen_first(stage, person, "lead", days, is_refused=True)
    for days, person in zip((9, 4), others.BLOCKED, strict=True):
        yield seen_first(stage, person, "therapist", days, is_open=True)
    for days, person in zip((15, 7, 5), others.TO_BOOK, strict=True):
        yield seen_first(stage, person, "nurse", days)


def _with_a_series(stage: Stage) -> Iterator[Story[None]]:
    for (days, who), person in zip(BOOKED, others.BOOKED, strict=True):
        yield treated(stage, person, who, days, talked=days + 10)
    for (days, who, twists), person in zip(UNDER_WAY, others.UNDER_WAY, strict=True):
        decided = FEWER_AND_SLOWER if person is others.UNDER_WAY[0] else None
        yield treated(stage, person, who, days, twists=twists, decided=decided)
    for (days, number), person in zip(((30, 2), (72, 3)), others.PAUSED, strict=True):
        yield treated(stage, person, "lead", days, twists={number: Twist.HELD_EARLY})
    for person in others.RESUMED:
        yield treated(stage, person, "nurse", 70, twists={2: Twist.RESUMED})
    for (days, twists), person in zip(STOPPED, others.STOPPED, strict=True):
        yield treated(stage, person, "therapist", days, twists=twists)
    for days, person in zip((150, 145), others.COMPLETED, strict=True):
        yield treated(stage, person, "therapist", days)


# When the first session was or will be, in days before the planted day; who treats; what comes between.
BOOKED = ((-3, "lead"), (-5, "nurse"), (-4, "therapist"), (-4, "shared"), (-5, "therapist"))
FEWER_AND_SLOWER = {
    "decision": "changed",
    "sessions": 4,
    "interval_days": 42,
    "decision_reason": "Is away every other month; fewer sessions, further apart.",
}
UNDER_WAY: tuple[tuple[int, str, Twists], ...] = (
    (130, "lead", {2: Twist.MOVED}),
    (100, "nurse", {2: Twist.MISSED}),
    (95, "therapist", {3: Twist.CANCELLED}),
    (60, "shared", {2: Twist.ENDS_HERE}),
    (48, "therapist", {2: Twist.NOT_COME}),
    (62, "nurse", {2: Twist.MOVED, 3: Twist.MOVED}),
    (55, "lead", {}),
    (40, "therapist", {}),
)
STOPPED: tuple[tuple[int, Twists], ...] = (
    (100, {3: Twist.STOPPED_BY_PATIENT}),
    (80, {2: Twist.STOPPED_AFTER_REACTION}),
    (110, {3: Twist.STOPPED_CONTENT}),
)
HARBOUR: tuple[tuple[int, Twists], ...] = (
    (120, {}),
    (80, {2: Twist.MOVED}),
    (60, {}),
    (20, {}),
    (150, {}),
    (-6, {}),
)


def harbour(stage: Stage) -> Iterator[Story[None]]:
    """Return the stories of the second clinic."""
    *series, new, waiting = others.HARBOUR
    for (days, twists), person in zip(HARBOUR, series, strict=True):
        yield treated(stage, person, "lead", days, twists=twists)
    yield seen_first(stage, new, "shared", 4)
    yield seen_first(stage, waiting, "shared", -1)
