"""What suits the patient, typed into a GET form: a choice is a link, and Back works."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from crispy_forms.bootstrap import InlineCheckboxes
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.template import Context
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.forms.days import StaffDayField
from clinic.models import Membership
from plans.rules.wishes import Wishes

DAYS = [
    (0, _("Mon")),
    (1, _("Tue")),
    (2, _("Wed")),
    (3, _("Thu")),
    (4, _("Fri")),
    (5, _("Sat")),
    (6, _("Sun")),
]
TIMES = [("morning", _("Morning")), ("afternoon", _("Afternoon")), ("evening", _("After 17:00"))]
LONGEST_AWAY = 366
FARTHEST = 3 * 365


class Folded(Div):  # type: ignore[misc]  # crispy has no types
    """Fields that stay closed behind a summary until one of them is filled in or wrong; `others` do not open it."""

    template = "parts/_folded.html"

    def __init__(self, summary: str | Promise, *fields: str, others: Sequence[str] = ()) -> None:
        super().__init__(*fields, *others)
        self.summary = summary
        self.opening = fields

    def render(
        self, form: forms.Form, context: Context, template_pack: Any = TEMPLATE_PACK, **given: Any
    ) -> str:
        """Return the fields inside a `<details>`."""
        fields = self.get_rendered_fields(form, context, template_pack, **given)
        is_open = any(form[name].value() or form[name].errors for name in self.opening)
        return render_to_string(
            self.template, {"summary": self.summary, "is_open": is_open, "fields": fields}
        )


class PlannedDayField(StaffDayField):
    """A day in the diary: nothing is planned further ahead than three years."""

    def clean(self, value: Any) -> Any:
        """Return a date within reach, or None when nothing was typed."""
        day = super().clean(value)
        if day and self.today and day > self.today + timedelta(days=FARTHEST):
            raise forms.ValidationError(
                _("That is more than three years ahead. Type an earlier day."), code="far"
            )
        return day


class WishesForm(forms.Form):
    """First day, weekdays, times of day, practitioner, days away, latest finish."""

    show_optional = False

    first = PlannedDayField(
        label=_("First session from"), required=False, help_text=_("Type 18/1, mon or +1w")
    )
    days = forms.MultipleChoiceField(
        label=_("Days"), choices=DAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    times = forms.MultipleChoiceField(
        label=_("Time of day"), choices=TIMES, required=False, widget=forms.CheckboxSelectMultiple
    )
    who = forms.ChoiceField(label=_("Practitioner"), required=False)
    away_from = PlannedDayField(label=_("Away from"), required=False)
    away_to = StaffDayField(label=_("Away until"), required=False)
    finish = PlannedDayField(label=_("Finished by"), required=False)
    why = PlannedDayField(label=_("Why not on"), required=False, help_text=_("A day the patient asks for"))
    session = forms.ChoiceField(label=_("As session"), required=False)

    def __init__(
        self, *args: Any, today: date, practitioners: list[Membership], sessions: Sequence[int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for field in self.fields.values():
            if isinstance(field, StaffDayField):
                field.today = today
        choices: list[tuple[str, Any]] = [("", _("Prefer who signed the plan"))]
        for member in practitioners:
            choices.append((f"{member.user.resource_id}", _("Prefer %(name)s") % {"name": member.user.name}))
        for member in practitioners:
            choices.append(
                (f"only-{member.user.resource_id}", _("Only %(name)s") % {"name": member.user.name})
            )
        self.fields["who"].choices = choices  # type: ignore[attr-defined]
        self.fields["session"].choices = [(str(one), str(one)) for one in sessions]  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "first",
            InlineCheckboxes("days"),
            InlineCheckboxes("times"),
            "who",
            Folded(_("Days away, latest finish"), "away_from", "away_to", "finish"),
            Folded(_("Why not on another day?"), "why", others=["session"]),
        )

    def clean(self) -> dict[str, Any]:
        """Check days against each other."""
        data = super().clean() or {}
        start, end = data.get("away_from"), data.get("away_to")
        if end and not start:
            self.add_error("away_from", _("Type the first day away too."))
        if start and end and end < start:
            self.add_error("away_to", _("The last day away is before the first."))
        elif start and end and (end - start).days > LONGEST_AWAY:
            self.add_error("away_to", _("That is more than a year away. Book when the patient is back."))
        if data.get("first") and data["first"] < self.today:
            self.add_error("first", _("That day has passed. Choose today or later."))
        if data.get("finish") and data["finish"] < (data.get("first") or self.today):
            self.add_error(
                "finish", _("The last session would have to be before the first. Choose a later day.")
            )
        return data

    def asked_about(self) -> tuple[date, int] | None:
        """Return the day that was asked about and the session it is for, where both can be read."""
        data = self.cleaned_data if self.is_bound and self.is_valid() else {}
        sessions = self.fields["session"].choices  # type: ignore[attr-defined]
        if not data.get("why") or not sessions:
            return None
        return data["why"], int(data.get("session") or sessions[0][0])

    def wishes(self) -> Wishes:
        """Return what was typed, as rules know it; nothing where nothing valid was typed."""
        data = self.cleaned_data if self.is_bound and self.is_valid() else {}
        who = str(data.get("who") or "")
        away = data.get("away_from"), data.get("away_to") or data.get("away_from")
        return Wishes(
            first_from=data.get("first"),
            weekdays=frozenset(int(day) for day in data.get("days", ())),
            times=frozenset(data.get("times", ())),
            practitioner=int(who.removeprefix("only-")) if who else None,
            only=who.startswith("only-"),
            away=((away[0], away[1]),) if away[0] and away[1] else (),
            finish=data.get("finish"),
        )
