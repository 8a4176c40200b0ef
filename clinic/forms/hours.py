"""One text box for the hours of a day, as staff type them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.rules.typed_hours import NotHours, read_hours, write_hours

SAID = {
    "format": _("“%(part)s” is not hours. Type them like 9-12:30, 13:30-17."),
    "order": _("In “%(part)s” the end must be after the start."),
    "overlap": _("Two of the hours in “%(part)s” overlap."),
}


class HoursField(forms.CharField):
    """Accepts `9-12:30, 13:30-17`; nothing typed means closed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 120)
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """Return spans of minutes of the day, in order."""
        text = super().clean(value)
        try:
            return read_hours(text)
        except NotHours as wrong:
            raise forms.ValidationError(
                SAID[wrong.code], params={"part": wrong.part}, code=wrong.code
            ) from None

    def prepare_value(self, value: Any) -> Any:
        """Show spans the way they are typed."""
        return value if isinstance(value, str) else write_hours(value or ())
