import datetime
from zoneinfo import ZoneInfo

from clinic.rules.hours import Absence, Opening, Shift
from plans.rules import decisions
from plans.rules.decisions import Away
from plans.rules.plan import Session
from plans.rules.scheduling.diff import Move, SeriesDiff
from plans.rules.scheduling.model import (
    Calendar,
    Option,
    Place,
    Practitioner,
    Proposal,
    Refusal,
    Relaxation,
    Slot,
)

DAY = datetime.date(2026, 2, 9)
NEXT = DAY + datetime.timedelta(days=1)
WEEK = {0: ((540, 1020),), 1: ((540, 1020),)}
BEFORE = Slot(DAY, 1, 600, 11, 21)


def a_calendar() -> Calendar:
    return Calendar(
        Opening(ZoneInfo("Europe/London"), WEEK),
        (Practitioner(1, (Shift(WEEK),)), Practitioner(2, (Shift(WEEK),))),
        (Place(11, "treatment"),),
        (Place(21, "pen"),),
    )


def test_a_session_is_kept_or_changed_by_the_most_that_differs() -> None:
    after = {
        "kept": Slot(DAY, 1, 600, 11, 21),
        "room": Slot(DAY, 1, 600, 12, 21),
        "practitioner": Slot(DAY, 2, 600, 12, 21),
        "time": Slot(DAY, 2, 615, 11, 21),
        "day": Slot(NEXT, 2, 615, 11, 21),
    }
    assert {decisions.kind_of(BEFORE, slot): kind for kind, slot in after.items()} == {
        kind: kind for kind in after
    }
    assert decisions.kind_of(BEFORE, Slot(DAY, 1, 600, 11, 22)) == "room"
    assert decisions.kind_of(BEFORE, None) == "none"


def test_a_series_is_what_disturbs_it_most() -> None:
    assert decisions.most(["kept", "day", "practitioner"]) == "day"
    assert decisions.most(["time", "none", "day"]) == "none"
    assert decisions.most([]) == "kept"


def test_only_sessions_that_are_elsewhere_are_changed() -> None:
    moved = Session(2, Slot(NEXT, 1, 600, 11, 21))
    before = [Session(1, BEFORE), Session(2, BEFORE)]
    assert decisions.changed(before, [Session(1, BEFORE), moved]) == (moved,)


def test_leave_takes_the_time_of_one_and_a_closure_that_of_all() -> None:
    hours = decisions.absence(DAY, NEXT, 600, 660)
    leave, closure = Away(1, hours), Away(None, decisions.absence(DAY, DAY, None, None))
    assert leave.takes(1, DAY, 655, 700)
    assert not leave.takes(1, DAY, 660, 700)
    assert not leave.takes(2, DAY, 600, 660)
    assert not leave.takes(1, NEXT + datetime.timedelta(days=1), 600, 660)
    assert closure.takes(2, DAY, 0, 5)


def test_a_calendar_without_somebody_or_something() -> None:
    gone = decisions.absence(DAY, DAY, None, None)
    plain = a_calendar()
    assert decisions.without(plain, Away(None, gone)).opening.closures == (gone,)
    without_one = decisions.without(plain, Away(1, gone))
    assert [one.leave for one in without_one.practitioners] == [(gone,), ()]
    assert decisions.without(plain, Away(11, gone)).rooms[0].out == (gone,)
    assert decisions.without(plain, Away(21, gone)).devices[0].out == (gone,)
    assert plain == a_calendar()


def test_the_whole_day_is_the_same_as_no_hours() -> None:
    assert decisions.absence(DAY, NEXT, 0, 1440) == Absence(DAY, NEXT)


def test_why_not_survives_being_stored_with_the_numbers_of_the_series() -> None:
    far = Slot(NEXT, 1, 600)
    refusal = Refusal(
        "blocked",
        blocked_session=2,
        window=(DAY, NEXT),
        blockers={"closed": 2},
        relaxations=(Relaxation("max_gap", 3, Option((far,), 10, ())),),
    )
    diff = SeriesDiff("s", "none", (Move(3, "none", BEFORE, None),), 100_000, refusal)
    read = decisions.read_why(decisions.why_data(diff, [3, 4]) or {})
    assert (read.reason, read.blocked_session, read.window) == ("blocked", 4, (DAY, NEXT))
    assert (read.blockers, read.relaxations[0].relax, read.relaxations[0].days) == (
        {"closed": 2},
        "max_gap",
        3,
    )
    assert read.relaxations[0].option.slots[0].day == NEXT


def test_too_short_survives_being_stored() -> None:
    refusal = Refusal("too short", earliest_possible_finish=NEXT, days_too_late=1)
    diff = SeriesDiff("s", "none", (), 100_000, refusal)
    assert decisions.read_why(decisions.why_data(diff, [1]) or {}) == refusal


def test_a_place_farther_away_is_kept_by_its_days() -> None:
    diff = SeriesDiff("s", "none", (), 100_000, Proposal((Option((Slot(NEXT, 1, 600),), 0, ()),)))
    assert decisions.far_days(decisions.why_data(diff, [1]) or {}) == (NEXT,)
    assert decisions.far_days({}) == ()
    assert decisions.why_data(SeriesDiff("s", "kept", (), 0), [1]) is None
