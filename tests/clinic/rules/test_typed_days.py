from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.rules.typed_days import NotADay, read_day

THURSDAY = date(2027, 1, 14)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("18/1", date(2027, 1, 18)),
        ("18.1.", None),
        ("18.1", date(2027, 1, 18)),
        ("13/1", date(2028, 1, 13)),
        ("14/1", THURSDAY),
        ("18/1/28", date(2028, 1, 18)),
        ("18/01/2026", date(2026, 1, 18)),
        ("18 jan", date(2027, 1, 18)),
        ("18 January 2029", date(2029, 1, 18)),
        ("thu 4 feb", date(2027, 2, 4)),
        ("4 ago", date(2027, 8, 4)),
        ("mon", date(2027, 1, 18)),
        ("Thursday", THURSDAY),
        ("Miércoles", date(2027, 1, 20)),
        ("today", THURSDAY),
        ("+5w", date(2027, 2, 18)),
        ("+5s", date(2027, 2, 18)),
        ("+3d", date(2027, 1, 17)),
        ("2027-03-01", date(2027, 3, 1)),
        ("29/2", date(2028, 2, 29)),
        ("31/2", None),
        ("soon", None),
        ("1/1/1", None),
        ("", None),
        ("🙂", None),
    ],
)
def test_a_day_is_read_the_way_staff_type_it(text: str, day: date | None) -> None:
    if day is None:
        with pytest.raises(NotADay):
            read_day(text, THURSDAY)
    else:
        assert read_day(text, THURSDAY) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [("18/1", date(2026, 1, 18)), ("13/1", date(2027, 1, 13)), ("mon", date(2027, 1, 11)), ("thu", THURSDAY)],
)
def test_a_day_that_has_passed_is_looked_for_backwards(text: str, day: date) -> None:
    assert read_day(text, THURSDAY, past=True) == day


@given(st.integers(-400, 4000))
def test_every_day_written_in_full_is_read_back(offset: int) -> None:
    day = THURSDAY + timedelta(days=offset)
    assert read_day(day.strftime("%d/%m/%Y"), THURSDAY) == day


@given(st.text(max_size=40))
def test_any_other_text_is_refused_and_nothing_else_goes_wrong(text: str) -> None:
    try:
        assert isinstance(read_day(text, THURSDAY), date)
    except NotADay:
        pass
