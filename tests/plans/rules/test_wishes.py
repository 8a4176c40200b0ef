import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.rules.wishes import TIMES, busy_hours, hours

DAY = datetime.date(2026, 2, 3)


@pytest.mark.parametrize(
    ("times", "hull", "holes"),
    [
        ([], None, ()),
        (["morning"], (0, 720), ()),
        (["afternoon"], (720, 1020), ()),
        (["evening"], (1020, 1440), ()),
        (["afternoon", "morning"], (0, 1020), ()),
        (["morning", "evening"], (0, 1440), ((720, 1020),)),
        (["morning", "afternoon", "evening"], None, ()),
    ],
)
def test_times_of_day_become_hours_with_holes(
    times: list[str], hull: tuple[int, int] | None, holes: tuple[tuple[int, int], ...]
) -> None:
    assert hours(times) == (hull, holes)


def test_a_hole_is_busy_on_every_day() -> None:
    assert busy_hours([(720, 1020)], DAY, DAY + datetime.timedelta(days=1)) == (
        (DAY, 720, 1020),
        (DAY + datetime.timedelta(days=1), 720, 1020),
    )
    assert busy_hours([(720, 1020)], DAY, DAY - datetime.timedelta(days=1)) == ()


@given(st.sets(st.sampled_from(sorted(TIMES)), min_size=1))
def test_the_hull_less_its_holes_is_exactly_what_was_wished(times: set[str]) -> None:
    hull, holes = hours(times)
    start, end = hull or (0, 1440)
    for minute in range(0, 1440, 30):
        wished = any(TIMES[name][0] <= minute < TIMES[name][1] for name in times)
        left = start <= minute < end and not any(a <= minute < b for a, b in holes)
        assert left == wished
