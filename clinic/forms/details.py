"""The clinic's own details, and somebody new."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic
from clinic.rules.roles import Role

FIELDS = (
    "name",
    "address",
    "phone",
    "emergency_number",
    "language",
    "grid_minutes",
    "setup_minutes",
    "cleanser",
    "moisturiser",
    "sunscreen",
)
ROLES = [
    (Role.FRONT_DESK, _("Front desk: books, moves and sees who patients are")),
    (Role.PRACTITIONER, _("Practitioner: treats, and reads and writes clinical records")),
    (Role.PRESCRIBER, _("Prescriber: a practitioner who may lift what the protocol leaves to prescribers")),
    (Role.CLINICAL_LEAD, _("Clinical lead: a practitioner who publishes the protocol")),
    (Role.ADMIN, _("Administrator: settings, people and the log; no clinical records")),
]


def line(label: Any, longest: int, *, required: bool = True, **kwargs: Any) -> forms.CharField:
    """Return one line of text, whose words may be of any script."""
    return forms.CharField(
        label=label,
        max_length=longest,
        required=required,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        **kwargs,
    )


def whole(label: Any, least: int, most: int, **kwargs: Any) -> forms.IntegerField:
    """Return a whole number between two others."""
    words = format_lazy(_("Enter a whole number from {least} to {most}."), least=least, most=most)
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), words),
        **kwargs,
    )


class ClinicForm(forms.Form):
    """What patients read of the clinic, and how visits are laid out."""

    name = line(_("Name"), 120, help_text=_("Stands in every mail and on every sheet"))
    address = line(_("Address"), 240)
    phone = line(_("Phone"), 40, help_text=_("What patients call when something changes"))
    emergency_number = line(
        _("Emergency number"), 20, help_text=_("Printed on aftercare sheets, such as 999 or 112")
    )
    language = forms.ChoiceField(label=_("Language of new patients"), choices=settings.LANGUAGES)
    grid_minutes = forms.TypedChoiceField(
        label=_("Visits start every"),
        coerce=int,
        choices=[(n, format_lazy(_("{n} minutes"), n=n)) for n in (5, 10, 15, 20, 30, 60)],
        help_text=_("For times that are proposed from now on"),
    )
    setup_minutes = whole(
        _("Minutes to set up and clear away"),
        0,
        240,
        help_text=_("Before the doors open and after they close, for staff alone"),
    )
    cleanser = line(_("Cleanser"), 120, required=False)
    moisturiser = line(_("Moisturiser"), 120, required=False)
    sunscreen = line(_("Sunscreen"), 120, required=False)

    @staticmethod
    def of(clinic: Clinic) -> dict[str, Any]:
        """Return what stands at present, to start from."""
        return {field: getattr(clinic, field) for field in FIELDS}


class RolesField(forms.TypedMultipleChoiceField):
    """What somebody is in the clinic: one box a role."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Roles"),
            choices=ROLES,
            coerce=Role,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one role in the clinic.")},
        )


class PersonForm(forms.Form):
    """Somebody to invite."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The invitation goes here, and this is how they sign in"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Enter an e-mail address such as name@example.org."),
            "invalid": _("Enter an e-mail address such as name@example.org."),
        },
    )
    name = line(_("Name"), 120, help_text=_("As it stands on records and mails"))
    title = line(_("Job title"), 60, required=False)
    licence = line(_("Licence number"), 40, required=False, help_text=_("Stands under what they sign"))
    roles = RolesField()
