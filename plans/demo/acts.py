"""What staff and patients do in the story: each a few real actions, at the instant that it is."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from clinic.models import User
from clinic.rules.roles import Actor, Role
from clinic.rules.timegrid import local_day
from patients.actions import access, register
from patients.actions.answers import record_answers
from patients.actions.consent import record_consent
from patients.models import Consent, Patient, PatientAccess
from patients.rules.flags import Flag, may_lift
from patients.rules.identity import Details
from patients.rules.questions import Answer, AskAt, Questionnaire
from plans.actions import consult, single, treat, waiting
from plans.actions.visits import mark
from plans.demo.people import Person
from plans.demo.stage import Stage
from plans.models import AftercareSheet, Consultation, Kind, Series, SessionRecord, Visit
from plans.queries.consult import assess
from plans.queries.protocols import parsed
from plans.queries.single import free_times
from plans.queries.treat import ground
from plans.rules.protocol import Protocol
from plans.rules.scheduling.model import Slot

CONSENT_FORM = "2026-01"
REASON = "Talked through with the patient and checked; no reason against it today."
HELD_ROWS = ("clinic", "patient", "practitioner__user", "series__protocol_version")


def meet(stage: Stage, person: Person, at: datetime) -> Patient:
    """The desk registers a patient."""
    details = Details(
        name=person.name,
        birth_date=person.born,
        family_name=person.family_name,
        email=person.email if person.is_demo or stage.dice.random() < 0.9 else "",
        phone=stage.next_phone(),
        language=person.language,
        desk_note=person.note,
    )
    return register.register(stage.desk, stage.clinic, details, at=at)


def give_key(stage: Stage, patient: Patient, person: Person, at: datetime) -> PatientAccess | None:
    """The desk lets the patient's address open their page."""
    if not patient.email:
        return None
    key = access.grant_access(stage.desk, patient, patient.email, at=at)
    if person.is_demo:
        # There is no action that makes an account one of the demo's, and there should be none.
        User.objects.filter(pk=key.user_id).update(is_demo=True)
    return key


def confirm_key(key: PatientAccess, at: datetime) -> None:
    """The patient opens the page for the first time."""
    actor = Actor(key.user_id, key.user.name, frozenset({Role.PATIENT}))
    access.confirm_birth_date(actor, key, key.patient.birth_date, at=at)


def book_visit(
    stage: Stage, kind: str, patient: Patient, who: str, when: date | Slot, at: datetime, note: str = ""
) -> Visit:
    """The desk books one visit: into a slot, or at some free time from a day on."""
    slot = when if isinstance(when, Slot) else _some_time(stage, kind, patient, who, when, at)
    return single.book(stage.desk, stage.clinic, kind, patient, slot, at=at, key=new_key(stage), note=note)


def put_on_waiting_list(stage: Stage, person: Person, last: date, at: datetime) -> None:
    """The desk notes that somebody with a consultation to come would take an earlier one."""
    patient = Patient.objects.select_related("clinic").get(clinic=stage.clinic, name=person.name)
    wanted = waiting.Wanted(stage.day, last, notice_hours=2)
    waiting.join(stage.desk, patient, wanted, at=at, kind=Kind.CONSULTATION)


def new_key(stage: Stage) -> UUID:
    """Return what a form would bring as its own id."""
    return UUID(int=stage.dice.getrandbits(128), version=4)


def _some_time(stage: Stage, kind: str, patient: Patient, who: str, first: date, at: datetime) -> Slot:
    resource = stage.place.staff[who].user.resource_id
    days = 4
    while True:
        free = free_times(stage.clinic, kind, first, at=at, patient=patient, practitioner=resource, days=days)
        slots = [one.slot for one in free if one.slot.day != stage.day]
        if slots:
            return stage.dice.choice(slots[: max(8, len(slots) // 2)])
        days += 4


def fresh(visit: Visit) -> Visit:
    """Return a visit as it is now."""
    rows = Visit.objects.select_related(*HELD_ROWS)
    return rows.get(pk=visit.pk)


def step(stage: Stage, visit: Visit, state: str, at: datetime, reason: str = "") -> None:
    """The desk sets a visit's state."""
    mark(stage.desk, visit, state, at=at, reason=reason)


def open_consultation(visit: Visit, person: Person, at: datetime, **other: Any) -> Consultation:
    """The practitioner fills in a consultation, up to the signature."""
    member = visit.practitioner
    draft = consult.open_consultation(member.actor, member, visit.patient, at, visit)  # type: ignore[arg-type]
    protocol = parsed(draft.protocol_version)
    data: dict[str, Any] = {
        "skin_type": person.skin_type,
        "sun_damage": "moderate" if person.wish.startswith("sun") else "mild",
        "goal": "standard",
        "goal_words": person.words,
        "skincare_now": "Cleanser and sunscreen.",
        "concerns": [person.concern],
        "expectations_talk": True,
        "decision": "accepted",
        "answers": answers(
            protocol.questionnaire, AskAt.CONSULTATION, person, local_day(at, visit.clinic.zone)
        ),
        **other,
    }
    return consult.save(member.actor, draft, consult.Draft(**data), at)  # type: ignore[typeddict-item]


def answers(questionnaire: Questionnaire, at: AskAt, person: Person, day: date) -> list[Answer]:
    """Return what a person answers to the questions of a consultation, or of a session."""
    return [
        Answer(question.id, person.answers.get(question.id, question.clear_answer), day)
        for question in questionnaire.questions
        if at in question.ask_at
    ]


def sign_consultation(stage: Stage, visit: Visit, draft: Consultation, at: datetime) -> Series | None:
    """Settle what may be settled, take the consent, sign; the series, if there is one."""
    actor = visit.practitioner.actor
    rows = Consultation.objects.select_related("clinic", "patient", "protocol_version")
    draft = rows.get(pk=draft.pk)
    if draft.decision != Consultation.Decision.REFUSED:
        for flag in assess(draft, local_day(at, stage.clinic.zone)).open:
            consult.resolve_flag(_who_may(stage, actor, flag), draft, flag.id, REASON, at)
        record_consent(actor, draft.patient, Consent.Kind.TREATMENT, CONSENT_FORM, at=at)
        if stage.dice.random() < 0.7:
            record_consent(actor, draft.patient, Consent.Kind.PHOTOS, CONSENT_FORM, at=at)
    return consult.sign(actor, draft, at)


def _who_may(stage: Stage, actor: Actor, flag: Flag) -> Actor:
    """The practitioner settles a flag, or asks the clinical lead to."""
    return actor if may_lift(flag, actor.clinical_role) else stage.place.staff["lead"].actor


def begin(stage: Stage, visit: Visit, person: Person, at: datetime) -> SessionRecord:
    """The practitioner repeats the safety questions, settles what is open, and starts the record."""
    actor, day = visit.practitioner.actor, visit.day
    protocol = _protocol_of(visit)
    record_answers(
        actor,
        visit.patient,  # type: ignore[arg-type]
        answers(protocol.questionnaire, AskAt.SESSION, person, day),
        at=at,
        given_on=day,
        questionnaire=protocol.questionnaire,
    )
    return treat.save(actor, visit, _begun(stage, visit, person, protocol, at), at)


def _protocol_of(visit: Visit) -> Protocol:
    if visit.series is not None:
        return parsed(visit.series.protocol_version)
    last = Consultation.objects.filter(patient=visit.patient, signed_at__isnull=False).latest("signed_at")
    return parsed(last.protocol_version)


def _begun(stage: Stage, visit: Visit, person: Person, protocol: Protocol, at: datetime) -> dict[str, Any]:
    number = visit.session_number or 1
    start = at.replace(second=0, microsecond=0)
    data: dict[str, Any] = {
        "started_at": start,
        "skin_cleaned": "Chlorhexidine 0.05 %",
        "cartridge_lot": f"C{visit.day:%y}-{stage.dice.randint(100, 999)}",
        "cartridge_expiry": visit.day + timedelta(days=stage.dice.randint(200, 700)),
        "cartridge_sterile": True,
        "needle_count": 12,
        "areas": [
            {"area": area, "depth_mm": _depth(protocol, area, number), "passes": stage.dice.choice((3, 4))}
            for area in person.areas
        ],
    }
    if is_numbed(visit, person):
        data["numbing"] = {
            "product": "Lidocaine cream",
            "strength_percent": "4",
            "grams": "5",
            "area_cm2": "250",
            "on_at": (start - timedelta(minutes=26)).isoformat(),
            "off_at": (start - timedelta(minutes=4)).isoformat(),
            "covered": False,
            "fully_removed": True,
            "limit_id": "AN-2",
        }
    return data


def is_numbed(visit: Visit, person: Person) -> bool:
    """About every other patient is given a numbing cream before a session."""
    return visit.kind == Kind.TREATMENT and person.born.day % 2 == 0


def _depth(protocol: Protocol, area: str, number: int) -> Decimal:
    """A little deeper each time, within what is usual for the area; never over 1 mm the first time."""
    usual = protocol.area(area).depth_mm
    return max(
        usual.min, min(usual.max, Decimal("0.75") + Decimal("0.25") * min(number, 3) - Decimal("0.25"))
    )


def finish(stage: Stage, visit: Visit, record: SessionRecord, at: datetime) -> AftercareSheet:
    """The practitioner completes the record and signs it, which issues the aftercare."""
    actor, dice = visit.practitioner.actor, stage.dice
    is_strong = dice.random() < 0.2 and _may_be_strong(visit)
    data = {
        "cartridge_single_use": True,
        "products": [{"name": "Hyaluronic gel", "lot": f"G-{dice.randint(10, 99)}", "role": ""}],
        "handed_over": ["peptide_serum"] if dice.random() < 0.3 else [],
        "endpoint": "pinpoint_bleeding" if is_strong or dice.random() < 0.3 else "pink",
        "is_strong": is_strong,
        "pain": dice.randint(1, 5),
        "reaction": "Even redness, settling." if dice.random() < 0.5 else "",
    }
    record = treat.save(actor, visit, data, at)
    for flag in _open_flags(visit, record):
        treat.resolve_flag(_who_may(stage, actor, flag), visit, flag.id, REASON, at)
    return treat.sign(actor, record, at)


def _may_be_strong(visit: Visit) -> bool:
    """Never the first time, and only where six weeks follow: else the desk would have to move what is booked."""
    number, series = visit.session_number or 1, visit.series
    return number > 1 and (series is None or number == series.sessions or series.min_days >= 42)


def correct_end(visit: Visit, sheet: AftercareSheet, at: datetime) -> None:
    """The practitioner finds that the clock was wrong; a new sheet shifts every time."""
    earlier = sheet.ended_at - timedelta(minutes=5)
    reason = "The clock in the room was five minutes fast."
    treat.correct_end(visit.practitioner.actor, sheet.record, earlier, reason, at)


def add_words(visit: Visit, sheet: AftercareSheet, at: datetime) -> None:
    """The practitioner writes down what the patient said the day after."""
    text = "Called the day after: the redness has settled, slept well."
    consult.add_addendum(visit.practitioner.actor, sheet.record, text, at)


def _open_flags(visit: Visit, record: SessionRecord) -> Iterable[Flag]:
    stand = ground(visit)
    return stand.open(record) if stand else ()
