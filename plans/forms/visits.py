"""One visit: which kind, from which day, at which of the free times."""

from datetime import date
from typing import Any
from uuid import uuid4

from crispy_forms.helper import FormHelper
from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from clinic.forms.days import StaffDayField
from plans.models import Kind
from plans.rules.plan import Session, from_data, to_data
from plans.rules.scheduling.model import Slot

SALT = "plans.slot"
GOOD_FOR_SECONDS = 60 * 60


def sign_slot(slot: Slot) -> str:
    """Return a slot as the value of a radio button or a button."""
    return signing.dumps(to_data([Session(1, slot)]), salt=SALT, compress=True)


class SlotField(forms.CharField):
    """A free time that was shown and signed."""

    def clean(self, value: Any) -> Any:
        """Return the slot."""
        text = super().clean(value)
        try:
            (session,) = from_data(signing.loads(text, salt=SALT, max_age=GOOD_FOR_SECONDS))
        except (signing.BadSignature, ValueError, TypeError):
            raise forms.ValidationError(
                _("That time can no longer be read. Choose one of the times below."), code="slot"
            ) from None
        return session.slot


class LookForm(forms.Form):
    """Which free times to show; a GET form."""

    show_optional = False

    kind = forms.ChoiceField(label=_("Kind of visit"), required=False)
    day = StaffDayField(label=_("From"), required=False, help_text=_("Type 18/1, mon or +1w"))
    who = forms.ChoiceField(label=_("With"), required=False)

    def __init__(self, *args: Any, today: date, kinds: list[str], people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].today = today  # type: ignore[attr-defined]
        labels = dict(Kind.choices)
        self.fields["kind"].choices = [(kind, str(labels[kind]).capitalize()) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["who"].choices = [("", _("Anybody")), *people]  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class BookVisitForm(forms.Form):
    """A new visit at a chosen time."""

    slot = SlotField(error_messages={"required": _("Choose a time first.")})
    kind = forms.CharField(max_length=20)
    patient = forms.UUIDField(error_messages={"required": _("Choose the patient first.")})
    key = forms.UUIDField(initial=uuid4)
    note = forms.CharField(max_length=300, required=False)


class ChooseForm(forms.Form):
    """A time among those that were shown."""

    slot = SlotField(error_messages={"required": _("Choose a time first.")})


class MoveForm(ChooseForm):
    """A new time for a visit of no series."""

    seen = forms.IntegerField(min_value=0)
