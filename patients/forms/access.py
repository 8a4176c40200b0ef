"""What a patient fills in to come to their own page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms.birth_date import BirthDateField

NOT_AN_ADDRESS = _("Enter an e-mail address such as name@example.org.")


class AddressForm(forms.Form):
    """The address that a code is sent to."""

    email = forms.EmailField(
        label=_("Your e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "form-control-lg"}),
        error_messages={"required": NOT_AN_ADDRESS, "invalid": NOT_AN_ADDRESS},
    )


class CodeForm(forms.Form):
    """The code from the mail."""

    code = forms.CharField(
        label=_("8-digit code"),
        max_length=40,
        help_text=_("You can paste it. Spaces do not matter."),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "form-control-lg otp"}
        ),
        error_messages={"required": _("Enter the code from the e-mail.")},
    )
    stay = forms.BooleanField(label=_("Keep me signed in for 30 days on this device"), required=False)


class ConfirmForm(forms.Form):
    """The birth date that shows that this is the right person."""

    birth_date = BirthDateField(own=True)
