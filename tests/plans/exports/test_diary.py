"""The visits of some days as a file: in order of time, of one clinic, and without a reason or a hold."""

import csv
from datetime import date

import pytest

from plans.exports.diary import visits_csv
from tests.factories.booking import a_desk
from tests.factories.plans import VisitFactory
from tests.people import a_team

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 2, 2), date(2026, 2, 3)


def test_a_file_holds_the_visits_of_the_days_in_order_of_time() -> None:
    desk = a_desk()
    room = desk.team.clinic.rooms.earliest("pk")
    for number, day in enumerate((1, 3, 2, 4), 1):
        VisitFactory.create(
            series=desk.series,
            session_number=number,
            day=date(2026, 2, day),
            room=room,
            start_minute=545,
            override_reason="Isotretinoin",
        )
    VisitFactory.create(
        patient=None,
        clinic=desk.team.clinic,
        practitioner=desk.team.lead,
        kind="blocked",
        day=LAST,
        note="=1",
    )
    written = list(visits_csv(desk.actor, desk.team.clinic, FIRST, LAST))
    assert "Isotretinoin" not in "".join(written)
    rows = list(csv.reader(written))[1:]
    assert [(row[0], row[1], row[3], row[4], row[6], row[10]) for row in rows] == [
        ("2026-02-02", "09:05", "treatment", "3", "Tomasz Wieczorek", room.name),
        ("2026-02-03", "09:05", "treatment", "2", "Tomasz Wieczorek", room.name),
        ("2026-02-03", "10:00", "blocked time", "", "", ""),
    ]


def test_a_stranger_gets_the_heads_alone() -> None:
    desk = a_desk()
    VisitFactory.create(series=desk.series, session_number=1, day=FIRST)
    assert len(list(visits_csv(a_team("mistral").desk.actor, desk.team.clinic, FIRST, LAST))) == 1
