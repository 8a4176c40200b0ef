"""The series line: places that follow the dates, and nothing that touches or leaves the picture."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.rules.timeline import NEAR, TOP, Box, Dot, DotState, Mark, Picture, Row, Zone, lay_out

FIRST = date(2026, 10, 8)


def series(*gaps: int, state: DotState = DotState.OPEN, start: date = FIRST) -> Row:
    days = [start]
    for gap in gaps:
        days.append(days[-1] + timedelta(days=gap))
    return Row(tuple(Dot(number, day, state) for number, day in enumerate(days, start=1)))


def test_equal_gaps_are_drawn_equally_far_apart() -> None:
    (line,) = lay_out([series(35, 35, 35)]).lines
    steps = {round(right.x - left.x) for left, right in pairwise(line.dots)}
    assert len(steps) == 1
    assert [gap.text for gap in line.gaps] == ["35", "35", "35"]
    assert [dot.text for dot in line.dots] == ["1", "2", "3", "4"]


def test_a_dot_keeps_its_state_and_its_day() -> None:
    (line,) = lay_out([series(35, state=DotState.OUTSIDE)]).lines
    assert [(dot.day, dot.state) for dot in line.dots] == [
        (date(2026, 10, 8), "outside"),
        (date(2026, 11, 12), "outside"),
    ]


def test_a_gap_is_told_from_what_really_happened_when_it_is_given() -> None:
    row = Row((Dot(1, FIRST), Dot(2, date(2026, 11, 12), gap_days=34)))
    assert [gap.text for gap in lay_out([row]).lines[0].gaps] == ["34"]


def test_a_window_is_shaded_around_its_dot() -> None:
    second = Dot(2, date(2026, 11, 12), window=(date(2026, 11, 5), date(2026, 11, 19)))
    (line,) = lay_out([Row((Dot(1, FIRST), second))]).lines
    (box,) = line.windows
    assert box.x < line.dots[1].x < box.x + box.width
    assert round(line.dots[1].x - box.x, 1) == pytest.approx(box.x + box.width - line.dots[1].x, abs=0.2)


def test_today_is_drawn_when_it_is_near_and_left_out_when_it_is_far() -> None:
    assert lay_out([series(35)], today=date(2026, 10, 20)).today is not None
    assert lay_out([series(35)], today=date(2026, 9, 1)).today is not None
    assert lay_out([series(35)], today=date(2028, 1, 1)).today is None


def test_the_name_of_a_month_gives_way_to_today() -> None:
    picture = lay_out([series(35, 35)], today=date(2026, 11, 2))
    assert date(2026, 11, 1) in [mark.day for mark in picture.months]
    assert date(2026, 11, 1) not in [mark.day for mark in picture.month_names]


def test_the_line_of_today_crosses_neither_a_dot_nor_a_word() -> None:
    beside = lay_out([series(35, 35)], today=FIRST - timedelta(days=2))
    (line,) = beside.lines
    assert beside.today is not None
    assert abs(beside.today - line.dots[0].x) < 22
    y = round(line.y)
    assert beside.today_lines == ((16, y + 16), (y + 32, beside.height - 4))
    on_it = lay_out([series(35, 35)], today=FIRST)
    assert on_it.today_lines == ((16, y - 13), (y + 13, y + 16), (y + 32, on_it.height - 4))
    assert lay_out([series(35, 35)], today=FIRST + timedelta(days=10)).today_lines == (
        (16, beside.height - 4),
    )
    assert lay_out([series(35, 35)]).today_lines == ()


def test_days_to_keep_clear_are_drawn_inside_the_picture_only() -> None:
    near = Zone(date(2026, 11, 1), date(2026, 11, 5), "wedding")
    far = Zone(date(2030, 11, 1), date(2030, 11, 5), "later")
    picture = lay_out([series(35, 35)], zones=[near, far])
    assert [mark.text for _, mark in picture.zones] == ["wedding"]


def test_two_rows_share_one_scale() -> None:
    now, after = series(35, 35), series(35, 49)
    picture = lay_out([Row(now.dots, "Now"), Row(after.dots, "After")])
    first, second = picture.lines
    assert [mark.x for mark in first.dots[:2]] == [mark.x for mark in second.dots[:2]]
    assert second.dots[2].x > first.dots[2].x
    assert (first.label, second.label) == ("Now", "After")
    assert second.y > first.y > TOP


def test_close_sessions_lose_their_words_but_not_their_dots() -> None:
    (line,) = lay_out([series(1, 300)]).lines
    assert len(line.dots) == 3
    assert len(line.days) == 2
    assert len(line.gaps) == 1


def test_a_series_without_a_session_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="at least one session"):
        lay_out([Row(())])


rows = st.lists(
    st.builds(
        lambda gaps, start: series(*gaps, start=FIRST + timedelta(days=start)),
        st.lists(st.integers(1, 120), max_size=9),
        st.integers(0, 400),
    ),
    min_size=1,
    max_size=3,
)


@given(rows, st.one_of(st.none(), st.integers(-900, 900)), st.sampled_from([340, 760, 1280]))
def test_nothing_leaves_the_picture_and_later_is_further_right(
    some: list[Row], off: int | None, width: int
) -> None:
    picture = lay_out(some, today=None if off is None else FIRST + timedelta(days=off), width=width)
    for mark in marks(picture):
        assert 0 <= mark.x <= width
        assert 0 <= mark.y <= picture.height
    for line in picture.lines:
        assert all(left.x <= right.x for left, right in pairwise(line.dots))
        assert all(right.x - left.x >= NEAR for left, right in pairwise(line.days))
        assert all(inside(box, picture) for box in line.windows)


def marks(picture: Picture) -> list[Mark]:
    found = [*picture.months]
    for line in picture.lines:
        found += [*line.dots, *line.days, *line.gaps]
    return found


def inside(box: Box, picture: Picture) -> bool:
    return box.x >= 0 and box.x + box.width <= picture.width and box.y + box.height <= picture.height
