"""A file to bring in, what was shown of it, and the days to take out."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic
from clinic.rules.roles import Actor
from clinic.rules.tables import MOST_BYTES, Fault, NotATable, decoded
from plans.forms.booking import PlannedDayField

SALT = "plans.import"
GOOD_FOR_SECONDS = 60 * 60
MOST_DAYS = 366
PATIENTS, SESSIONS = "patients", "sessions"
COLUMNS: Mapping[str, Any] = {
    "name": _("name"),
    "family_name": _("family name"),
    "birth_date": _("date of birth"),
    "email": _("e-mail"),
    "phone": _("phone"),
    "language": _("language"),
    "desk_note": _("note for the desk"),
    "reference": _("reference"),
    "date": _("date"),
    "time": _("time"),
    "minutes": _("minutes"),
    "practitioner": _("practitioner"),
}
WORDS: Mapping[Fault, Any] = {
    Fault.EMPTY: _("The file has no rows below its first line. The first line names the columns."),
    Fault.TOO_LARGE: _("The file is larger than 500 kB. Split it and bring in each part."),
    Fault.TOO_MANY_ROWS: _("The file has more than 2,000 rows. Split it and bring in each part."),
    Fault.WORKBOOK: _("This is a workbook. Save it as CSV in your spreadsheet program and choose that file."),
    Fault.NOT_TEXT: _("This CSV file cannot be read. Save it as CSV, in UTF-8 if you are asked."),
    Fault.COLUMN_TWICE: _("Two columns are about the same: %(columns)s. Leave one out."),
    Fault.COLUMN_MISSING: _("These columns are missing: %(columns)s. The first line names the columns."),
}


def why_not(told: NotATable) -> str:
    """Say what to do about a file that cannot be read."""
    columns = ", ".join(str(COLUMNS[column]) for column in told.columns)
    return str(WORDS[told.fault]).replace("%(columns)s", columns)


class FileForm(forms.Form):
    """A file, and what it holds."""

    what = forms.ChoiceField(
        label=_("What does the file hold?"),
        choices=[(PATIENTS, _("Patients")), (SESSIONS, _("Past sessions"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the file holds.")},
    )
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("At most 500 kB and 2,000 rows; the first line names the columns"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty. Choose another.")},
        allow_empty_file=True,
    )

    def clean_file(self) -> str:
        """Return the text of the file."""
        file = self.cleaned_data["file"]
        try:
            return decoded(file.read(MOST_BYTES + 1))
        except NotATable as told:
            raise forms.ValidationError(why_not(told)) from None


class ShownForm(forms.Form):
    """What a dry run has shown: the file and the mark, signed for whoever saw it, where they saw it."""

    shown = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = [actor.user_id, clinic.pk]

    def clean_shown(self) -> dict[str, str]:
        """Return what was signed: what the file holds, its text, and the mark of the dry run."""
        try:
            owner, what, text, seen = signing.loads(
                self.cleaned_data["shown"], salt=SALT, max_age=GOOD_FOR_SECONDS
            )
        except (signing.BadSignature, ValueError, TypeError):
            owner = None
        if owner != self.owner:
            raise forms.ValidationError(_("This was shown too long ago. Choose the file again."))
        return {"what": what, "text": text, "seen": seen}


def sign_shown(actor: Actor, clinic: Clinic, what: str, text: str, seen: str) -> str:
    """Return what `ShownForm` reads back."""
    return signing.dumps([[actor.user_id, clinic.pk], what, text, seen], salt=SALT, compress=True)


class DaysForm(forms.Form):
    """From which day to which."""

    first = PlannedDayField(label=_("First day"), error_messages={"required": _("Type the first day.")})
    last = PlannedDayField(label=_("Last day"), error_messages={"required": _("Type the last day.")})
    show_optional = False

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, day in (("first", today), ("last", today + timedelta(days=6))):
            field: Any = self.fields[name]
            field.today, field.initial = today, day

    def clean(self) -> dict[str, Any]:
        """Keep the days in order, and to a year."""
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day must not be before the first."))
        elif first and last and (last - first).days >= MOST_DAYS:
            self.add_error("last", _("Take at most a year at once."))
        return data
