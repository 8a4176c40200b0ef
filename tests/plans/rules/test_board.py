import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.rules.intervals import overlaps
from plans.rules.board import MOST_LANES, Frame, Mark, Place, away, closed, frame, free, lanes, place

SPAN = st.tuples(st.integers(0, 287), st.integers(1, 60)).map(
    lambda found: (found[0] * 5, min((found[0] + found[1]) * 5, 1440))
)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], (540, 1020)),
        ([(540, 1020)], (540, 1020)),
        ([(545, 1015)], (540, 1020)),
        ([(480, 1110), (450, 480)], (420, 1140)),
        ([(600, 660)], (600, 840)),  # never shorter than four hours
        ([(1380, 1440)], (1200, 1440)),
        ([(0, 30), (1410, 1440)], (360, 1440)),  # never longer than eighteen
        ([(1400, 1500)], (1200, 1440)),  # an import that runs past midnight
    ],
)
def test_a_board_shows_whole_hours_around_what_the_day_holds(
    spans: list[tuple[int, int]], expected: tuple[int, int]
) -> None:
    shown = frame(spans)
    assert (shown.start, shown.end) == expected


def test_rows_of_five_minutes_are_counted_from_the_top() -> None:
    shown = Frame(540, 1020)
    assert (shown.hours, shown.row(540), shown.row(600), shown.row(602)) == (8, 0, 12, 12)
    assert (shown.rows((540, 600)), shown.rows((600, 603)), shown.rows((1000, 1100))) == (12, 1, 4)
    assert shown.marks()[:2] == [Mark(540, 0), Mark(600, 12)]
    assert len(shown.marks()) == 8


def test_what_lies_above_or_below_a_board_stands_at_its_edge() -> None:
    shown = Frame(360, 1440)
    assert (shown.row(0), shown.rows((0, 30))) == (0, 1)
    assert (shown.row(1440), shown.rows((1440, 1500))) == (215, 1)


@given(st.lists(SPAN, max_size=8))
def test_everything_has_a_place_that_the_stylesheet_knows(spans: list[tuple[int, int]]) -> None:
    shown = frame(spans)
    assert 4 <= shown.hours <= 18
    for span in spans:
        assert 0 <= shown.row(span[0]) <= shown.hours * 12 - 1
        assert 1 <= shown.rows(span) <= 216
        assert shown.row(span[0]) + shown.rows(span) <= shown.hours * 12


def test_away_is_open_time_in_which_somebody_does_not_work() -> None:
    assert away([(540, 1020)], [(600, 720), (780, 1020)]) == ((540, 600), (720, 780))


def test_closed_is_what_the_board_shows_outside_opening_hours() -> None:
    assert closed(Frame(480, 1140), [(510, 1110)]) == ((480, 510), (1110, 1140))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (0, ((540, 600), (660, 1020))),
        (570, ((660, 1020),)),  # 30 minutes are too few
        (700, ((700, 1020),)),
        (1440, ()),
    ],
)
def test_free_time_is_long_enough_and_still_to_come(
    after: int, expected: tuple[tuple[int, int], ...]
) -> None:
    assert free([(540, 1020)], [(600, 660)], least=45, after=after) == expected


def test_a_visit_of_five_minutes_is_as_high_as_its_name_and_stays_on_the_board() -> None:
    shown = Frame(540, 780)
    assert place(shown, (600, 605)) == (12, 3)
    assert place(shown, (600, 660)) == (12, 12)
    assert place(shown, (775, 780)) == (45, 3)
    assert place(shown, (0, 30)) == (0, 3)


def test_nothing_stands_side_by_side_where_nothing_overlaps() -> None:
    assert lanes([(0, 12), (12, 12), (30, 3)]) == [(0, 1), (0, 1), (0, 1)]
    assert lanes([]) == []


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([(0, 12), (6, 12)], [(0, 2), (1, 2)]),
        ([(6, 12), (0, 12)], [(1, 2), (0, 2)]),
        ([(0, 24), (0, 12), (12, 12)], [(1, 2), (0, 2), (0, 2)]),
        ([(0, 12), (6, 12), (32, 12)], [(0, 2), (1, 2), (0, 1)]),
        ([(0, 12), (3, 12), (6, 12)], [(0, 3), (1, 3), (2, 3)]),
        ([(0, 12), (3, 3), (6, 3), (9, 12)], [(0, 2), (1, 2), (1, 2), (1, 2)]),
    ],
)
def test_what_shares_a_time_stands_side_by_side(places: list[Place], expected: list[tuple[int, int]]) -> None:
    assert lanes(places) == expected


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 12)), max_size=MOST_LANES))
def test_none_covers_another(places: list[Place]) -> None:
    found = lanes(places)
    for index, (start, rows) in enumerate(places):
        lane, wide = found[index]
        for other in range(index):
            if overlaps([(start, start + rows)], places[other][0], sum(places[other])):
                assert lane != found[other][0]
                assert wide == found[other][1]


def test_more_than_the_stylesheet_has_places_for_still_have_one() -> None:
    found = lanes([(0, 12)] * (MOST_LANES + 2))
    assert found[-3:] == [(MOST_LANES - 1, MOST_LANES)] * 3
