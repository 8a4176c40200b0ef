"""A patient's chart: what a clinician reads of one patient, and the little of it that is for the desk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db.models import Prefetch

from clinic.rules.roles import Actor, Right
from clinic.rules.timegrid import local_day
from patients.models import Consent, Patient, SafetyAnswer
from patients.rules.flags import Flag
from patients.rules.questions import AskAt
from patients.rules.screening import evaluate
from patients.rules.terms import Level
from plans.models import AftercareSheet, Consultation, ProtocolVersion, Series, SessionRecord, Visit
from plans.queries.consult import usable
from plans.queries.protocols import current, parsed
from plans.queries.timeline import Dot, Line, line_of
from plans.rules.protocol import Protocol
from plans.rules.visiting import HELD

ALLERGIES = "allergies"
UNANSWERED = ".UNANSWERED"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to know before anybody touches this patient; it cannot be closed."""

    flag: Flag
    name: str
    words: str
    is_allergy: bool


@dataclass(frozen=True, slots=True)
class Course:
    """A series with its line; `look_first` is all that the desk learns of a clinical hold."""

    series: Series
    line: Line
    rows: tuple[tuple[Dot, SessionRecord | None], ...] = ()

    @property
    def look_first(self) -> bool:
        """Say whether a practitioner has to look before it goes on."""
        return self.series.state == Series.State.PAUSED


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything the page shows. The clinical lists stay empty for people without the right."""

    today: date
    courses: tuple[Course, ...]
    visits: tuple[Visit, ...]
    notices: tuple[Notice, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    records: dict[object, SessionRecord] = field(default_factory=dict)
    consents: tuple[Consent, ...] = ()

    @property
    def next_visit(self) -> Visit | None:
        """The first visit that is still to come."""
        ahead = [visit for visit in self.visits if visit.state in HELD and visit.day >= self.today]
        return min(ahead, key=lambda visit: visit.starts_at, default=None)


def chart_of(actor: Actor, patient: Patient, *, at: datetime) -> Chart:
    """Return the chart: three queries for the desk, ten for a clinician, however long the history."""
    today = local_day(at, patient.clinic.zone)
    visits = tuple(
        Visit.objects.visible_to(actor)
        .filter(patient=patient)
        .select_related("practitioner__user", "room", "clinic")
        .order_by("-starts_at")
    )
    is_clinical = actor.may(Right.READ_CLINICAL)
    records = _records(actor, patient) if is_clinical else {}
    courses = tuple(_courses(actor, patient, visits, records, today))
    if not is_clinical:
        return Chart(today, courses, visits)
    return Chart(
        today,
        courses,
        visits,
        notices=tuple(_notices(actor, patient, today)),
        consultations=tuple(
            Consultation.objects.visible_to(actor)
            .filter(patient=patient)
            .select_related("practitioner__user", "series")
            .order_by("-started_at")
        ),
        records=records,
        consents=tuple(
            Consent.objects.visible_to(actor)
            .filter(patient=patient)
            .select_related("witnessed_by", "withdrawal")
            .order_by("-signed_at")
        ),
    )


def _courses(
    actor: Actor,
    patient: Patient,
    visits: Iterable[Visit],
    records: Mapping[object, SessionRecord],
    today: date,
) -> Iterable[Course]:
    rows = (
        Series.objects.visible_to(actor)
        .filter(patient=patient)
        .select_related("protocol_version", "practitioner__user")
        .order_by("-created_at")
    )
    for series in rows:
        own = sorted((one for one in visits if one.series_id == series.pk), key=lambda one: one.starts_at)
        for visit in own:
            visit.series = series
        line = line_of(series, own, today)
        dots = ((dot, records.get(dot.visit.pk) if dot.visit else None) for dot in line.sessions)
        yield Course(series, line, tuple(dots))


def _records(actor: Actor, patient: Patient) -> dict[object, SessionRecord]:
    """Return the records by visit, each with its sheets, the newest first."""
    sheets = AftercareSheet.objects.visible_to(actor).defer("content").order_by("-number")
    rows = (
        SessionRecord.objects.visible_to(actor)
        .filter(patient=patient)
        .prefetch_related(Prefetch("sheets", sheets))
    )
    return {record.visit_id: record for record in rows}


def _notices(actor: Actor, patient: Patient, today: date) -> Iterable[Notice]:
    """Return what the newest answers warn of, allergies first.

    An old answer still warns: that it has to be asked again before a session is another matter.
    """
    rows = list(SafetyAnswer.objects.visible_to(actor).filter(patient=patient).order_by("given_at", "pk"))
    try:
        protocol = parsed(current(patient.clinic))
    except ProtocolVersion.DoesNotExist:
        return []
    answers = [replace(answer, given_on=today) for answer in usable(protocol, rows)]
    found = evaluate(protocol.questionnaire, answers, reference_day=today, at=AskAt.CONSULTATION)
    newest = {row.question: row for row in rows}
    notices = [
        _notice(protocol, flag, newest)
        for flag in found.flags
        if not flag.id.endswith(UNANSWERED) and flag.question
    ]
    shown = [one for one in notices if one.is_allergy or one.flag.level is not Level.NOTE]
    order = list(Level)
    return sorted(shown, key=lambda one: (not one.is_allergy, order.index(one.flag.level)))


def _notice(protocol: Protocol, flag: Flag, newest: dict[str, SafetyAnswer]) -> Notice:
    question = protocol.questionnaire.question(flag.question or "")
    row = newest[question.id]
    return Notice(
        flag=flag, name=question.clinical_name, words=row.free_text, is_allergy=question.group == ALLERGIES
    )
