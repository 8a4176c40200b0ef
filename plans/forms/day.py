"""Going to another day of the diary."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.forms.days import StaffDayField

YEARS = range(2000, 2100)  # a diary has no other days, and the calendar has an end


class GoToForm(forms.Form):
    """A day as it is typed at the desk; a GET form."""

    show_optional = False

    on = StaffDayField(
        label=_("Go to a day"), error_messages={"required": _("Type a day like 18/1, mon or +5w.")}
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].today = today  # type: ignore[attr-defined]

    def clean_on(self) -> date:
        """Keep to the years of a diary."""
        found: date = self.cleaned_data["on"]
        if found.year not in YEARS:
            raise forms.ValidationError(_("Type a day between 2000 and 2099."))
        return found
