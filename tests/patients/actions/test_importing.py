"""A file of patients: every row is named before anything is saved, and a second time makes nobody."""

from datetime import UTC, date, datetime

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Resource
from clinic.rules.tables import Fault, NotATable
from patients.actions.importing import dry_run, import_patients
from patients.models import Patient
from patients.queries.registry import found
from tests.factories.patients import PatientFactory
from tests.people import Team, a_team

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
FILE = """First name;Surname;Date of birth;Email;Mobile;Language;Blood group
Ana;Ñíguez;17/05/1990;Ana@Example.org;020 7946 0958;Spanish;A
Ana;Ñíguez;1990-05-17;;;;
Anna;Ñíguez;17/05/1990;ana@example.org;;;
Tom;Reed;31/02/1980;tom;12;Klingon;B
فاطمة;;2.3.1975;;;;
;;1.1.1980;;;;
Zoe;Ward;1/1/2099;;;;
"""


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


def outcomes(team: Team, text: str = FILE) -> list[tuple[int, str, str]]:
    run = dry_run(team.admin.actor, team.clinic, text, at=AT)
    return [(one.line, one.who, str(one.outcome)) for one in run.verdicts]


def brought_in(team: Team, text: str = FILE) -> int:
    seen = dry_run(team.admin.actor, team.clinic, text, at=AT).told
    return import_patients(team.admin.actor, team.clinic, text, seen=seen, at=AT)


def test_a_dry_run_names_every_row_and_saves_nothing(team: Team) -> None:
    assert outcomes(team) == [
        (2, "Ana Ñíguez · 1990-05-17", "new"),
        (3, "Ana Ñíguez · 1990-05-17", "same"),
        (4, "Anna Ñíguez · 1990-05-17", "alike"),
        (5, "Tom Reed · 31/02/1980", "wrong"),
        (6, "فاطمة · 1975-03-02", "new"),
        (7, "1980-01-01", "wrong"),
        (8, "Zoe Ward · 2099-01-01", "wrong"),
    ]
    run = dry_run(team.admin.actor, team.clinic, FILE, at=AT)
    assert run.unread == ("Blood group",)
    assert run.verdicts[1].why == ("Is there already: line 2 of this file.",)
    assert run.verdicts[3].why == (
        "The date of birth is not a date like 17/5/1990 or 1990-05-17.",
        "The language is not one of those offered.",
        "Enter an e-mail address such as name@example.org.",
        "Enter a phone number such as 020 7946 0000.",
    )
    assert run.verdicts[5].why == ("Enter the name with at least one letter.",)
    assert run.verdicts[6].why == ("The date of birth lies in the future.",)
    assert (Patient.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_what_is_new_is_made_with_a_line_each_and_one_for_the_whole(team: Team) -> None:
    assert brought_in(team) == 2
    ana = Patient.objects.get(name="Ana Ñíguez")
    assert (ana.family_name, ana.birth_date, ana.email, ana.phone, ana.language) == (
        "Ñíguez",
        date(1990, 5, 17),
        "ana@example.org",
        "+44 20 7946 0958",
        "es",
    )
    assert ana.resource.kind == Resource.Kind.PATIENT
    assert list(found(team.desk.actor, team.clinic, "niguez 7946")) == [ana]
    lines = AuditEntry.objects.order_by("pk").values_list("verb", "subject_kind", "patient_id", "reason")
    assert sorted(lines, key=str) == sorted(
        [
            ("import", "file", None, "2 patient rows"),
            *(("import", "patient", one.pk, "") for one in Patient.objects.all()),
        ],
        key=str,
    )


def test_a_second_time_makes_nobody(team: Team) -> None:
    brought_in(team)
    assert {outcome for _line, _who, outcome in outcomes(team)} == {"same", "alike", "wrong"}
    assert brought_in(team) == 0
    assert Patient.objects.count() == 2


def test_what_is_no_longer_what_was_shown_is_not_done(team: Team) -> None:
    seen = dry_run(team.admin.actor, team.clinic, FILE, at=AT).told
    PatientFactory.create(clinic=team.clinic, name="Ana Ñíguez", birth_date=date(1990, 5, 17))
    with pytest.raises(Refused) as refused:
        import_patients(team.admin.actor, team.clinic, FILE, seen=seen, at=AT)
    assert refused.value.code == "changed"
    assert Patient.objects.count() == 1


def test_somebody_who_was_merged_is_not_made_again(team: Team) -> None:
    stays = PatientFactory.create(clinic=team.clinic, name="Tom")
    born = date(1990, 5, 17)
    PatientFactory.create(clinic=team.clinic, name="Ana Ñíguez", birth_date=born, merged_into=stays)
    assert outcomes(team)[0] == (2, "Ana Ñíguez · 1990-05-17", "same")


def test_patients_of_another_clinic_are_nobodys_doubles(team: Team) -> None:
    PatientFactory.create(name="Ana Ñíguez", birth_date=date(1990, 5, 17))
    assert outcomes(team)[0] == (2, "Ana Ñíguez · 1990-05-17", "new")


@pytest.mark.parametrize("text", ["Name\nAna\n", "First name;Blood group\nAna;A\n"])
def test_a_file_without_dates_of_birth_is_refused(team: Team, text: str) -> None:
    with pytest.raises(NotATable) as told:
        dry_run(team.admin.actor, team.clinic, text, at=AT)
    assert (told.value.fault, told.value.columns) == (Fault.COLUMN_MISSING, ("birth_date",))


def test_a_row_with_a_stray_comma_is_named(team: Team) -> None:
    run = dry_run(team.admin.actor, team.clinic, "Name,Born\nNíguez, Ana,17/5/1990\n", at=AT)
    assert "more cells than the first line" in run.verdicts[0].why[0]


def test_many_rows_cost_few_queries(team: Team, django_assert_max_num_queries: object) -> None:
    rows = "".join(
        f"Person {n:04d} {'abcdefgh'[n % 8] * 5},{1 + n % 28}/{1 + n % 12}/{1930 + n % 70}\n"
        for n in range(300)
    )
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        made = brought_in(team, "Name,Born\n" + rows)
    assert made > 200


def test_nobody_but_the_clinics_administrator_brings_patients_in(team: Team) -> None:
    for actor in (team.desk.actor, team.lead.actor, a_team("mistral").admin.actor):
        with pytest.raises(Refused, match="role"):
            dry_run(actor, team.clinic, FILE, at=AT)
        with pytest.raises(Refused, match="role"):
            import_patients(actor, team.clinic, FILE, seen="", at=AT)
    assert not Patient.objects.exists()
