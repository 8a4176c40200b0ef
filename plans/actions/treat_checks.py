"""What keeps a session record from being saved or signed, in words a practitioner can act on."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.actions.refusal import Refused
from clinic.rules.roles import Actor, Right
from patients.rules.flags import Flag
from patients.rules.terms import Level
from plans.models import Series, SessionRecord, Visit
from plans.queries.treat import RECORDED, Ground, ground, has_consent, needled, numbing
from plans.rules.protocol import Protocol
from plans.rules.treatment import PAIN_SCALE, TreatmentRecord, errors

Problem: TypeAlias = tuple[str, str]
"""A form field ("" for the whole record) and a whole sentence."""

GONE = (Visit.State.CANCELLED, Visit.State.NO_SHOW)
DEEPEST, MOST_PASSES = 3, 20
MOST_WORDS = 1000
NOT_TYPED = ("clinic", "patient", "visit", "practitioner", "signed_at", "signed_by", "signed_as")

# Filled in by a person, so that nothing is signed that nobody said.
REQUIRED: dict[str, str | Promise] = {
    "started_at": gettext_lazy("Enter when the session started."),
    "skin_cleaned": gettext_lazy("Write down what the skin was cleaned with."),
    "device_make": gettext_lazy("Enter the make of the device."),
    "device_model": gettext_lazy("Enter the model of the device."),
    "device_serial": gettext_lazy("Enter the serial number of the device."),
    "cartridge_lot": gettext_lazy("Enter the lot of the cartridge."),
    "cartridge_expiry": gettext_lazy("Enter the expiry date of the cartridge."),
    "areas": gettext_lazy("Enter the depth of at least one area."),
    "products": gettext_lazy("Write down what was put on the skin."),
    "endpoint": gettext_lazy("Choose what the skin looked like at the end."),
    "is_strong": gettext_lazy("Say whether this was a strong treatment."),
    "pain": gettext_lazy("Enter the pain from 0 to 10."),
}

# The rules say what is wrong; these are the sentences for it, and where they belong.
FAULTS: dict[str, tuple[str, str | Promise]] = {
    "is not after the start": (
        "ended_at",
        gettext_lazy("The end is not after the start. Correct one of the two."),
    ),
    "is between 0 and 10": ("pain", gettext_lazy("Enter the pain from 0 to 10.")),
    "had passed on the day of the session": (
        "cartridge_expiry",
        gettext_lazy("This cartridge had expired on the day of the session. Check the date on the pack."),
    ),
    "a cartridge is sterile": (
        "cartridge_sterile",
        gettext_lazy("Confirm that the cartridge was sterile and its pack unopened."),
    ),
    "a cartridge is used once": (
        "cartridge_single_use",
        gettext_lazy("Confirm that the cartridge was used once and then discarded."),
    ),
    "came off before it went on": (
        "numbing_off",
        gettext_lazy("The cream came off before it went on. Correct one of the two times."),
    ),
    "came off after the needling began": (
        "numbing_off",
        gettext_lazy("The cream came off after the session started. Correct one of the two times."),
    ),
    "is wiped off to the last trace before needling": (
        "fully_removed",
        gettext_lazy("Confirm that every trace of the cream was wiped off before needling."),
    ),
}


class NotReady(Refused):
    """A record cannot be signed yet; `problems` names every reason at its field."""

    def __init__(self, problems: Sequence[Problem], code: str = "not_ready") -> None:
        field, message = problems[0]
        super().__init__(message, code=code, field=field or None)
        self.problems = tuple(problems)


def refuse_outsider(actor: Actor, visit: Visit) -> None:
    """Refuse whoever may not write in this clinic."""
    if actor.clinic_id != visit.clinic_id or not actor.may(Right.WRITE_CLINICAL):
        raise Refused(_("Only a practitioner of this clinic may record a session."), code="not_allowed")


def refuse_gone(visit: Visit) -> None:
    """Refuse a visit that does not take place, or that needs no record."""
    if visit.kind not in RECORDED:
        raise Refused(_("This kind of visit has no session record."), code="visit_kind")
    if visit.state in GONE:
        raise Refused(
            _("This visit is %(state)s, so nothing can be recorded for it.")
            % {"state": visit.get_state_display()},
            code="visit_state",
        )


def refuse_held(visit: Visit) -> None:
    """Refuse to begin a session of a series that is paused or has ended."""
    if visit.series is not None and visit.series.state in (Series.State.PAUSED, Series.State.STOPPED):
        raise Refused(
            _("This series is %(state)s. Resume it before you treat.")
            % {"state": visit.series.get_state_display()},
            code="series_held",
        )


def grounded(visit: Visit) -> Ground:
    """Return what the session stands on, or refuse where nobody agreed to treat."""
    stand = ground(visit)
    if stand is None:
        raise Refused(
            _("There is no signed consultation for this patient. Sign one before you treat."),
            code="no_consultation",
        )
    return stand


def checked_areas(protocol: Protocol, areas: object) -> list[dict[str, Any]]:
    """Return the areas as they are stored, each once, or refuse what the protocol does not know."""
    if not isinstance(areas, list):
        raise Refused(_("Enter the depth of at least one area."), code="areas", field="areas")
    known = {area.id for area in protocol.course.areas}
    rows = {row["area"]: _checked_area(row, known) for row in areas}
    return [rows[area.id] for area in protocol.course.areas if area.id in rows]


def _checked_area(row: dict[str, Any], known: set[str]) -> dict[str, Any]:
    area, passes = row["area"], row.get("passes")
    if area not in known:
        raise Refused(_("Choose areas from the list."), code="areas", field="areas")
    depth = Decimal(row["depth_mm"])
    if not 0 < depth <= DEEPEST:
        raise Refused(
            _("Enter a depth of more than 0 and at most %(most)s mm.") % {"most": DEEPEST},
            code="depth",
            field=f"depth_{area}",
        )
    if passes is not None and not 1 <= passes <= MOST_PASSES:
        raise Refused(
            _("Enter 1 to %(most)s passes.") % {"most": MOST_PASSES}, code="passes", field=f"passes_{area}"
        )
    return {"area": area, "depth_mm": f"{depth:.2f}", "passes": passes}


def refuse_impossible(record: SessionRecord, at: datetime) -> None:
    """Refuse a draft that could never be true: values that do not fit, times out of order or to come."""
    try:
        record.clean_fields(exclude=NOT_TYPED)
    except ValidationError as fault:
        field, messages = next(iter(fault.message_dict.items()))
        raise Refused(messages[0], code="value", field=field) from None
    if len(record.reaction) > MOST_WORDS:
        too_long = _("Write at most %(most)s characters.") % {"most": MOST_WORDS}
        raise Refused(too_long, code="value", field="reaction")
    if record.pain is not None and record.pain not in PAIN_SCALE:
        raise Refused(REQUIRED["pain"], code="value", field="pain")
    started, ended = record.started_at, record.ended_at
    if ended and started and ended <= started:
        message = FAULTS["is not after the start"][1]
        raise Refused(message, code="end_before_start", field="ended_at")
    for field, moment in (("started_at", started), ("ended_at", ended)):
        if moment and moment > at:
            raise Refused(_("This time is still to come. Correct it."), code="future", field=field)


def refuse_unready(record: SessionRecord, stand: Ground) -> None:
    """Refuse a signature with every reason at once: what is missing, wrong or still open."""
    problems = [
        (name, str(said)) for name, said in REQUIRED.items() if getattr(record, name) in (None, "", [])
    ]
    problems += _faults(record, stand)
    if not has_consent(record.patient):
        problems.append(("consent", _("There is no signed consent to treatment on file. Record it first.")))
    problems += [("flags", in_the_way(flag)) for flag in stand.open(record)]
    if problems:
        raise NotReady(problems)


def in_the_way(flag: Flag) -> str:
    """Say that a flag keeps the record from being signed, and what it takes."""
    word = _("Blocked") if flag.level is Level.BLOCK else _("To settle")
    return f"{word}: {flag.staff_note} ({flag.id})"


def _faults(record: SessionRecord, stand: Ground) -> Iterator[Problem]:
    if record.numbing and numbing(record) is None:
        yield "numbing_on", _("Enter when the numbing cream went on and came off.")
    if record.started_at is None or record.ended_at is None or not record.areas:
        return
    areas, needling = needled(record)
    done = TreatmentRecord(
        started_at=record.started_at,
        ended_at=record.ended_at,
        areas=areas,
        needling=needling,
        cartridge_expiry=record.cartridge_expiry,
        cartridge_sterile=record.cartridge_sterile,
        cartridge_single_use=record.cartridge_single_use,
        pain=record.pain,
        numbing=numbing(record),
    )
    resolutions = stand.resolutions(stand.flags(areas, needling), record)
    for fault in errors(stand.protocol, done, stand.skin, stand.visit.clinic.zone, resolutions):
        if fault.field == "needling":
            continue  # a guard that blocks is a flag, and is told as one
        field, message = FAULTS.get(fault.message, (fault.field, fault.message))
        yield field, str(message)
