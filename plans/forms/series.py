"""Forms of a series: confirm an offer, give a reason, end it."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from plans.forms.booking import PlannedDayField

LONGEST = 500


class ConfirmForm(forms.Form):
    """The offer that was chosen, and the reason where one is needed."""

    offer = forms.CharField(
        max_length=6000, error_messages={"required": _("Choose one of the proposals first.")}
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST,
        required=False,
        error_messages={"max_length": _("Write at most 500 characters.")},
    )


class ReasonForm(forms.Form):
    """A reason in words."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands in the patient's record and is not shown to the front desk."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class ResumeForm(forms.Form):
    """From which day on the series may go on."""

    earliest_on = PlannedDayField(label=_("Not before"), required=False, help_text=_("Type 18/1, mon or +2w"))


class StopForm(ReasonForm):
    """Why a series ends early."""

    end_reason = forms.ChoiceField(label=_("Why it ends"), widget=forms.RadioSelect)
    field_order = ["end_reason", "reason"]

    def __init__(self, *args: Any, reasons: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["end_reason"].choices = reasons  # type: ignore[attr-defined]
        self.fields["reason"].required = False


class CancelForm(forms.Form):
    """Which sessions to cancel, and why."""

    scope = forms.ChoiceField(label=_("Cancel"), widget=forms.RadioSelect, required=True)
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST, required=False)

    def __init__(self, *args: Any, scopes: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = scopes  # type: ignore[attr-defined]
        self.fields["scope"].initial = "one"
        self.helper = FormHelper()
        self.helper.form_tag = False
