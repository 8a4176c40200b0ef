"""One text box for a day, as staff type it."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from clinic.rules.typed_days import NotADay, read_day


class StaffDayField(forms.CharField):
    """Accepts `18/1`, `18 jan`, `mon`, `+5w`; the form's `today` says from when to count."""

    def __init__(self, *, past: bool = False, **kwargs: Any) -> None:
        self.past = past
        self.today: date | None = None
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """Return a date, or None when nothing was typed."""
        text = super().clean(value)
        if not text:
            return None
        if self.today is None:
            raise ImproperlyConfigured("The form sets `today` of its days from the clinic's calendar.")
        try:
            return read_day(text, self.today, past=self.past)
        except NotADay:
            raise forms.ValidationError(
                _("“%(text)s” is not a day. Type it like 18/1, 18 jan, mon or +5w."),
                params={"text": text},
                code="not_a_day",
            ) from None

    def prepare_value(self, value: Any) -> Any:
        """Show a date the way it is typed."""
        return value.strftime("%d/%m/%Y") if isinstance(value, date) else value
