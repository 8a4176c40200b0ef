import datetime

from plans.rules import decisions
from plans.rules.plan import Session
from plans.rules.scheduling.model import Slot

DAY = datetime.date(2026, 2, 9)
NEXT = DAY + datetime.timedelta(days=1)
BEFORE = Slot(DAY, 1, 600, 11, 21)


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
