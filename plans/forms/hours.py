"""Hours as they are typed: of every week, of one day, of somebody's shifts; and when somebody is back."""

from datetime import date
from typing import Any
from uuid import uuid4

from crispy_forms.bootstrap import InlineRadios
from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from clinic.forms.days import StaffDayField
from clinic.forms.hours import HoursField
from clinic.models.hours import WEEKDAYS
from clinic.rules.hours import Shift
from clinic.rules.timegrid import Span
from plans.forms.booking import PlannedDayField

Week = dict[int, tuple[Span, ...]]
NO_HOURS = _("Type the hours of at least one day.")
EVERY_WEEK, TURNS = "weekly", "turns"


class _Keyed(forms.Form):
    """A form that makes one thing, however often it is sent."""

    show_optional = False

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def _lay_out(self, *fields: Any) -> None:
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(*fields, Field("key"))


def _week_fields(prefix: str) -> dict[str, HoursField]:
    """Return a text box for each weekday."""
    return {f"{prefix}{number}": HoursField(label=name) for number, name in WEEKDAYS}


def _initial(prefix: str, week: Any) -> dict[str, Any]:
    return {f"{prefix}{number}": week.get(number, ()) for number, _name in WEEKDAYS}


def _heading(words: str) -> str:
    """Return a heading inside a form, as a template; `words` are translated there."""
    return f'{{% load i18n %}}<h2 class="fs-6 mt-2 mb-2">{{% translate "{words}" %}}</h2>'


def _boxes(prefix: str) -> Div:
    return Div(*(f"{prefix}{number}" for number, _name in WEEKDAYS), css_class="two")


class OpeningForm(_Keyed):
    """The hours of every week, one text box a weekday."""

    def __init__(self, *args: Any, week: Week, **kwargs: Any) -> None:
        super().__init__(*args, **(kwargs | {"initial": _initial("day", week)}))
        self.fields.update(_week_fields("day"))
        self._lay_out(_boxes("day"))

    def clean(self) -> dict[str, Any]:
        """Ask for one day at least."""
        data = super().clean() or {}
        if not self.errors and not any(data.get(f"day{number}") for number, _name in WEEKDAYS):
            self.add_error("day0", NO_HOURS)
        return data

    @property
    def week(self) -> Week:
        """The hours by weekday."""
        return {number: self.cleaned_data[f"day{number}"] for number, _name in WEEKDAYS}


class SpecialDayForm(_Keyed):
    """Hours of one day, in place of the weekly ones."""

    first = PlannedDayField(
        label=_("Day"), help_text=_("Type 18/1, mon or +1w"), error_messages={"required": _("Type the day.")}
    )
    hours = HoursField(label=_("Open"), help_text=_("Like 9-12:30, 13:30-17"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first"].today = today  # type: ignore[attr-defined]
        self._lay_out(Div("first", "hours", css_class="two"))


class ShiftsForm(_Keyed):
    """Somebody's hours from a day on: the same every week, or two weeks that take turns."""

    first = PlannedDayField(
        label=_("From"),
        help_text=_("Type 18/1, mon or +1w. Until then the earlier hours hold."),
        error_messages={"required": _("Type the day from which these hours hold.")},
    )
    pattern = forms.ChoiceField(
        label=_("Repeats"),
        choices=[(EVERY_WEEK, _("Every week")), (TURNS, _("Two weeks in turn"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the hours repeat.")},
    )

    def __init__(self, *args: Any, today: date, now: Shift | None, **kwargs: Any) -> None:
        now = now or Shift({})
        second = now.then[0] if now.then else {}
        initial = {"pattern": TURNS if now.then else EVERY_WEEK}
        initial |= _initial("day", now.week) | _initial("next", second)
        super().__init__(*args, **(kwargs | {"initial": initial}))
        self.fields["first"].today = today  # type: ignore[attr-defined]
        self.fields.update(_week_fields("day") | _week_fields("next"))
        self._lay_out(
            Div("first", InlineRadios("pattern"), css_class="two"),
            HTML(_heading(gettext_noop("Hours"))),
            _boxes("day"),
            Div(
                HTML(_heading(gettext_noop("The week after, then in turn"))),
                _boxes("next"),
                data_shown_by="pattern",
                data_shown_when=TURNS,
            ),
        )

    def clean(self) -> dict[str, Any]:
        """Ask for one day at least."""
        data = super().clean() or {}
        weeks = ("day", "next") if data.get("pattern") == TURNS else ("day",)
        typed = [data.get(f"{week}{number}") for week in weeks for number, _name in WEEKDAYS]
        if not self.errors and not any(typed):
            self.add_error("day0", NO_HOURS)
        return data

    @property
    def week(self) -> Week:
        """The hours of the first week, by weekday."""
        return self._week("day")

    @property
    def then(self) -> Week | None:
        """The hours of the week after where two take turns."""
        return self._week("next") if self.cleaned_data["pattern"] == TURNS else None

    def _week(self, prefix: str) -> Week:
        return {number: self.cleaned_data[f"{prefix}{number}"] for number, _name in WEEKDAYS}


class ReturnForm(forms.Form):
    """From which day on an absence is over."""

    back = StaffDayField(
        label=_("Ends before"),
        help_text=_("The first day on which visits may be booked again: 18/1, mon or +1w"),
        error_messages={"required": _("Type the first day that is free again.")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["back"].today = today  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
