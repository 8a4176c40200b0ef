from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.rules import intervals

Range = tuple[int, int]
RANGES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair))))


def points(ranges: Iterable[Range]) -> set[int]:
    return {point for first, last in ranges for point in range(first, last)}


@pytest.mark.parametrize(
    ("ranges", "merged"),
    [
        ([], ()),
        ([(5, 5)], ()),
        ([(1, 3), (3, 5)], ((1, 5),)),
        ([(4, 6), (1, 2)], ((1, 2), (4, 6))),
        ([(1, 9), (2, 3)], ((1, 9),)),
    ],
)
def test_ranges_that_touch_become_one(ranges: list[Range], merged: tuple[Range, ...]) -> None:
    assert intervals.merge(ranges) == merged


@given(RANGES, RANGES)
def test_sets_of_points_agree(left: list[Range], right: list[Range]) -> None:
    assert points(intervals.merge(left)) == points(left)
    assert points(intervals.intersect(left, right)) == points(left) & points(right)
    assert points(intervals.subtract(left, right)) == points(left) - points(right)


@given(RANGES, st.integers(0, 60), st.integers(1, 10))
def test_containing_and_overlapping_are_about_every_and_any_point(
    ranges: list[Range], start: int, length: int
) -> None:
    wanted = set(range(start, start + length))
    assert intervals.contains(ranges, start, start + length) == (wanted <= points(ranges))
    assert intervals.overlaps(ranges, start, start + length) == bool(wanted & points(ranges))


def test_an_empty_range_overlaps_nothing() -> None:
    assert not intervals.overlaps([(1, 1)], 0, 2)
