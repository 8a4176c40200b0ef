"""The session record as one form: everything optional, so that a draft can be saved at any moment."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.forms.days import StaffDayField
from clinic.rules.timegrid import NotOnTheClock, to_utc
from patients.rules.questions import Answer
from plans.forms.screening import question_fields, question_initial, read_answers, worded
from plans.models import SessionRecord, Visit
from plans.queries.sitting import Sitting
from plans.queries.treat import Ground, device_of
from plans.rules.protocol.core import Area
from plans.rules.sheet import wall_time
from plans.rules.terms import CLINIC_PRODUCTS

LONGEST = 1000
PRODUCT_ROWS = 3
PLAIN = (
    *("skin_cleaned", "device_make", "device_model", "device_serial", "cartridge_lot", "cartridge_expiry"),
    *("cartridge_sterile", "cartridge_single_use", "needle_count", "handed_over", "endpoint"),
    *("inside_orbital_rim", "pain", "reaction"),
)
NUMBING_TEXT = ("product", "strength_percent", "grams", "area_cm2", "limit_id")
HANDED_OVER = {"peptide_serum": _("Peptide serum")}
CLOCKS = (
    ("started", "started_at"),
    ("ended", "ended_at"),
    ("numbing_on", "on_at"),
    ("numbing_off", "off_at"),
)
# Where the record's own names differ from the form's.
AT_FIELD = {"started_at": "started", "ended_at": "ended", "products": "product_0"}
YES_NO = [("yes", _("Yes")), ("no", _("No"))]


def _number(label: Any, places: int, most: int) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=most, decimal_places=places, localize=True
    )


def _clock(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        input_formats=["%H:%M", "%H.%M", "%H%M"],
        widget=forms.TimeInput(format="%H:%M", attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": _("Enter a time like 14:30.")},
    )


class RecordForm(forms.Form):
    """What was done in one session; `sitting` is what the page stands on."""

    show_optional = False  # everything is, until the signature

    started = _clock(_("Start"))
    ended = _clock(_("End"))
    skin_cleaned = forms.CharField(label=_("Skin cleaned with"), required=False, max_length=200)
    device_make = forms.CharField(label=_("Make"), required=False, max_length=60)
    device_model = forms.CharField(label=_("Model"), required=False, max_length=60)
    device_serial = forms.CharField(label=_("Serial number"), required=False, max_length=60)
    cartridge_lot = forms.CharField(label=_("Cartridge lot"), required=False, max_length=40)
    cartridge_expiry = StaffDayField(label=_("Cartridge expiry"), required=False)
    cartridge_sterile = forms.BooleanField(label=_("Sterile, pack was unopened"), required=False)
    cartridge_single_use = forms.BooleanField(label=_("Used once, then discarded"), required=False)
    needle_count = forms.IntegerField(label=_("Needles"), required=False, min_value=1, max_value=100)
    endpoint = forms.ChoiceField(
        label=_("Skin at the end"),
        required=False,
        choices=SessionRecord.Endpoint.choices,
        widget=forms.RadioSelect,
    )
    is_strong = forms.ChoiceField(
        label=_("Strong treatment"), required=False, choices=YES_NO, widget=forms.RadioSelect
    )
    inside_orbital_rim = forms.BooleanField(label=_("Needled inside the eye-socket rim"), required=False)
    pain = forms.TypedChoiceField(
        label=_("Pain, 0 to 10"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(number, str(number)) for number in range(11)],
        widget=forms.RadioSelect,
    )
    reaction = forms.CharField(
        label=_("Reaction seen"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    handed_over = forms.MultipleChoiceField(
        label=_("Handed over"),
        required=False,
        choices=[(role, HANDED_OVER[role]) for role in sorted(CLINIC_PRODUCTS)],
        widget=forms.CheckboxSelectMultiple,
    )
    numbing_product = forms.CharField(label=_("Product"), required=False, max_length=120)
    numbing_limit_id = forms.ChoiceField(label=_("Kind of cream"), required=False)
    numbing_strength_percent = _number(_("Strength in %"), 2, 100)
    numbing_grams = _number(_("Amount in g"), 1, 500)
    numbing_area_cm2 = _number(_("Area in cm²"), 0, 5000)
    numbing_on = _clock(_("On at"))
    numbing_off = _clock(_("Off at"))
    covered = forms.BooleanField(label=_("Covered"), required=False)
    fully_removed = forms.BooleanField(label=_("Every trace wiped off before needling"), required=False)

    def __init__(self, data: Any, sitting: Sitting, stand: Ground, today: date) -> None:
        self.sitting, self.visit, self.protocol, self.today = sitting, sitting.visit, stand.protocol, today
        answered = question_initial(sitting.questions, stand.answers, today)
        drafted = initial_of(sitting.record, sitting.visit) if sitting.record else None
        drafted = device_of(sitting.visit, sitting.last) if drafted is None else drafted
        super().__init__(data, initial={**answered, **drafted})
        self.planned = {area for concern in stand.consultation.concerns for area in concern["areas"]}
        self.fields["cartridge_expiry"].today = today  # type: ignore[attr-defined]
        limits = [(limit.id, limit.product) for limit in self.protocol.course.anaesthetic.limits]
        self.fields["numbing_limit_id"].choices = [("", _("Another")), *limits]  # type: ignore[attr-defined]
        self.fields.update(question_fields(sitting.questions, today))
        for area in self.protocol.course.areas:
            label = worded(area.label)
            self.fields[f"depth_{area.id}"] = _number(_("%(area)s: depth in mm") % {"area": label}, 2, 3)
            self.fields[f"passes_{area.id}"] = forms.IntegerField(
                label=_("%(area)s: passes") % {"area": label}, required=False, min_value=1, max_value=20
            )
        for row in range(PRODUCT_ROWS):
            self.fields[f"product_{row}"] = forms.CharField(
                label=_("Product %(n)s") % {"n": row + 1}, required=False, max_length=120
            )
            self.fields[f"product_lot_{row}"] = forms.CharField(
                label=_("Lot of product %(n)s") % {"n": row + 1}, required=False, max_length=40
            )

    def values(self) -> dict[str, Any]:
        """Return what was entered, as the record keeps it."""
        data = self.cleaned_data
        return {
            **{name: data[name] for name in PLAIN},
            "is_strong": {"yes": True, "no": False}.get(data["is_strong"]),
            # An empty start leaves the one that the first save took from the clock.
            **({"started_at": data["started_at"]} if data["started_at"] else {}),
            "ended_at": data["ended_at"],
            "areas": [
                {"area": area.id, "depth_mm": depth, "passes": data[f"passes_{area.id}"]}
                for area in self.protocol.course.areas
                if (depth := data[f"depth_{area.id}"]) is not None
            ],
            "numbing": self._numbing(),
            "products": [
                {"name": name, "lot": data[f"product_lot_{row}"], "role": ""}
                for row in range(PRODUCT_ROWS)
                if (name := data[f"product_{row}"])
            ],
        }

    def clean(self) -> dict[str, Any]:
        """Read the times on the clinic's clock, and the answers."""
        data = super().clean() or {}
        for name, stored in CLOCKS:
            data[stored] = self._instant(name, data.get(name))
        for area in self.protocol.course.areas:
            if data.get(f"passes_{area.id}") and data.get(f"depth_{area.id}") is None:
                message = _("Enter the depth, or remove the passes.")
                if not self.has_error(f"depth_{area.id}"):
                    self.add_error(f"depth_{area.id}", message)
        self.answers: list[Answer] = read_answers(self, self.sitting.questions, self.today)
        return data

    def refuse(self, problems: Iterable[tuple[str, str]]) -> None:
        """Say at each field what an action refused; what belongs to no field stands above the form."""
        if not hasattr(self, "cleaned_data"):
            self.full_clean()
        for name, message in problems:
            field = AT_FIELD.get(name, name)
            self.add_error(field if field in self.fields else None, message)

    def area_rows(self) -> list[tuple[Area, str, Any, Any]]:
        """Return the areas of the plan, and those with a depth, with their label and two fields."""
        return [row for row in self._rows() if row[0].id in self.planned or row[2].value() or row[2].errors]

    def other_rows(self) -> list[tuple[Area, str, Any, Any]]:
        """Return the areas that nobody planned to treat."""
        return [row for row in self._rows() if row not in self.area_rows()]

    def _rows(self) -> list[tuple[Area, str, Any, Any]]:
        return [
            (area, worded(area.label), self[f"depth_{area.id}"], self[f"passes_{area.id}"])
            for area in self.protocol.course.areas
        ]

    def product_rows(self) -> Iterator[tuple[Any, Any]]:
        """Return the fields of each product: name and lot."""
        for row in range(PRODUCT_ROWS):
            yield self[f"product_{row}"], self[f"product_lot_{row}"]

    def _instant(self, name: str, clock: time | None) -> datetime | None:
        if clock is None:
            return None
        try:
            return to_utc(self.visit.day, clock.hour * 60 + clock.minute, self.visit.clinic.zone)
        except NotOnTheClock:
            self.add_error(name, _("The clocks change at that time. Enter a time before or after."))
            return None

    def _numbing(self) -> dict[str, Any] | None:
        data = self.cleaned_data
        texts = {name: str(data[f"numbing_{name}"] or "") for name in NUMBING_TEXT}
        times = {name: data[name].isoformat() if data[name] else None for name in ("on_at", "off_at")}
        if not any((*texts.values(), *times.values())):
            return None
        return {**texts, **times, "covered": data["covered"], "fully_removed": data["fully_removed"]}


def initial_of(record: SessionRecord, visit: Visit) -> dict[str, Any]:
    """Return a saved draft as the form shows it."""
    initial: dict[str, Any] = {name: getattr(record, name) for name in PLAIN}
    if record.is_strong is not None:
        initial["is_strong"] = "yes" if record.is_strong else "no"
    initial["started"], initial["ended"] = (_wall(at, visit) for at in (record.started_at, record.ended_at))
    for area in record.areas:
        initial[f"depth_{area['area']}"] = Decimal(area["depth_mm"])
        initial[f"passes_{area['area']}"] = area.get("passes")
    for row, product in enumerate(record.products[:PRODUCT_ROWS]):
        initial[f"product_{row}"], initial[f"product_lot_{row}"] = product["name"], product.get("lot", "")
    cream = record.numbing or {}
    initial |= {f"numbing_{name}": cream.get(name) for name in NUMBING_TEXT}
    initial |= {name: cream.get(name) for name in ("covered", "fully_removed")}
    for name in ("on", "off"):
        at = cream.get(f"{name}_at")
        initial[f"numbing_{name}"] = _wall(datetime.fromisoformat(at), visit) if at else None
    return initial


def _wall(at: datetime | None, visit: Visit) -> time | None:
    return wall_time(at, visit.clinic.zone) if at else None


class EndForm(forms.Form):
    """The end of a session as it really was, and why it is corrected."""

    ended = _clock(_("It really ended at"))
    reason = forms.CharField(label=_("Reason"), max_length=500)

    def __init__(self, data: Any, visit: Visit) -> None:
        self.visit = visit
        super().__init__(data)
        self.fields["ended"].required = True

    def clean_ended(self) -> datetime:
        """Read the time on the clinic's clock."""
        clock: time = self.cleaned_data["ended"]
        try:
            return to_utc(self.visit.day, clock.hour * 60 + clock.minute, self.visit.clinic.zone)
        except NotOnTheClock:
            raise forms.ValidationError(
                _("The clocks change at that time. Enter a time before or after.")
            ) from None
