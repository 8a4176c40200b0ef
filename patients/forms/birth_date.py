"""A date of birth in three boxes: day, month, year. Nobody looks their birthday up in a calendar."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.rules.identity import digits_in

NOT_A_DATE = _("Enter day, month and year as figures, such as 22 6 1985.")
BOXES = (
    ("day", _("Day"), _("DD"), 2, "bday-day"),
    ("month", _("Month"), _("MM"), 2, "bday-month"),
    ("year", _("Year"), _("YYYY"), 4, "bday-year"),
)


class BirthDateBoxes(forms.MultiWidget):
    """Three boxes under one legend, each with a name of its own for those who do not see it."""

    use_fieldset = True

    def __init__(self, *, own: bool = False) -> None:
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            name: forms.TextInput(
                attrs={
                    "inputmode": "numeric",
                    "maxlength": size,
                    "aria-label": label,
                    "placeholder": sign,
                    "autocomplete": hint if own else "off",
                }
            )
            for name, label, sign, size, hint in BOXES
        }
        super().__init__(widgets)

    def decompress(self, value: Any) -> list[str]:
        """Show a date as its three figures."""
        return (
            [str(value.day), str(value.month), str(value.year)] if isinstance(value, date) else ["", "", ""]
        )


class BirthDateField(forms.MultiValueField):
    """Gives a date, or an error that says what to enter. Figures of any script are read.

    `own`: the person enters their own date, so that the browser may fill it in.
    """

    def __init__(self, *, own: bool = False, **kwargs: Any) -> None:
        messages = {"required": NOT_A_DATE, "incomplete": NOT_A_DATE}
        boxes = [forms.CharField(max_length=10) for _box in BOXES]
        kwargs.setdefault("label", _("Date of birth"))
        kwargs.setdefault("help_text", _("For example 22 6 1985"))
        super().__init__(fields=boxes, widget=BirthDateBoxes(own=own), error_messages=messages, **kwargs)

    def clean(self, value: Any) -> Any:
        """Say one thing whatever is wrong with the boxes; the input stays."""
        try:
            return super().clean(value)
        except forms.ValidationError:
            raise forms.ValidationError(NOT_A_DATE, code="not_a_date") from None

    def compress(self, data_list: list[str]) -> date | None:
        """Make the date of the three figures."""
        if not data_list:
            return None
        digits = [digits_in(box) for box in data_list]
        try:
            return date(int(digits[2]), int(digits[1]), int(digits[0]))
        except (ValueError, OverflowError):
            raise forms.ValidationError(NOT_A_DATE, code="not_a_date") from None
