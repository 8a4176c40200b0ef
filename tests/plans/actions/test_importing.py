"""A file of past sessions: visits that are over, of no series, that hold nobody's time; twice writes nothing."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry
from clinic.rules.tables import Fault, NotATable
from patients.models import Patient
from plans.actions.importing import dry_run, import_sessions
from plans.models import Occupancy, Visit
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.clinic import MembershipFactory
from tests.factories.patients import PatientFactory
from tests.factories.plans import VisitFactory
from tests.people import a_team

HEAD = "Reference,Name,DOB,Date,Time,Minutes,Practitioner\n"


@pytest.fixture
def desk(db: None) -> Desk:
    made = a_desk()
    made.team.practitioner.user.name = "Tunde Okafor"
    made.team.practitioner.user.save()
    Patient.objects.filter(pk=made.patient.pk).update(reference="K7M4PX", birth_date=date(1990, 5, 17))
    return made


def judged(desk: Desk, *rows: str, head: str = HEAD) -> list[tuple[str, str]]:
    run = dry_run(desk.admin, desk.team.clinic, head + "\n".join(rows), at=MONDAY)
    return [(str(one.outcome), " ".join(one.why)) for one in run.verdicts]


def brought_in(desk: Desk, *rows: str) -> int:
    actor, clinic, text = desk.admin, desk.team.clinic, HEAD + "\n".join(rows)
    seen = dry_run(actor, clinic, text, at=MONDAY).told
    return import_sessions(actor, clinic, text, seen=seen, at=MONDAY)


def test_a_session_is_a_visit_that_is_over_and_holds_nothing(desk: Desk) -> None:
    assert brought_in(desk, "k7m4px,,,17/11/2025,9:30,45,tunde okafor") == 1
    visit = Visit.objects.get()
    assert (visit.kind, visit.state, visit.series, visit.patient) == ("treatment", "done", None, desk.patient)
    assert (visit.day, visit.start_minute, visit.minutes) == (date(2025, 11, 17), 570, 45)
    assert visit.starts_at == datetime(2025, 11, 17, 9, 30, tzinfo=UTC)
    assert (visit.practitioner, visit.note) == (desk.team.practitioner, "From a file.")
    assert not Occupancy.objects.exists()
    lines = AuditEntry.objects.values_list("verb", "subject_kind", "patient_id", "reason")
    assert set(lines) == {
        ("import", "visit", desk.patient.pk, ""),
        ("import", "file", None, "1 visit rows"),
    }


def test_without_a_time_it_is_said_that_nobody_knows_it(desk: Desk) -> None:
    email = desk.team.practitioner.user.email.upper()
    brought_in(desk, f",tomasz  WIECZOREK,17/5/1990,2025-11-17,,,{email}")
    visit = Visit.objects.get()
    assert (visit.start_minute, visit.minutes) == (720, 60)
    assert visit.note == "From a file. The time of day is not known."


def test_a_second_time_and_what_the_diary_has_are_left_alone(desk: Desk) -> None:
    VisitFactory.create(series=desk.series, session_number=1, day=date(2025, 10, 1), state="done")
    rows = [f"K7M4PX,,,{day}/2025,,,Tunde Okafor" for day in ("1/10", "2/10", "2/10", "3/11")]
    told = ["same", "new", "same", "new"]
    assert [outcome for outcome, _why in judged(desk, *rows)] == told
    assert judged(desk, *rows)[0][1] == "A session on that day is there already: the diary."
    assert judged(desk, *rows)[2][1] == "A session on that day is there already: line 3 of this file."
    assert (brought_in(desk, *rows), brought_in(desk, *rows)) == (2, 0)


def test_sessions_that_overlap_are_brought_in_as_they_were(desk: Desk) -> None:
    PatientFactory.create(clinic=desk.team.clinic, reference="SECOND")
    rows = [f"{who},,,17/11/2025,9:30,60,Tunde Okafor" for who in ("K7M4PX", "SECOND")]
    assert brought_in(desk, *rows) == 2


def test_a_session_of_a_merged_record_goes_to_the_one_that_stays(desk: Desk) -> None:
    PatientFactory.create(clinic=desk.team.clinic, reference="OLD", merged_into=desk.patient)
    brought_in(desk, "OLD,,,17/11/2025,,,Tunde Okafor")
    assert Visit.objects.get().patient == desk.patient


def test_who_has_left_can_have_treated(desk: Desk) -> None:
    type(desk.team.practitioner).objects.filter(pk=desk.team.practitioner.pk).update(is_active=False)
    assert brought_in(desk, "K7M4PX,,,17/11/2025,,,Tunde Okafor") == 1


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("NOBODY,,,17/11/2025,,,Tunde Okafor", "No patient has this reference."),
        (",Nobody,17/5/1990,17/11/2025,,,Tunde Okafor", "Bring the patients in first."),
        (",Tomasz Wieczorek,soon,17/11/2025,,,Tunde Okafor", "The date of birth is not a date"),
        ("K7M4PX,,,17/11/2025,,,Nobody", "Name a practitioner who works or worked here"),
        ("K7M4PX,,,17/11/2025,,,", "Name a practitioner who works or worked here"),
        ("K7M4PX,,,31/2/2025,,,Tunde Okafor", "The date of the session is not a date"),
        ("K7M4PX,,,2/2/2026,,,Tunde Okafor", "must lie before today"),
        ("K7M4PX,,,16/5/1990,,,Tunde Okafor", "not before the patient was born"),
        ("K7M4PX,,,17/11/2025,noon,,Tunde Okafor", "The time is not one like 9:30."),
        ("K7M4PX,,,17/11/2025,,4,Tunde Okafor", "lasts from 5 to 480 minutes"),
        ("K7M4PX,,,17/11/2025,,٣٠,Tunde Okafor", "lasts from 5 to 480 minutes"),
        ("K7M4PX,,,17/11/2025,23:30,60,Tunde Okafor", "end on the next day"),
        ("K7M4PX,,,30/3/2025,1:30,30,Tunde Okafor", "The clocks changed"),
        ("K7M4PX,,,17/11/2025,,,Tunde Okafor,stray", "more cells than the first line"),
    ],
)
def test_a_row_that_cannot_be_is_named_with_its_reason(desk: Desk, row: str, why: str) -> None:
    ((outcome, words),) = judged(desk, row)
    assert outcome == "wrong"
    assert why in words
    assert brought_in(desk, row) == 0
    assert not Visit.objects.exists()


def test_two_people_of_one_name_need_their_reference(desk: Desk) -> None:
    PatientFactory.create(
        clinic=desk.team.clinic, name="Tomasz Wieczorek", birth_date=date(1990, 5, 17), reference="SECOND"
    )
    named = judged(desk, ",Tomasz Wieczorek,17/5/1990,17/11/2025,,,Tunde Okafor")
    assert named == [("wrong", "Several patients have this name and date of birth. Give the reference.")]
    twin = MembershipFactory.create(clinic=desk.team.clinic, is_practitioner=True, user__name="Tunde Okafor")
    assert judged(desk, "SECOND,,,17/11/2025,,,Tunde Okafor")[0][0] == "wrong"
    assert judged(desk, f"SECOND,,,17/11/2025,,,{twin.user.email}") == [("new", "")]


@pytest.mark.parametrize("head", ["Date,Practitioner\n", "Reference,Date\n", "Name,Date,Practitioner\n"])
def test_a_file_that_says_too_little_is_refused(desk: Desk, head: str) -> None:
    with pytest.raises(NotATable) as told:
        judged(desk, "a,b,c", head=head)
    assert told.value.fault is Fault.COLUMN_MISSING


def test_what_changed_since_is_not_done(desk: Desk) -> None:
    actor, clinic, text = desk.admin, desk.team.clinic, HEAD + "K7M4PX,,,1/10/2025,,,Tunde Okafor"
    seen = dry_run(actor, clinic, text, at=MONDAY).told
    VisitFactory.create(series=desk.series, session_number=1, day=date(2025, 10, 1), state="done")
    with pytest.raises(Refused) as refused:
        import_sessions(actor, clinic, text, seen=seen, at=MONDAY)
    assert refused.value.code == "changed"


def test_many_rows_cost_few_queries(desk: Desk, django_assert_max_num_queries: Any) -> None:
    rows = [f"K7M4PX,,,{1 + n % 28}/{1 + n // 28}/2024,,,Tunde Okafor" for n in range(300)]
    with django_assert_max_num_queries(25):
        assert brought_in(desk, *rows) == 300


def test_nobody_but_the_clinics_administrator_brings_sessions_in(desk: Desk) -> None:
    for actor in (desk.actor, desk.team.lead.actor, a_team("mistral").admin.actor):
        with pytest.raises(Refused, match="role"):
            dry_run(actor, desk.team.clinic, HEAD, at=MONDAY)
        with pytest.raises(Refused, match="role"):
            import_sessions(actor, desk.team.clinic, HEAD, seen="", at=MONDAY)
