"""Public holidays to close on: whose they are, and which of them."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.queries.public_holidays import PublicHoliday, countries, regions


class RegionForm(forms.Form):
    """The country and the part of it, typed into a GET form: a choice is a link."""

    show_optional = False

    country = forms.ChoiceField(label=_("Country"), required=False)
    region = forms.ChoiceField(label=_("Part of the country"), required=False)

    def __init__(self, *, country: str, region: str) -> None:
        super().__init__(initial={"country": country, "region": region})
        parts = regions(country)
        self.fields["country"].choices = [("", _("Choose a country")), *countries()]  # type: ignore[attr-defined]
        self.fields["region"].choices = [("", _("Holidays of the whole country")), *parts]  # type: ignore[attr-defined]
        if not parts:
            del self.fields["region"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class HolidaysForm(forms.Form):
    """The days to close on."""

    days = forms.MultipleChoiceField(
        required=True,
        error_messages={
            "required": _("Tick the days on which the clinic is closed."),
            "invalid_choice": _("One of these days is no longer offered. Look at the list again."),
        },
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, offered: Sequence[PublicHoliday], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = [one for one in offered if not one.is_closed]
        self.fields["days"].choices = [(one.day.isoformat(), one.name) for one in self.offered]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[PublicHoliday]:
        """The holidays that were ticked."""
        wanted = set(self.cleaned_data["days"])
        return [one for one in self.offered if one.day.isoformat() in wanted]
