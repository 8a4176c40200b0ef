"""Desks that book at the same instant, as processes of their own, on a database that is really committed."""

import datetime
from collections import Counter

import pytest
from django.db import IntegrityError, connection, transaction

from plans.actions import booking
from plans.models import Occupancy, Visit
from plans.rules.plan import numbered
from tests.factories.booking import Desk, a_desk, another_series, overlaps, slot
from tests.processes import ask, processes

DESKS = 4
DAY = datetime.date(2026, 2, 3)


def offers(desk: Desk, rounds: int, *, apart: int) -> list[list[str]]:
    """Return for each round one offer a desk, for slots `apart` minutes from each other on one day."""
    made = []
    for number in range(rounds):
        day = DAY + datetime.timedelta(days=7 * number)
        line = []
        for index in range(DESKS):
            series = another_series(desk)
            plan = numbered([1], [slot(desk, day, 600 + apart * index)])
            line.append(f"book {series.pk} {booking.offer(series, plan)}")
        made.append(line)
    return made


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("apart", [0, 15])
def test_one_desk_wins_and_the_others_are_told(database_url: str, apart: int) -> None:
    desk = a_desk()
    rounds = offers(desk, 5, apart=apart)
    with processes(database_url, DESKS) as started:
        answers = [Counter(ask(started, line)) for line in rounds]
    assert answers == [Counter({"slot_taken": DESKS - 1, "booked": 1})] * 5
    assert Visit.objects.count() == 5
    assert overlaps() == ()


@pytest.mark.django_db(transaction=True)
def test_one_series_is_booked_once_by_two_desks(database_url: str) -> None:
    desk = a_desk()
    series = desk.fresh()
    lines = [
        f"book {series.pk} {booking.offer(series, numbered([1], [slot(desk, DAY, start)]))}"
        for start in (600, 780)
    ]
    with processes(database_url, 2) as started:
        answers = ask(started, lines)
    assert sorted(answers) == ["booked", "offer_stale"]
    assert Visit.objects.count() == 1


@pytest.mark.django_db
def test_a_raw_overlapping_insert_is_refused_by_the_database() -> None:
    desk = a_desk()
    offer = booking.offer(desk.series, numbered([1], [slot(desk, DAY)]))
    booking.confirm(desk.actor, desk.series, offer, at=datetime.datetime(2026, 2, 2, 8, tzinfo=datetime.UTC))
    columns = "clinic_id, resource_id, visit_id, starts_at, ends_at, day, cell_from, cell_to"
    visit = Visit.objects.create(**copy_of(Visit.objects.get()))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO plans_occupancy ({columns}) SELECT clinic_id, resource_id, %s, "
            "starts_at, ends_at, day, cell_from, cell_to FROM plans_occupancy",
            [visit.pk.hex if connection.vendor == "sqlite" else visit.pk],
        )
    assert Occupancy.objects.count() == 4


def copy_of(visit: Visit) -> dict[str, object]:
    """Return the fields of a visit for a second one that no rule but the overlap forbids."""
    fields = {field.attname: getattr(visit, field.attname) for field in Visit._meta.concrete_fields}
    del fields["id"]
    return {**fields, "reference": "OTHER", "session_number": 2}
