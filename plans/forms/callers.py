"""Somebody who calls for the first time: who they are, and the time they take."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic
from patients.rules.identity import Details
from plans.forms.visits import BookVisitForm

NOT_A_DATE = _("Enter day, month and year as figures, such as 22 6 1985.")


class BirthDayField(forms.CharField):
    """A date of birth in one box, for a desk that types while somebody spells it: `22/6/1985`, `22 6 1985`."""

    def clean(self, value: Any) -> Any:
        """Return the date."""
        parts = re.findall(r"\d+", super().clean(value))
        if len(parts) != 3 or len(parts[2]) != 4:
            raise forms.ValidationError(NOT_A_DATE, code="not_a_date")
        try:
            return date(int(parts[2]), int(parts[1]), int(parts[0]))
        except (ValueError, OverflowError):
            raise forms.ValidationError(NOT_A_DATE, code="not_a_date") from None


class CallerForm(BookVisitForm):
    """A new visit for somebody new. The action says what cannot be."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        error_messages={"required": _("Enter the patient’s name.")},
    )
    birth_date = BirthDayField(
        label=_("Date of birth"),
        max_length=40,
        help_text=_("For example 22 6 1985"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": NOT_A_DATE},
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": _("Enter an e-mail address such as name@example.org.")},
    )
    is_somebody_else = forms.BooleanField(label=_("This is somebody else"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_somebody_else"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """Leave the patient out: there is none yet."""
        return self.cleaned_data

    def ask_whether_somebody_else(self) -> None:
        """Show the tick."""
        self.fields["is_somebody_else"].widget = forms.CheckboxInput()

    def details(self, clinic: Clinic) -> Details:
        """Return what was entered, as the rules know it; letters go out in the clinic's language."""
        data = self.cleaned_data
        return Details(
            name=data["name"],
            birth_date=data["birth_date"],
            email=data["email"],
            phone=data["phone"],
            language=clinic.language,
        )
