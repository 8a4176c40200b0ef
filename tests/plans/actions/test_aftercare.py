"""Aftercare: what the sheet takes from the record, and what it keeps for ever."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from clinic.models import Message
from plans.models import AftercareSheet, Visit
from plans.rules.sheet import Sheet
from tests.factories.plans import VisitFactory
from tests.factories.treat import DAY, a_session, clock, signed
from tests.people import a_team

pytestmark = pytest.mark.django_db


def ids(sheet: AftercareSheet) -> list[str]:
    return [line["id"] for line in sheet.content["sheet"]["items"]]


def test_the_sheet_keeps_its_lines_their_times_and_the_rules_they_come_from() -> None:
    team = a_team()
    sheet = signed(team, a_session(team))
    first = next(line for line in sheet.content["sheet"]["items"] if line["id"] == "AC-CLEANSE-WAIT")
    assert first["until"] == "2026-03-02T19:00:00+00:00"
    assert first["text"] == "Do not wash the treated skin until Monday 2 March at 19:00. Let it rest."
    assert set(ids(sheet)) < set(sheet.rule_ids)
    assert (sheet.number, sheet.language, sheet.protocol_version) == (
        1,
        "en",
        sheet.record.visit.series and sheet.record.visit.series.protocol_version,
    )
    assert Sheet.from_data(sheet.content["sheet"]).to_data() == sheet.content["sheet"]


def test_what_was_recorded_decides_the_lines() -> None:
    team = a_team()
    plain, strong = a_session(team), a_session(team, skin_type=5)
    Visit.objects.filter(pk=strong.pk).update(start_minute=900)
    one = ids(signed(team, plain))
    other = ids(signed(team, strong, is_strong=True))
    assert {"AC-SUN", "AC-MAKEUP", "AC-SPF"} <= set(one)
    assert {"AC-SUN-STRONG", "AC-MAKEUP-STRONG", "AC-SPF-DARK"} <= set(other)


def test_the_next_visit_is_named_where_there_is_one() -> None:
    team = a_team()
    alone, followed = a_session(team), a_session(team)
    later = DAY + datetime.timedelta(days=35)
    VisitFactory.create(series=followed.series, session_number=2, day=later)
    without, with_next = signed(team, alone), signed(team, followed)
    assert without.content["head"]["next_session"] is None
    assert "AC-NEXT" not in ids(without)
    assert with_next.content["head"]["next_session"] == "2026-04-06T09:00:00+00:00"
    text = next(line["text"] for line in with_next.content["sheet"]["items"] if line["id"] == "AC-NEXT")
    assert "Monday 6 April at 10:00" in text


def test_the_sheet_speaks_the_patients_language_and_names_the_clinics_products() -> None:
    team = a_team()
    team.clinic.cleanser = "Bruma Leche"
    team.clinic.save()
    visit = a_session(team)
    visit.patient.language = "es"
    visit.patient.save()
    sheet = signed(team, visit)
    assert sheet.language == "es"
    text = next(line["text"] for line in sheet.content["sheet"]["items"] if line["id"] == "AC-CLEANSE-FIRST")
    assert "el lunes 2 de marzo a las 19:00" in text
    assert "Bruma Leche" in text


def test_a_patient_without_an_address_gets_a_sheet_and_no_mail() -> None:
    team = a_team()
    visit = a_session(team)
    visit.patient.email = ""
    visit.patient.save()
    assert signed(team, visit).number == 1
    assert Message.objects.count() == 0


def test_the_database_refuses_to_change_an_issued_sheet() -> None:
    team = a_team()
    sheet = signed(team, a_session(team))
    with pytest.raises(IntegrityError), transaction.atomic():
        AftercareSheet.objects.filter(pk=sheet.pk).update(ended_at=clock(9))
    assert AftercareSheet.objects.get().ended_at == clock(10, 50)
