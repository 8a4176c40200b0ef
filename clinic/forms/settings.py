"""What narrows the log."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from clinic.queries.log import Wanted


class LogForm(forms.Form):
    """Three filters; what is not among the choices is no filter."""

    show_optional = False

    person = forms.ChoiceField(label=_("Person"), required=False)
    verb = forms.ChoiceField(label=_("What was done"), required=False)
    patient = forms.CharField(
        label=_("Patient’s reference"),
        max_length=8,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, people: Sequence[User], verbs: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everybody = [("", _("Everybody")), *((str(one.pk), one.name) for one in people)]
        anything = [("", _("Anything")), *((verb, verb.replace("_", " ")) for verb in verbs)]
        self.fields["person"].widget = forms.Select(choices=everybody)
        self.fields["person"].choices = everybody  # type: ignore[attr-defined]
        self.fields["verb"].widget = forms.Select(choices=anything)
        self.fields["verb"].choices = anything  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """Return the filters that can be used."""
        self.is_valid()
        given = self.cleaned_data
        return Wanted(given.get("person", ""), given.get("verb", ""), given.get("patient", ""))
