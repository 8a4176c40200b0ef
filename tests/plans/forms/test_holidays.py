import datetime
from uuid import uuid4

from clinic.queries.public_holidays import PublicHoliday
from plans.forms.holidays import HolidaysForm, RegionForm

EASTER, MAY = (
    PublicHoliday(datetime.date(2026, 4, 6), "Easter Monday", is_closed=False),
    PublicHoliday(datetime.date(2026, 5, 4), "May Day", is_closed=True),
)


def test_only_days_that_are_open_can_be_ticked() -> None:
    for day, is_valid in ((EASTER, True), (MAY, False)):
        form = HolidaysForm({"days": [day.day.isoformat()], "key": uuid4()}, offered=[EASTER, MAY])
        assert form.is_valid() is is_valid
    form = HolidaysForm({"days": ["2026-04-06"], "key": uuid4()}, offered=[EASTER, MAY])
    assert form.is_valid()
    assert form.chosen == [EASTER]


def test_a_part_is_asked_for_only_where_a_country_has_any() -> None:
    assert "region" in RegionForm(country="GB", region="ENG").fields
    assert "region" not in RegionForm(country="JP", region="").fields
    assert "region" not in RegionForm(country="XX", region="").fields
