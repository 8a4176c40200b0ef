"""Joining the waiting list: what for, between which days, and what else would suit."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from crispy_forms.bootstrap import InlineCheckboxes
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.models import Membership
from plans.forms.booking import DAYS, TIMES, PlannedDayField
from plans.models import Kind, WaitingEntry

NOTICE = [
    (0, _("none: call at any hour")),
    (2, _("2 hours")),
    (24, _("a day")),
    (48, _("2 days")),
    (168, _("a week")),
]


WISHES = ("first", "last", "weekdays", "times", "practitioner", "notice_hours")


class JoinForm(forms.Form):
    """What would suit a patient who waits. `kind` is asked where it is for no series."""

    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Kind of visit"))
    first = PlannedDayField(label=_("From"), help_text=_("Type 18/1, mon or +1w"))
    last = PlannedDayField(
        label=_("Until"), help_text=_("The patient leaves the list by itself after this day.")
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days"),
        choices=DAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: any day."),
    )
    times = forms.MultipleChoiceField(
        label=_("Times of day"),
        choices=TIMES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: any time."),
    )
    practitioner = forms.ModelChoiceField(
        label=_("With"), queryset=Membership.objects.none(), required=False, empty_label=_("Anybody")
    )
    notice_hours = forms.TypedChoiceField(
        label=_("Notice needed"),
        choices=NOTICE,
        coerce=int,
        initial=24,
        help_text=_("How far ahead to call."),
    )

    def __init__(
        self,
        *args: Any,
        today: date,
        people: Sequence[Membership],
        kinds: Sequence[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "last"):
            self.fields[name].today = today  # type: ignore[attr-defined]
        members = self.fields["practitioner"]
        members.queryset = Membership.objects.filter(pk__in=[one.pk for one in people]).select_related("user")  # type: ignore[attr-defined]
        members.label_from_instance = lambda member: member.user.name  # type: ignore[attr-defined]
        if kinds:
            labels = dict(Kind.choices)
            self.fields["kind"].choices = [(kind, str(labels[Kind(kind)]).capitalize()) for kind in kinds]  # type: ignore[attr-defined]
        else:
            del self.fields["kind"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        shown = ["kind"] if kinds else []
        self.helper.layout = Layout(
            "key",
            *shown,
            "first",
            "last",
            InlineCheckboxes("weekdays"),
            InlineCheckboxes("times"),
            "practitioner",
            "notice_hours",
        )

    def wishes(self) -> dict[str, Any]:
        """Return what would suit, by the names that the action knows."""
        return {name: self.cleaned_data[name] for name in WISHES}


def initial_of(entry: WaitingEntry) -> dict[str, Any]:
    """Return what an entry says, to be changed."""
    return {name: getattr(entry, name) for name in WISHES}
