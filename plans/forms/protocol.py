"""One line of a protocol as fields, and the signature under a new version."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patients.rules.terms import Text
from plans.forms.protocol_words import LANGUAGES, WORDINGS, bounds, number_label, said
from plans.rules.protocol.editable import Line, Number, Unit, Wording

LONGEST = 2000  # what a field takes at all; the protocol's own limits come from the action
NUMBER_WORDS = _("Write a number, such as 48 or 0.5.")


class LineForm(forms.Form):
    """The numbers and wordings of one line as the draft has them; `base` is the line in the version in force."""

    show_optional = False

    def __init__(self, *args: Any, line: Line, base: Line, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line = line
        standing = {one.name: one for one in base.numbers}
        for number in line.numbers:
            self.fields[_key(number.name)] = _number_field(number, standing[number.name])
        for wording in line.wordings:
            for language in LANGUAGES:
                self.fields[f"{wording.name}_{language}"] = _text_field(wording, language)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            Div(*(_key(one.name) for one in line.numbers), css_class="two"),
            *(
                Div(*(f"{wording.name}_{language}" for language in LANGUAGES), css_class="two")
                for wording in line.wordings
            ),
        )

    @property
    def numbers(self) -> dict[str, Decimal]:
        """The numbers as the protocol stores them."""
        return {one.name: one.shown(self.cleaned_data[_key(one.name)]) for one in self.line.numbers}

    @property
    def wordings(self) -> dict[str, Text]:
        """The wordings in both languages."""
        data = self.cleaned_data
        return {one.name: Text(data[f"{one.name}_en"], data[f"{one.name}_es"]) for one in self.line.wordings}

    def tell(self, faults: Iterable[tuple[str | None, str]]) -> None:
        """Put what an action found wrong at its fields."""
        for name, words in faults:
            field = _key(name or "")
            self.add_error(field if field in self.fields else None, words)


def _key(name: str) -> str:
    return name.replace(".", "_")


def _number_field(number: Number, standing: Number) -> forms.DecimalField:
    help_text = gettext("%(bounds)s. In force: %(now)s.") % {
        "bounds": bounds(number),
        "now": said(standing, standing.value),
    }
    if number.value != standing.value:
        help_text += " " + gettext("In the draft: %(now)s.") % {"now": said(number, number.value)}
    return forms.DecimalField(
        label=number_label(number),
        initial=number.shown(number.value),
        max_digits=8,
        decimal_places=0 if number.unit is Unit.SPF else 2,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "max_digits", "max_decimal_places", "max_whole_digits"), NUMBER_WORDS
        ),
    )


def _text_field(wording: Wording, language: str) -> forms.CharField:
    label = gettext("%(what)s, %(language)s") % {
        "what": WORDINGS[wording.name],
        "language": LANGUAGES[language],
    }
    carried = ", ".join(f"{{{name}}}" for name in sorted(wording.placeholders))
    attrs = {"rows": 1 if wording.name == "title" else 4, "lang": language}
    return forms.CharField(
        label=label,
        initial=getattr(wording.text, language),
        required=False,  # the action tells of an empty text together with everything else
        max_length=LONGEST,
        help_text=gettext("Keep %(names)s.") % {"names": carried} if carried else "",
        widget=forms.Textarea(attrs=attrs),
        error_messages={"max_length": _("This is far too long: shorten it.")},
    )


class PublicationForm(forms.Form):
    """Why a version is published, and whether it is signed off with it."""

    reason = forms.CharField(
        label=_("Why this version"),
        max_length=LONGEST,
        help_text=_("Colleagues read it beside the version. Name no patient."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Say why this version is published."),
            "max_length": _("This is far too long: shorten it."),
        },
    )
    signs_off = forms.BooleanField(
        label=_(
            "I am a registered clinician, have read the whole protocol and sign it off for use with patients"
        ),
        required=False,
        help_text=_("Without this the version stays marked as a draft wherever it is shown."),
    )
    read_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
