"""Desks that book at the same instant, as processes of their own, on a database that is really committed."""

import datetime
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from plans.actions import booking
from plans.models import Occupancy, Series, Visit
from plans.rules.plan import numbered
from plans.rules.scheduling.check import double_bookings
from tests.factories.booking import Desk, a_desk
from tests.plans.actions.test_booking import a_desk_in, slot

DESKS = 4
DAY = datetime.date(2026, 2, 3)


@contextmanager
def processes(
    database_url: str, count: int, module: str = "tests.booker"
) -> Iterator[list[subprocess.Popen[str]]]:
    """Start so many bookers, ready to go; end them afterwards."""
    env = {**os.environ, "DATABASE_URL": database_url, "INTERVAL_TESTING": "1"}
    command = [sys.executable, "-m", module]
    started = [
        subprocess.Popen(
            command,
            env=env,
            cwd=settings.BASE_DIR,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(count)
    ]
    try:
        for one in started:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        yield started
    finally:
        for one in started:
            one.communicate(timeout=30)


def ask(started: list[subprocess.Popen[str]], lines: list[str]) -> list[str]:
    """Give every process its line before any has answered, then read the answers."""
    for one, line in zip(started, lines, strict=True):
        assert one.stdin is not None
        one.stdin.write(line + "\n")
        one.stdin.flush()
    return [one.stdout.readline().strip() for one in started if one.stdout is not None]


def offers(desk: Desk, rounds: int, *, apart: int) -> list[list[str]]:
    """Return for each round one offer a desk, for slots `apart` minutes from each other on one day."""
    made = []
    for number in range(rounds):
        day = DAY + datetime.timedelta(days=7 * number)
        line = []
        for index in range(DESKS):
            series = a_desk_in(desk)
            plan = numbered([1], [slot(desk, day, 600 + apart * index)])
            line.append(f"{series.pk} {booking.offer(series, plan)}")
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
    held = Occupancy.objects.values_list("resource_id", "day", "cell_from", "cell_to")
    assert double_bookings(list(held)) == ()


@pytest.mark.django_db(transaction=True)
def test_one_series_is_booked_once_by_two_desks(database_url: str) -> None:
    desk = a_desk()
    series = Series.objects.get(pk=desk.series.pk)
    lines = [
        f"{series.pk} {booking.offer(series, numbered([1], [slot(desk, DAY, start)]))}"
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
