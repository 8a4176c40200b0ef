"""What the desk fills in: a person's details, and who may open their page."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic
from patients.forms.birth_date import BirthDateField
from patients.models import Patient, PatientAccess
from patients.rules.identity import Details

DETAILS = ("name", "family_name", "birth_date", "email", "phone", "language", "desk_note")


class DetailsForm(forms.Form):
    """A patient's identity and contact. The action says what cannot be."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("As the patient writes it, in any script"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        error_messages={"required": _("Enter the patient’s name.")},
    )
    family_name = forms.CharField(
        label=_("Family name, for sorting"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    birth_date = BirthDateField()
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        help_text=_("Dates and the link to their page go here, never a health fact"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": _("Enter an e-mail address such as name@example.org.")},
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=_("Language of letters and page"),
        choices=settings.LANGUAGES,
        error_messages={"invalid_choice": _("Choose one of the languages offered.")},
    )
    desk_note = forms.CharField(
        label=_("Note for the desk"),
        max_length=300,
        required=False,
        help_text=_("How to reach or greet them. Nothing about health: everybody at the desk reads this"),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    @classmethod
    def of(cls, patient: Patient) -> dict[str, Any]:
        """Return what stands at present, to start from."""
        return {field: getattr(patient, field) for field in DETAILS}

    def details(self) -> Details:
        """Return what was entered, as the rules know it."""
        return Details(**{field: self.cleaned_data[field] for field in DETAILS})


class RegisterForm(DetailsForm):
    """The details of somebody new; the tick appears once somebody like them is found."""

    is_somebody_else = forms.BooleanField(label=_("This is somebody else"), required=False)

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = clinic.language
        self.fields["is_somebody_else"].widget = forms.HiddenInput()

    def ask_whether_somebody_else(self) -> None:
        """Show the tick."""
        self.fields["is_somebody_else"].widget = forms.CheckboxInput()


class KeyForm(forms.Form):
    """An address that may open the patient's page."""

    email = forms.EmailField(
        label=_("Let another address in"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Enter an e-mail address such as name@example.org."),
            "invalid": _("Enter an e-mail address such as name@example.org."),
        },
    )
    relation = forms.ChoiceField(
        label=_("Who is this?"),
        choices=PatientAccess.Relation.choices,
        required=False,
        error_messages={"invalid_choice": _("Choose who this is.")},
    )
    show_optional = False

    def clean_relation(self) -> str:
        """Take the patient where nobody was named: the desk's button sends an address alone."""
        return str(self.cleaned_data["relation"] or PatientAccess.Relation.SELF)
