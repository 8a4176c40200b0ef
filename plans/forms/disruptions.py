"""An absence as it is typed, and the decisions on what it touches."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

from crispy_forms.bootstrap import InlineRadios
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, Device, Membership, Room
from clinic.rules.timegrid import Span
from plans.forms.booking import PlannedDayField
from plans.models import Absence, Decision
from plans.rules.plan import Session, from_data, to_data
from plans.rules.scheduling.model import Slot

SALT = "plans.pin"
GOOD_FOR_SECONDS = 60 * 60
NOT_A_TIME = _("Type a time like 09:30.")


def _clock(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        input_formats=["%H:%M", "%H.%M"],
        error_messages={"invalid": NOT_A_TIME},
        widget=forms.TimeInput(format="%H:%M", attrs={"inputmode": "numeric"}),
    )


class PlaceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A room or a device."""

    def to_python(self, value: Any) -> Any:
        """Return it; a number that no database counts to is an id like any that does not exist."""
        return super().to_python("0" if isinstance(value, str) and len(value) > 18 else value)


class AbsenceForm(forms.Form):
    """Who or what is not there, when, and why."""

    kind = forms.ChoiceField(
        label=_("What happens"),
        choices=[kind for kind in Absence.Kind.choices if kind[0] not in Absence.OF_HOURS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what happens.")},
    )
    who = forms.ModelChoiceField(Membership.objects.none(), label=_("Who"), required=False, empty_label=None)
    room = PlaceField(Room.objects.none(), label=_("Room"), required=False, empty_label=None)
    device = PlaceField(Device.objects.none(), label=_("Device"), required=False, empty_label=None)
    first = PlannedDayField(
        label=_("First day"),
        help_text=_("Type 18/1, mon or +1w"),
        error_messages={"required": _("Type the first day.")},
    )
    last = PlannedDayField(label=_("Last day"), required=False, help_text=_("Empty for one day"))
    start = _clock(_("From, each day"))
    end = _clock(_("Until, each day"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=120,
        required=False,
        help_text=_("For colleagues. Patients never see it."),
        error_messages={"max_length": _("Write at most 120 characters.")},
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, clinic: Clinic, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Membership.objects.practitioners().filter(clinic=clinic).exclude(user__resource=None)
        self._choose("who", people.select_related("user"), "user.name")
        self._choose("room", Room.objects.filter(clinic=clinic, is_active=True), "name")
        self._choose("device", Device.objects.filter(clinic=clinic, is_active=True), "name")
        for name in ("first", "last"):
            self.fields[name].today = today  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            InlineRadios("kind"),
            *(
                self._only_for(kind, name)
                for kind, name in (("leave", "who"), ("room", "room"), ("device", "device"))
            ),
            Div("first", "last", css_class="two"),
            Div("start", "end", css_class="two"),
            "reason",
            Field("key"),
        )

    def _choose(self, name: str, rows: Any, label: str) -> None:
        field: Any = self.fields[name]
        field.queryset = rows
        head, _dot, tail = label.partition(".")
        field.label_from_instance = lambda row: (
            getattr(getattr(row, head), tail) if tail else getattr(row, head)
        )

    def _only_for(self, kind: str, name: str) -> Div:
        return Div(name, data_shown_by="kind", data_shown_when=kind)

    def clean(self) -> dict[str, Any]:
        """Ask for what the kind needs; days and hours come in order."""
        data = super().clean() or {}
        needed = {"leave": "who", "room": "room", "device": "device"}.get(data.get("kind", ""))
        if needed and not data.get(needed) and needed not in self.errors:
            self.add_error(needed, _("Choose who or what is not there."))
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day must not be before the first."))
        start, end = data.get("start"), data.get("end")
        if (start is None) != (end is None) and not {"start", "end"} & set(self.errors):
            self.add_error("end" if start else "start", _("Type both times, or neither for whole days."))
        if start and end and end <= start:
            self.add_error("end", _("The end must be after the start."))
        return data

    @property
    def hours(self) -> Span | None:
        """The minutes of each day; None for whole days."""
        start, end = self.cleaned_data["start"], self.cleaned_data["end"]
        return (_minute(start), _minute(end)) if start is not None and end is not None else None

    @property
    def place(self) -> Room | Device | None:
        """The room or device, where one is out."""
        kind = self.cleaned_data["kind"]
        return self.cleaned_data[kind] if kind in ("room", "device") else None


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def sign_pin(number: int, slot: Slot) -> str:
    """Return another time for a session as the value of a radio button."""
    return signing.dumps(to_data([Session(number, slot)]), salt=SALT, compress=True)


class PinField(forms.CharField):
    """Another time that was shown and signed."""

    def clean(self, value: Any) -> Any:
        """Return the session, or None when none was chosen."""
        text = super().clean(value)
        if not text:
            return None
        try:
            (session,) = from_data(signing.loads(text, salt=SALT, max_age=GOOD_FOR_SECONDS))
        except (signing.BadSignature, ValueError, TypeError):
            raise forms.ValidationError(
                _("That time can no longer be read. Ask for other times again."), code="slot"
            ) from None
        return session


class DecisionsForm(forms.Form):
    """One choice for each patient; what is pinned or put elsewhere counts when the rest is planned again."""

    def __init__(self, *args: Any, rows: Sequence[Decision], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            ways = [way for way in Decision.Choice.choices if row.may_move or way[0] != Decision.Choice.MOVE]
            wrong = {"invalid_choice": _("Choose one of the ways that are offered.")}
            self.fields[f"choice-{row.pk}"] = forms.ChoiceField(
                label=row.patient.name,
                choices=ways,
                required=False,
                initial=row.choice,
                widget=forms.RadioSelect,
                error_messages=wrong,
            )
            self.fields[f"pin-{row.pk}"] = forms.BooleanField(required=False, initial=bool(row.pins))
            self.fields[f"slot-{row.pk}"] = PinField(required=False, max_length=600)

    def chosen(self) -> dict[int, str]:
        """Return what was chosen, by decision."""
        return {row.pk: self.cleaned_data[f"choice-{row.pk}"] for row in self.rows}

    def choices(self) -> dict[int, str]:
        """Return what was chosen; the button for all counts where nothing was, and there is a place."""
        rest = Decision.Choice.MOVE if self.data.get("rest") == Decision.Choice.MOVE else ""
        chosen = self.chosen()
        return {row.pk: chosen[row.pk] or (rest if row.may_move else "") for row in self.rows}

    def pins(self) -> dict[UUID, Sequence[Session]]:
        """Return what is to be held: the time that was chosen instead, or all that is proposed."""
        found: dict[UUID, Sequence[Session]] = {}
        for row in self.rows:
            chosen = self.cleaned_data[f"slot-{row.pk}"]
            if row.subject and chosen is not None:
                found[row.subject] = (chosen,)
            elif row.subject and self.cleaned_data[f"pin-{row.pk}"]:
                found[row.subject] = from_data(row.after)
        return found
