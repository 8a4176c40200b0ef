"""One visit: which kind, from which day, at which of the free times."""

from datetime import date
from typing import Any
from uuid import uuid4

from crispy_forms.helper import FormHelper
from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from plans.forms.booking import PlannedDayField
from plans.models import Kind
from plans.rules.plan import Session, from_data, to_data
from plans.rules.scheduling.model import Slot

SALT = "plans.slot"
BY_HAND = "plans.slot.by_hand"
GOOD_FOR_SECONDS = 60 * 60
LONGEST_BLOCK = 12 * 60
LONGEST_REASON = 500
CLOCKS = ["%H:%M", "%H.%M", "%H", "%H%M"]


def sign_slot(slot: Slot, salt: str = SALT) -> str:
    """Return a slot as the value of a radio button or a button; one that was typed has a salt of its own."""
    return signing.dumps(to_data([Session(1, slot)]), salt=salt, compress=True)


class SlotField(forms.CharField):
    """A free time that was shown and signed."""

    def __init__(self, *, salt: str = SALT, **kwargs: Any) -> None:
        self.salt = salt
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """Return the slot."""
        text = super().clean(value)
        try:
            (session,) = from_data(signing.loads(text, salt=self.salt, max_age=GOOD_FOR_SECONDS))
        except (signing.BadSignature, ValueError, TypeError):
            raise forms.ValidationError(
                _("That time can no longer be read. Choose one of the times below."), code="slot"
            ) from None
        return session.slot


class LookForm(forms.Form):
    """Which free times to show; a GET form."""

    show_optional = False

    kind = forms.ChoiceField(label=_("Kind of visit"), required=False)
    day = PlannedDayField(label=_("From"), required=False, help_text=_("Type 18/1, mon or +1w"))
    who = forms.ChoiceField(label=_("With"), required=False)
    minutes = forms.IntegerField(
        label=_("Minutes, for blocked time"),
        required=False,
        min_value=5,
        max_value=LONGEST_BLOCK,
        error_messages={
            "invalid": _("Type the minutes as a number, such as 45."),
            "min_value": _("Blocked time lasts at least 5 minutes."),
            "max_value": _("Blocked time lasts at most 12 hours. Book the rest as leave."),
        },
    )

    def __init__(
        self, *args: Any, today: date, kinds: list[str], people: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["day"].today = today  # type: ignore[attr-defined]
        labels = dict(Kind.choices)
        self.fields["kind"].choices = [(kind, str(labels[Kind(kind)]).capitalize()) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["who"].choices = [("", _("Anybody")), *people]  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean(self) -> dict[str, Any]:
        """Let blocked time be of one person; nothing is looked for in the past."""
        data = super().clean() or {}
        if data.get("day") and data["day"] < self.today:
            self.add_error("day", _("That day has passed. Choose today or later."))
        if data.get("kind") == Kind.BLOCKED and not data.get("who"):
            self.add_error("who", _("Choose whose time is blocked."))
        if data.get("minutes") and data["minutes"] % 5:
            self.add_error("minutes", _("Type a multiple of 5, such as 45."))
        return data


class BookVisitForm(forms.Form):
    """A new visit at a chosen time; blocked time is for no patient and has its minutes."""

    slot = SlotField(error_messages={"required": _("Choose a time first.")})
    kind = forms.CharField(max_length=20)
    patient = forms.UUIDField(required=False)
    minutes = forms.IntegerField(required=False, min_value=5, max_value=LONGEST_BLOCK)
    key = forms.UUIDField(initial=uuid4)
    note = forms.CharField(
        label=_("Note"),
        max_length=300,
        required=False,
        error_messages={"max_length": _("Write at most 300 characters.")},
    )

    def clean(self) -> dict[str, Any]:
        """Everything but blocked time is for a patient; blocked time has a length."""
        data = super().clean() or {}
        if data.get("kind") == Kind.BLOCKED:
            if not data.get("minutes"):
                self.add_error(None, _("Type how many minutes are blocked."))
        elif not data.get("patient"):
            self.add_error(None, _("Choose the patient first."))
        return data


class WhyForm(forms.Form):
    """A day that the desk asks about; a GET form."""

    show_optional = False

    why = PlannedDayField(label=_("Why not on"), required=False, help_text=_("Type 18/1, mon or +1w"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].today = today  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class ChooseForm(forms.Form):
    """A time among those that were shown."""

    slot = SlotField(error_messages={"required": _("Choose a time first.")})


class MoveForm(ChooseForm):
    """A new time for a visit of no series."""

    seen = forms.IntegerField(min_value=0)


class ByHandForm(forms.Form):
    """A day, a time and a person as they were typed, whatever the hours say."""

    day = PlannedDayField(
        label=_("Day"),
        help_text=_("Type 18/1, mon or +1w"),
        error_messages={"required": _("Type the day.")},
    )
    time = forms.TimeField(
        label=_("Time"),
        help_text=_("Type 18:30"),
        input_formats=CLOCKS,
        error_messages={
            "required": _("Type the time."),
            "invalid": _("Type a time of the day, such as 18:30."),
        },
    )
    with_whom = forms.ChoiceField(label=_("With"), error_messages={"required": _("Choose who.")})

    def __init__(self, data: Any, *, today: date, people: list[tuple[str, str]]) -> None:
        super().__init__(data, auto_id="hand_%s")
        self.fields["day"].today = today  # type: ignore[attr-defined]
        self.fields["with_whom"].choices = people  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class ByHandReason(forms.Form):
    """What goes with a time that was typed: the slot as it was found, and why it may be outside the hours."""

    slot = SlotField(salt=BY_HAND, error_messages={"required": _("Type a time first.")})
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        required=False,
        error_messages={"max_length": _("Write at most 500 characters.")},
    )


class BookByHandForm(ByHandReason, BookVisitForm):
    """A new visit at a time that was typed."""


class MoveByHandForm(ByHandReason, MoveForm):
    """A visit of no series that moves to a time that was typed."""
