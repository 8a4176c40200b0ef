"""The consultation as one form: every field optional, so that a draft can be saved at any moment."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from clinic.forms.days import StaffDayField
from patients.models import Consent
from patients.rules.questions import AskAt
from patients.rules.screening import questions_to_ask
from plans.forms.screening import question_fields, question_initial, read_answers, worded
from plans.models import Consultation
from plans.queries.consult import Assessment
from plans.rules.protocol import Protocol
from plans.rules.protocol.core import Concern
from plans.rules.terms import Severity

LONGEST = 1000
SEVERITIES = {Severity.MILD: _("Mild"), Severity.MODERATE: _("Moderate"), Severity.SEVERE: _("Severe")}
PLAIN = (
    *("skin_type", "sun_damage", "goal", "goal_words", "skincare_now", "past_treatments", "planned_depth"),
    *("numbing_planned", "event_on", "event_name", "expectations_talk", "decision", "decision_reason"),
)


def _lines(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": LONGEST})


class ConsultationForm(forms.Form):
    """Everything a practitioner writes down; `found` is what the saved draft comes to."""

    skin_type = forms.TypedChoiceField(
        label=_("Skin type (Fitzpatrick)"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    sun_damage = forms.ChoiceField(label=_("Sun damage"), required=False, widget=forms.RadioSelect)
    goal = forms.ChoiceField(label=_("How much change"), required=False, widget=forms.RadioSelect)
    goal_words = forms.CharField(
        label=_("Goal in the patient's own words"), required=False, max_length=LONGEST, widget=_lines()
    )
    skincare_now = forms.CharField(
        label=_("Skincare now"), required=False, max_length=LONGEST, widget=_lines()
    )
    past_treatments = forms.CharField(
        label=_("Past treatments and reactions"), required=False, max_length=LONGEST, widget=_lines()
    )
    planned_depth = forms.DecimalField(
        label=_("Planned depth in mm"),
        required=False,
        max_digits=3,
        decimal_places=2,
        min_value=Decimal("0.05"),
        max_value=Decimal("9.99"),
        error_messages={
            "invalid": _("Enter a depth in millimetres, such as 1.50."),
            "min_value": _("Enter a depth of at least 0.05 mm."),
            "max_value": _("Enter a depth below 10 mm."),
        },
    )
    numbing_planned = forms.BooleanField(label=_("Numbing cream planned"), required=False)
    event_on = StaffDayField(label=_("Event or sun trip on"), required=False)
    event_name = forms.CharField(label=_("What it is"), required=False, max_length=60)
    expectations_talk = forms.BooleanField(
        label=_("Risks, results and alternatives discussed, time to think offered"), required=False
    )
    decision = forms.ChoiceField(
        label=_("Your decision"),
        required=False,
        choices=Consultation.Decision.choices,
        widget=forms.RadioSelect,
    )
    decision_reason = forms.CharField(label=_("Reason"), required=False, max_length=LONGEST, widget=_lines())
    sessions = forms.IntegerField(
        label=_("Sessions"),
        required=False,
        min_value=0,
        max_value=99,
        error_messages={"invalid": _("Enter the number of sessions as a figure.")},
    )
    interval_days = forms.IntegerField(
        label=_("Days apart"),
        required=False,
        min_value=0,
        max_value=999,
        error_messages={"invalid": _("Enter the days between sessions as a figure.")},
    )

    def __init__(self, *args: Any, consultation: Consultation, found: Assessment, **kwargs: Any) -> None:
        self.found = found
        self.questions = questions_to_ask(found.protocol.questionnaire, 1, AskAt.CONSULTATION)
        kwargs["initial"] = {**_initial(consultation, found, self.questions), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        course = found.protocol.course
        self._choices("skin_type", [(str(one.value), one.roman) for one in course.skin_types])
        self._choices("sun_damage", [(one.value, worded(one.label)) for one in course.sun_damage_levels])
        self._choices("goal", [(one.value, worded(one.label)) for one in course.goals])
        event = self.fields["event_on"]
        assert isinstance(event, StaffDayField)  # noqa: S101  # declared above
        event.today = found.day
        self.fields.update(question_fields(self.questions, found.day))
        self.fields.update(concern_fields(found.protocol))
        self.fields.update({f"r_{flag.id}": reason_field() for flag in found.open if flag.override})
        self.answers: list[Any] = []

    def _choices(self, field: str, choices: list[tuple[str, str]]) -> None:
        self.fields[field].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Read the answers; what cannot be recorded is told at its question."""
        super().clean()
        self.answers = read_answers(self, self.questions, self.found.day)
        return self.cleaned_data

    @property
    def seen(self) -> tuple[int, int] | None:
        """Return the proposal that stood on the page; (0, 0) where there was none, None if not sent."""
        if "seen" not in self.data:
            return None
        numbers = [part for part in str(self.data["seen"]).split("x") if part.isascii() and part.isdigit()]
        return (int(numbers[0][:4]), int(numbers[1][:4])) if len(numbers) == 2 else (0, 0)

    @property
    def saved_at(self) -> datetime | None:
        """Return when the draft was last saved, as the page knew it."""
        try:
            return parse_datetime(str(self.data.get("saved_at", "")))
        except ValueError:
            return None

    def reason(self, flag_id: str) -> str:
        """Return what was written beside a flag."""
        return str(self.cleaned_data.get(f"r_{flag_id}", ""))

    def draft(self) -> dict[str, Any]:
        """Return what to save. Numbers are kept only where they leave the proposal that stood on the page."""
        data = self.cleaned_data
        numbers = (data["sessions"], data["interval_days"])
        keeps = data["decision"] == Consultation.Decision.CHANGED or numbers != self.seen
        return {
            **{field: data[field] for field in PLAIN},
            "sessions": numbers[0] if keeps else None,
            "interval_days": numbers[1] if keeps else None,
            "concerns": list(read_concerns(self.found.protocol, data)),
            "answers": self.answers,
            "seen": self.saved_at,
        }


class ConsentForm(forms.Form):
    """What the patient signed in front of the practitioner."""

    kind = forms.ChoiceField(
        label=_("Consent to"),
        choices=[(Consent.Kind.TREATMENT, _("Treatment")), (Consent.Kind.PHOTOS, _("Photos"))],
        widget=forms.RadioSelect,
    )
    version = forms.CharField(label=_("Version of the form"), max_length=30)


class AddendumForm(forms.Form):
    """What is added to a signed consultation or record."""

    text = forms.CharField(
        label=_("Addendum"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000})
    )


def reason_field() -> forms.CharField:
    """Return the field for the reason of lifting one flag."""
    return forms.CharField(label=_("Reason, at least 15 characters"), required=False, max_length=LONGEST)


def grades_of(concern: Concern) -> list[tuple[str, Any]]:
    """Return the choices of one concern: its own grades, or the three severities."""
    if concern.grades is None:
        return [(str(value), label) for value, label in SEVERITIES.items()]
    return [(f"g{one.grade}", _("Grade %(grade)s") % {"grade": one.grade}) for one in concern.grades]


def concern_fields(protocol: Protocol) -> dict[str, forms.Field]:
    """Return two fields for each concern: how marked it is, and where."""
    areas = [(area.id, worded(area.label)) for area in protocol.course.areas]
    fields: dict[str, forms.Field] = {}
    for concern in protocol.course.concerns:
        fields[f"c_{concern.id}"] = forms.ChoiceField(
            label=worded(concern.label),
            choices=[("", _("None")), *grades_of(concern)],
            required=False,
            widget=forms.RadioSelect,
        )
        fields[f"a_{concern.id}"] = forms.MultipleChoiceField(
            label=_("Where"), choices=areas, required=False, widget=forms.CheckboxSelectMultiple
        )
    return fields


def read_concerns(protocol: Protocol, data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the concerns that were given a severity or a grade, as they are stored."""
    for concern in protocol.course.concerns:
        chosen, areas = data.get(f"c_{concern.id}"), data.get(f"a_{concern.id}", [])
        if chosen and concern.grades is not None:
            yield {"id": concern.id, "grade": int(chosen[1:]), "areas": areas}
        elif chosen:
            yield {"id": concern.id, "severity": chosen, "areas": areas}


def _initial(consultation: Consultation, found: Assessment, questions: Any) -> dict[str, Any]:
    proposal = found.proposal
    initial: dict[str, Any] = {field: getattr(consultation, field) for field in PLAIN}
    initial["sessions"] = consultation.sessions or (proposal.suggest if proposal else None)
    initial["interval_days"] = consultation.interval_days or (proposal.interval_days if proposal else None)
    for concern in consultation.concerns:
        grade = concern.get("grade")
        initial[f"c_{concern['id']}"] = f"g{grade}" if grade else concern.get("severity", "")
        initial[f"a_{concern['id']}"] = concern["areas"]
    return {**initial, **question_initial(questions, found.answers, found.day)}
