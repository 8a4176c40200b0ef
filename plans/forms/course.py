"""How many sessions a series has: forms that sign one more, one less, or one left out."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from plans.forms.series import ReasonForm


class NumberForm(ReasonForm):
    """A signed reason; `key` is the form's own id, so that a second click does nothing more."""

    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)


class SkipForm(ReasonForm):
    """A signed reason, and what becomes of the later sessions: an offer that was shown."""

    offer = forms.CharField(
        max_length=6000,
        widget=forms.HiddenInput,
        error_messages={"required": _("Choose what becomes of the later sessions.")},
    )
