"""What stands in a protocol, in words: units, bounds, conditions, and what a line would read to a patient."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby

from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic
from clinic.rules.timegrid import round_up, to_utc
from patients.rules.conditions import SEVERITY_OF, All, Leaf, Node, Op
from patients.rules.terms import Language, fill, say_instant
from plans.forms.screening import worded
from plans.rules.protocol import Protocol
from plans.rules.protocol.care import AfterInstruction, BeforeInstruction
from plans.rules.protocol.drafting import Change, NumberChange
from plans.rules.protocol.editable import Line, Number, Section, Unit
from plans.rules.protocol.model import AFTERCARE, PRECARE

SECTIONS = {
    Section.INTERVALS: _("Days between sessions"),
    Section.SESSIONS: _("Sessions by concern and severity"),
    Section.DEPTH: _("Usual depths"),
    Section.UPKEEP: _("Top-ups after a series"),
    Section.AFTERCARE: _("Advice after a session"),
    Section.PRECARE: _("Advice before a session"),
}
NUMBERS = {
    "days": _("Days since the session before"),
    "min": _("Fewest sessions"),
    "suggest": _("Usual number of sessions"),
    "max": _("Most sessions"),
    "depth_mm.min": _("Lightest usual depth, in mm"),
    "depth_mm.max": _("Deepest usual depth, in mm"),
    "target_days": _("Days until a top-up"),
    "end_h": _("Until, in hours after the session"),
    "params.spf": _("SPF"),
}
STARTS = {
    Unit.HOURS_AFTER: _("From, in hours after the session"),
    Unit.HOURS_BEFORE: _("From, in hours before the visit"),
}
WORDINGS = {
    "title": _("Heading"),
    "text": _("Text"),
    "night_text": _("Text where it falls into the night"),
    "patient_text": _("Reason that the patient reads"),
}
LANGUAGES = {"en": _("English"), "es": _("Spanish")}
_FIELDS = {
    "age": _("age"),
    "skin_type": _("skin type"),
    "sun_damage": _("sun damage"),
    "depth_mm": _("depth in mm"),
    "aggressive": _("strong treatment"),
    "areas": _("areas"),
    "area_groups": _("part of the body"),
    "concerns": _("concerns"),
    "history": _("history"),
    "session_number": _("session"),
    "sessions_left": _("sessions left"),
    "last_session": _("last session"),
    "last_downtime_days": _("days to settle last time"),
    "clinic_products": _("products handed over"),
    "anaesthetic_used": _("numbing cream used"),
    "anaesthetic_planned": _("numbing cream planned"),
}
_SIGNS = {Op.GT: "> ", Op.GTE: "≥ ", Op.LT: "< ", Op.LTE: "≤ "}
SAMPLE_MINUTE = 11 * 60  # a session in the middle of a working day


def number_label(number: Number) -> str:
    """Return what a number is called."""
    return str(STARTS[number.unit] if number.name == "start_h" else NUMBERS[number.name])


def said(number: Number, value: Decimal) -> str:
    """Return a value of a number with its unit; hours of whole days with their days."""
    shown = number.shown(value)
    n = int(shown) if shown == shown.to_integral_value() else 2  # a part of one takes the plural
    if number.unit is Unit.DAYS:
        return ngettext("%(n)s day", "%(n)s days", n) % {"n": shown}
    if number.unit is Unit.SESSIONS:
        return ngettext("%(n)s session", "%(n)s sessions", n) % {"n": shown}
    if number.unit is Unit.MILLIMETRES:
        return gettext("%(n)s mm") % {"n": shown}
    if number.unit is Unit.SPF:
        return gettext("SPF %(n)s") % {"n": shown}
    hours = ngettext("%(n)s hour", "%(n)s hours", n) % {"n": shown}
    if shown < 48 or shown % 24:
        return hours
    days = ngettext("%(n)s day", "%(n)s days", int(shown) // 24) % {"n": int(shown) // 24}
    return f"{hours} ({days})"


def bounds(number: Number) -> str:
    """Return from where to where a number may go."""
    low, high = number.shown_bounds
    if low == high:
        return gettext("%(low)s, fixed") % {"low": low}
    return gettext("%(low)s to %(high)s") % {"low": low, "high": high}


def values(line: Line) -> str:
    """Return the numbers of a line in a few words."""
    numbers = {one.name: one.shown(one.value) for one in line.numbers}
    if line.section is Section.SESSIONS:
        return gettext("%(min)s to %(max)s sessions, usually %(suggest)s") % numbers
    if line.section is Section.DEPTH:
        low, high = numbers["depth_mm.min"], numbers["depth_mm.max"]
        return gettext("%(low)s to %(high)s mm") % {"low": low, "high": high}
    return ", ".join(said(one, one.value) for one in line.numbers)


def applies(line: Line, protocol: Protocol) -> str:
    """Return whom a line is for, in words; empty where its name says it."""
    return "" if line.when is None else _told(line.when, protocol)


def _told(when: Node, protocol: Protocol) -> str:
    if isinstance(when, Leaf):
        return _leaf(when, protocol)
    parts = [_told(part, protocol) for part in when.parts]
    if isinstance(when, All):
        return gettext(" and ").join(parts) or gettext("everybody")
    return "(" + gettext(" or ").join(parts) + ")"


def _leaf(leaf: Leaf, protocol: Protocol) -> str:
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    name = _field(leaf.field, protocol)
    if isinstance(leaf.value, bool):  # not by ==, for which a number 1 is true as well
        return name if leaf.value else gettext("not %(what)s") % {"what": name}
    labels = _labels(protocol)
    words = [labels.get(str(value), str(value).replace("_", " ")) for value in values]
    listed = get_text_list(words, gettext("or")) if leaf.op is not Op.HAS_ALL else ", ".join(words)
    return f"{name} {_SIGNS.get(leaf.op, '')}{listed}"


def _field(name: str, protocol: Protocol) -> str:
    if name.startswith(SEVERITY_OF):
        return _labels(protocol).get(name.removeprefix(SEVERITY_OF), name)
    return str(_FIELDS.get(name, name.replace("_", " ")))


def _labels(protocol: Protocol) -> Mapping[str, str]:
    labels = {one.id: one.label for one in protocol.course.concerns}
    labels |= {one.id: one.label for one in protocol.course.areas}
    return {name: worded(label) for name, label in labels.items()}


@dataclass(frozen=True, slots=True)
class Told:
    """One change as a row: what, before, after, and what to look at twice."""

    label: str
    before: str
    after: str
    bounds: str = ""
    language: str = ""
    is_looser: bool = False
    is_one_sided: bool = False


def told(change: Change) -> Iterator[Told]:
    """Yield a change as rows: a number is one, a wording one for each language that differs."""
    if isinstance(change, NumberChange):
        was = change.was
        yield Told(
            number_label(was),
            said(was, was.value),
            said(was, change.now),
            bounds(was),
            is_looser=change.is_looser,
        )
        return
    for language, name in LANGUAGES.items():
        before, after = getattr(change.was.text, language), getattr(change.now, language)
        if before != after:
            label = gettext("%(what)s, %(language)s") % {
                "what": WORDINGS[change.was.name],
                "language": name,
            }
            yield Told(label, before, after, language=language, is_one_sided=change.is_one_sided)


@dataclass(frozen=True, slots=True)
class Changed:
    """A line with its changes; in a draft also who made them, and what a patient would read from then on."""

    line: Line
    title: str
    rows: list[Told]
    samples: list[tuple[str, str]] = field(default_factory=list)  # language, text
    who: str = ""
    at: datetime | None = None

    @property
    def file(self) -> str:
        """Return the part of its address that names the file."""
        return self.line.key.partition("/")[0]


def changed(changes: Iterable[Change]) -> list[Changed]:
    """Return changes line by line."""
    lines = groupby(changes, key=lambda change: change.line.key)
    found = [list(group) for _key, group in lines]
    return [
        Changed(group[0].line, worded(group[0].line.title), [row for one in group for row in told(one)])
        for group in found
    ]


def sample(line: Line, protocol: Protocol, clinic: Clinic, day: date) -> list[tuple[str, str]]:
    """Return (language, what a patient would read) of an instruction, for a session on a day at eleven.

    Of a line that is no instruction, nothing: its words stand as they are.
    """
    known: dict[str, tuple[AfterInstruction | BeforeInstruction, ...]] = {
        AFTERCARE: protocol.aftercare.instructions,
        PRECARE: protocol.precare.instructions,
    }
    found = next((one for one in known.get(line.file, ()) if one.id == line.id), None)
    if found is None:
        return []
    return [
        (language.value, fill(found.text[language], _values(found, protocol, clinic, day, language)))
        for language in Language
    ]


def _values(
    found: AfterInstruction | BeforeInstruction,
    protocol: Protocol,
    clinic: Clinic,
    day: date,
    language: Language,
) -> Mapping[str, str]:
    """Return what the placeholders of an instruction stand for in the sample."""
    tz = clinic.zone
    anchor = to_utc(day, SAMPLE_MINUTE, tz)
    products = {one.id: one.text for one in protocol.aftercare.product_defaults}

    def at(hours: float | None) -> str:
        instant = anchor + timedelta(hours=hours or 0)
        return say_instant(round_up(instant, 15, tz), tz, language)

    given = {
        "product_cleanser": clinic.cleanser,
        "product_moisturiser": clinic.moisturiser,
        "product_sunscreen": clinic.sunscreen,
    }
    return {
        "from": at(_start(found, protocol)),
        "until": at(found.end_h),
        "next_session": at(28 * 24),
        "clinic_phone": clinic.phone,
        "emergency_number": clinic.emergency_number,
        **{name: given.get(name) or text[language] for name, text in products.items()},
    }


def _start(found: AfterInstruction | BeforeInstruction, protocol: Protocol) -> float | None:
    """Return when an instruction begins; where that is the end of another, that of the line for everybody."""
    slot = found.starts_after_slot if isinstance(found, AfterInstruction) else None
    if slot is None:
        return found.start_h
    return next(
        one.end_h for one in protocol.aftercare.instructions if one.slot == slot and not one.when.parts
    )
