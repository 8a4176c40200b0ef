import datetime
from typing import Any
from uuid import uuid4

import pytest

from plans.forms.disruptions import AbsenceForm, DecisionsForm, sign_pin
from plans.models import Decision
from plans.rules.plan import Session, from_data
from tests.factories.booking import TEN, Desk, slot
from tests.factories.disruptions import NEXT, TODAY, booked_series, drafted

pytestmark = pytest.mark.django_db


def form(desk: Desk, **other: Any) -> AbsenceForm:
    data = {"kind": "leave", "who": desk.team.practitioner.pk, "first": "9/2", "key": uuid4(), **other}
    return AbsenceForm(data, clinic=desk.team.clinic, today=TODAY)


def decisions(desk: Desk, **data: str) -> tuple[DecisionsForm, Decision]:
    booked_series(desk, "Ana", NEXT)
    absence = drafted(desk)
    row = absence.decisions.get()
    made = DecisionsForm({name.replace("_", f"-{row.pk}"): said for name, said in data.items()}, rows=[row])
    return made, row


def test_days_and_hours_are_read_as_staff_type_them(desk: Desk) -> None:
    typed = form(desk, last="+1w", start="9:00", end="17.30")
    assert typed.is_valid(), typed.errors
    assert (typed.cleaned_data["first"], typed.hours) == (NEXT, (540, 1050))
    assert typed.cleaned_data["last"] == datetime.date(2026, 2, 9)


def test_the_place_is_that_of_the_kind(desk: Desk) -> None:
    room, pen = desk.team.clinic.rooms.earliest("pk"), desk.team.clinic.devices.get()
    for kind, place in (("leave", None), ("closure", None), ("room", room), ("device", pen)):
        typed = form(desk, kind=kind, room=room.pk, device=pen.pk)
        assert typed.is_valid(), typed.errors
        assert (typed.place, typed.hours) == (place, None)


def test_other_hours_are_no_absence_and_have_a_form_of_their_own(desk: Desk) -> None:
    for kind in ("opening", "special", "shifts"):
        assert form(desk, kind=kind).errors["kind"]


def test_the_button_for_all_counts_only_where_nothing_was_chosen(desk: Desk) -> None:
    made, row = decisions(desk, choice_="keep")
    assert made.is_valid(), made.errors
    assert (made.choices(), made.chosen()) == ({row.pk: "keep"}, {row.pk: "keep"})
    made = DecisionsForm({"rest": "move"}, rows=[row])
    assert made.is_valid(), made.errors
    assert (made.choices(), made.chosen()) == ({row.pk: "move"}, {row.pk: ""})
    row.after = []
    made = DecisionsForm({"rest": "move"}, rows=[row])
    assert made.is_valid(), made.errors
    assert made.choices() == {row.pk: ""}


def test_a_time_chosen_instead_wins_over_holding_what_is_proposed(desk: Desk) -> None:
    held, row = decisions(desk, pin_="on")
    assert held.is_valid(), held.errors
    assert held.pins() == {row.series_id: from_data(row.after)}
    other = slot(desk, NEXT, TEN + 60)
    made = DecisionsForm({f"pin-{row.pk}": "on", f"slot-{row.pk}": sign_pin(1, other)}, rows=[row])
    assert made.is_valid(), made.errors
    assert made.pins() == {row.series_id: (Session(1, other),)}
