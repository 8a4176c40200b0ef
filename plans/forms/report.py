"""From when until when a report looks back."""

from datetime import date, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.forms.days import StaffDayField
from plans.rules.report import LONGEST_DAYS, WEEKS, Days, last_weeks

EARLIEST = date(2000, 1, 1)


class SpanForm(forms.Form):
    """Two days, both included; empty they mean the last twelve whole weeks."""

    show_optional = False
    first = StaffDayField(
        label=gettext_lazy("From"),
        required=False,
        past=True,
        help_text=gettext_lazy("Type 18/1 or 18 jan 2026"),
    )
    last = StaffDayField(
        label=gettext_lazy("Until"), required=False, past=True, help_text=gettext_lazy("This day included")
    )

    def __init__(self, data: Any, *, today: date) -> None:
        self.usual = last_weeks(today)
        typed = data if data and {"first", "last"} & set(data) else None
        super().__init__(typed, initial={"first": self.usual.first, "last": self.usual.last})
        self.today = today
        for field in self.fields.values():
            field.today = today  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        """Refuse days to come, days out of order, and more days than can be counted at once."""
        data = super().clean() or {}
        for name in ("first", "last"):
            if data.get(name) and data[name] < EARLIEST:
                self.add_error(name, _("Choose days from the year %(n)s on.") % {"n": EARLIEST.year})
        if self.errors:
            return data
        span = self._span(data)
        if span.last >= self.today:
            self.add_error("last", _("A report looks back: choose a day before today."))
        elif span.last < span.first:
            self.add_error("last", _("The last day must not be before the first."))
        elif (span.last - span.first).days >= LONGEST_DAYS:
            self.add_error("first", _("Choose at most %(n)s days at once.") % {"n": LONGEST_DAYS})
        return data

    def _span(self, data: dict[str, Any]) -> Days:
        first: date | None = data.get("first")
        last: date | None = data.get("last")
        if first is not None:
            return Days(first, last or self.today - timedelta(days=1))
        if last is not None:
            return Days(last - timedelta(days=7 * WEEKS - 1), last)
        return self.usual

    @property
    def fits(self) -> bool:
        """Whether a report can be made: nothing was typed, or what was typed can be."""
        return not self.is_bound or self.is_valid()

    @property
    def span(self) -> Days:
        """The days to look at; the usual ones while what was typed cannot be."""
        return self._span(self.cleaned_data) if self.is_bound and self.fits else self.usual
