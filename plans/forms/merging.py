"""Which of two records stays, and why; and why a merge is taken back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
from plans.queries.merging import Side


class ReasonForm(forms.Form):
    """Why, for whoever reads the log."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        help_text=_("For the log, such as: registered twice, the patient confirmed it. Nothing about health"),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": _("Write why, for whoever reads the log.")},
    )


class MergeForm(ReasonForm):
    """Which of the two stays: only one whose other may go is offered."""

    stays = forms.ChoiceField(
        label=_("Which record stays?"),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose which record stays.")),
    )
    field_order = ("stays", "reason")

    def __init__(self, *args: Any, sides: tuple[Side, Side], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        one, two = sides
        pairs = [(goes.patient, stays.patient) for goes, stays in ((two, one), (one, two)) if goes.may_go]
        self.pairs = {str(stays.pk): (goes, stays) for goes, stays in pairs}
        field: Any = self.fields["stays"]
        field.choices = [(str(stays.pk), f"{stays.name} · {stays.reference}") for _goes, stays in pairs]
        field.initial = str(pairs[0][1].pk) if len(pairs) == 1 else None

    def decided(self) -> tuple[Patient, Patient]:
        """Return the record that goes, and the one that stays."""
        return self.pairs[self.cleaned_data["stays"]]
