import pytest
from django.core.exceptions import ValidationError

from clinic.forms.hours import HoursField


def test_hours_are_cleaned_to_spans_and_shown_as_they_are_typed() -> None:
    field = HoursField()
    assert (field.clean("9-12, 13:30-17"), field.clean("")) == (((540, 720), (810, 1020)), ())
    assert field.prepare_value(((540, 720),)) == "09:00–12:00"
    assert (field.prepare_value("nine"), field.prepare_value(None)) == ("nine", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nine", "“nine” is not hours. Type them like 9-12:30, 13:30-17."),
        ("17-9", "In “17-9” the end must be after the start."),
        ("9-13, 12-17", "Two of the hours in “9-13, 12-17” overlap."),
    ],
)
def test_what_is_no_hours_says_what_to_type(text: str, said: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        HoursField().clean(text)
    assert wrong.value.messages == [said]


def test_hours_are_short() -> None:
    with pytest.raises(ValidationError):
        HoursField().clean("9-10," * 100)
