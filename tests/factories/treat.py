"""A session that is ready to be recorded, and what a practitioner enters for it."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from clinic.models import Message
from plans.actions import treat
from plans.models import AftercareSheet, Visit
from tests.factories.patients import PatientFactory
from tests.factories.plans import (
    ConsultationFactory,
    SeriesFactory,
    VisitFactory,
    clear_answers,
    consent_to_treatment,
)
from tests.people import Team

DAY = datetime.date(2026, 3, 2)
UTC = datetime.UTC


def clock(hour: int, minute: int = 0, day: datetime.date = DAY) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour, minute), UTC)


def a_session(
    team: Team,
    *,
    skin_type: int = 2,
    ready: bool = True,
    number: int = 1,
    answers: Mapping[str, str] | None = None,
    **consultation_has: Any,
) -> Any:
    """Make the visit of a session whose answers and consent are in order."""
    person = PatientFactory.create(clinic=team.clinic)
    give = {"patient": person, "practitioner": team.practitioner}
    consultation = ConsultationFactory.create(skin_type=skin_type, **give, **consultation_has)
    series = SeriesFactory.create(consultation=consultation, **give)
    if ready:
        clear_answers(person, team.clinic, clock(8), **answers or {})
        consent_to_treatment(person, team.clinic)
    return VisitFactory.create(series=series, session_number=number, day=DAY, state="arrived")


def done(**changes: Any) -> dict[str, Any]:
    """What a practitioner enters for a plain session."""
    return {
        "started_at": clock(10),
        "skin_cleaned": "Chlorhexidine 0.05 %",
        "device_make": "Dermis",
        "device_model": "P2",
        "device_serial": "SN-1",
        "cartridge_lot": "LOT-7",
        "cartridge_expiry": datetime.date(2027, 1, 31),
        "cartridge_sterile": True,
        "cartridge_single_use": True,
        "areas": [{"area": "cheeks", "depth_mm": Decimal("1.00"), "passes": 3}],
        "products": [{"name": "Hyaluronic gel", "lot": "G-1", "role": ""}],
        "endpoint": "pink",
        "is_strong": False,
        "pain": 3,
        **changes,
    }


def signed(team: Team, visit: Visit, **changes: Any) -> AftercareSheet:
    record = treat.save(team.practitioner.actor, visit, done(**changes), clock(10, 5))
    return treat.sign(team.practitioner.actor, record, clock(10, 50))


def problems(team: Team, visit: Visit, **changes: Any) -> dict[str, str]:
    """Return why the record cannot be signed, by field, and see that nothing has changed."""
    record = treat.save(team.practitioner.actor, visit, done(**changes), clock(10, 5))
    with pytest.raises(treat.NotReady) as refusal:
        treat.sign(team.practitioner.actor, record, clock(10, 50))
    record.refresh_from_db()
    assert (record.signed_at, AftercareSheet.objects.count(), Message.objects.count()) == (None, 0, 0)
    return dict(refusal.value.problems)
