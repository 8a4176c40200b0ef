import datetime

import pytest

from plans.forms.day import GoToForm

TODAY = datetime.date(2026, 2, 2)


@pytest.mark.parametrize(("typed", "day"), [
    ("18/1", datetime.date(2027, 1, 18)), ("mon", TODAY), ("tue", datetime.date(2026, 2, 3)),
    ("+5w", datetime.date(2026, 3, 9)), ("2099-12-31", datetime.date(2099, 12, 31)),
])  # fmt: skip
def test_a_day_is_read_as_the_desk_types_it(typed: str, day: datetime.date) -> None:
    form = GoToForm({"on": typed}, today=TODAY)
    assert form.is_valid()
    assert form.cleaned_data["on"] == day


@pytest.mark.parametrize("typed", ["", " ", "never", "31/2/2026", "1999-12-31", "2100-01-01", "🙂", "x" * 41])
def test_what_is_no_day_of_a_diary_is_refused(typed: str) -> None:
    form = GoToForm({"on": typed}, today=TODAY)
    assert not form.is_valid()
    assert list(form.errors) == ["on"]
