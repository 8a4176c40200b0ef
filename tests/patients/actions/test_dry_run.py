"""What every import has in common: it does what was shown or nothing, and leaves a line for each row it made."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry
from patients.actions.dry_run import DryRun, as_shown, log_import
from patients.rules.importing import Outcome, Verdict
from tests.factories.patients import PatientFactory
from tests.people import Team, a_team

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANA = Verdict(2, "Ana · 1990-05-17", Outcome.NEW)
TOM = Verdict(3, "Tom", Outcome.WRONG, ("The date of birth is missing.",))
ZOE = Verdict(4, "Zoe · 1980-01-01", Outcome.NEW)
RUN = DryRun(((ANA, "ana"), (TOM, None), (ZOE, "zoe")), ("Blood group",))


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


def test_a_dry_run_keeps_the_order_of_the_file_and_makes_what_is_new() -> None:
    assert RUN.verdicts == (ANA, TOM, ZOE)
    assert RUN.made == ["ana", "zoe"]


def test_its_mark_is_that_of_what_is_shown() -> None:
    assert RUN.told == DryRun(((ANA, "other"), (TOM, None), (ZOE, None)), ()).told
    assert RUN.told != DryRun(RUN.judged[:2], ("Blood group",)).told


def test_what_was_shown_is_found_again_once_the_clinic_is_locked(team: Team) -> None:
    with CaptureQueriesContext(connection) as asked:

        def run() -> DryRun[str]:
            (locked,) = asked.captured_queries
            assert 'FROM "clinic_clinic"' in locked["sql"]
            assert ("FOR NO KEY UPDATE" in locked["sql"]) is connection.features.has_select_for_update
            return RUN

        assert as_shown(team.admin.actor, team.clinic, run, seen=RUN.told) is RUN


def test_anything_else_is_refused(team: Team) -> None:
    with pytest.raises(Refused, match="Something has changed since this was shown") as refused:
        as_shown(team.admin.actor, team.clinic, lambda: RUN, seen=DryRun(RUN.judged[:2], ()).told)
    assert (refused.value.code, refused.value.field) == ("changed", None)


def test_nobody_but_the_clinics_administrator_gets_as_far_as_reading_the_file(team: Team) -> None:
    for actor in (team.desk.actor, team.lead.actor, a_team("mistral").admin.actor):
        with pytest.raises(Refused, match="role"):
            as_shown(actor, team.clinic, lambda: pytest.fail("read"), seen="")


def test_each_row_and_the_whole_leave_a_line(team: Team) -> None:
    patient = PatientFactory.create(clinic=team.clinic)
    made = {uuid4(): patient.pk, uuid4(): patient.pk}
    log_import(team.admin.actor, team.clinic, "visit", made, at=AT)
    lines = AuditEntry.objects.order_by("pk").values_list(
        "verb", "clinic", "subject_kind", "patient_id", "reason"
    )
    each = ("import", team.clinic.pk, "visit", patient.pk, "")
    assert list(lines) == [each, each, ("import", team.clinic.pk, "file", None, "2 visit rows")]
    assert {entry.subject_id for entry in AuditEntry.objects.exclude(subject_kind="file")} == set(
        map(str, made)
    )


def test_a_file_of_nothing_new_leaves_one_line(team: Team) -> None:
    log_import(team.admin.actor, team.clinic, "patient", {}, at=AT)
    assert AuditEntry.objects.get().reason == "0 patient rows"
