import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.rules.plan import Session, from_data, moved, numbered, practitioners, same_time, to_data
from plans.rules.scheduling.model import Slot

DAY = datetime.date(2026, 2, 3)
FIRST = Session(1, Slot(DAY, 7, 600, 11, 21))
SECOND = Session(2, Slot(DAY + datetime.timedelta(days=35), 7, 615, 11, None))

SESSIONS = st.builds(
    Session,
    st.integers(1, 12),
    st.builds(
        Slot,
        st.dates(),
        st.integers(1, 99),
        st.integers(0, 1435),
        st.none() | st.integers(1, 99),
        st.none() | st.integers(1, 99),
    ),
)


def test_a_plan_is_written_as_plain_data() -> None:
    assert to_data([FIRST, SECOND]) == [
        [1, "2026-02-03", 600, 7, 11, 21],
        [2, "2026-03-10", 615, 7, 11, None],
    ]


@given(st.lists(SESSIONS, max_size=6))
def test_a_plan_reads_back_as_it_was(plan: list[Session]) -> None:
    assert from_data(to_data(plan)) == tuple(plan)


@pytest.mark.parametrize(
    "data", [[[1, "2026-02-03", 600]], [["one", "2026-02-03", 600, 7, 1, 1]], [[1, "x", 600, 7, 1, 1]]]
)
def test_anything_else_is_not_a_plan(data: list[list[object]]) -> None:
    with pytest.raises(ValueError, match=r"unpack|invalid literal|isoformat"):
        from_data(data)


def test_slots_get_the_numbers_that_they_are_for_and_no_fewer() -> None:
    assert numbered([1, 2], [FIRST.slot, SECOND.slot]) == (FIRST, SECOND)
    with pytest.raises(ValueError, match="zip"):
        numbered([1, 2, 3], [FIRST.slot])


def test_what_differs_between_two_plans_is_told_by_session() -> None:
    later = Session(2, FIRST.slot)
    third = Session(3, SECOND.slot)
    assert moved([FIRST, SECOND], [FIRST, later, third]) == {
        2: (SECOND.slot, FIRST.slot),
        3: (None, SECOND.slot),
    }
    assert moved([FIRST, SECOND], [FIRST]) == {2: (SECOND.slot, None)}


def test_the_same_time_is_weekday_and_start() -> None:
    weekly = Slot(DAY + datetime.timedelta(days=28), 9, 600)
    assert same_time([FIRST.slot, weekly]) == (1, 600)
    assert same_time([FIRST.slot, SECOND.slot]) is None


def test_practitioners_are_counted_in_order_of_first_appearance() -> None:
    other = Slot(DAY, 9, 600)
    assert list(practitioners([other, FIRST.slot, other]).items()) == [(9, 2), (7, 1)]
