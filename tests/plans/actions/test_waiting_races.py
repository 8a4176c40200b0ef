"""Patients who take the same free time at the same instant, as processes on a database that is committed."""

from collections import Counter

import pytest

from plans.actions import waiting_offers
from plans.models import Visit, WaitingEntry
from tests.factories.booking import MONDAY, Desk, a_desk, another_series, overlaps
from tests.factories.waiting import joined, slot
from tests.processes import ask, processes

TAKERS, ROUNDS = 3, 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("apart", [0, 15])
def test_whoever_is_first_has_the_time_and_the_others_stay_on_the_list(database_url: str, apart: int) -> None:
    desk = a_desk()
    rounds = []
    for number in range(ROUNDS):
        line = []
        for index in range(TAKERS):
            series = another_series(desk)
            entry = joined(Desk(desk.team, series, series.patient))
            time = slot(desk, 3 + 7 * number, 600 + apart * index)
            line.append(f"take {waiting_offers.offer(desk.actor, entry, time, at=MONDAY).pk}")
        rounds.append(line)
    with processes(database_url, TAKERS) as started:
        answers = [Counter(ask(started, line)) for line in rounds]
    assert answers == [Counter({"gone": TAKERS - 1, "accepted": 1})] * ROUNDS
    assert Visit.objects.count() == ROUNDS
    assert WaitingEntry.objects.filter(state="waiting").count() == ROUNDS * (TAKERS - 1)
    assert overlaps() == ()


@pytest.mark.django_db(transaction=True)
def test_one_offer_taken_twice_at_once_books_once(database_url: str) -> None:
    desk = a_desk()
    offer = waiting_offers.offer(desk.actor, joined(desk), slot(desk, 3), at=MONDAY)
    with processes(database_url, 2) as started:
        answers = ask(started, [f"take {offer.pk}"] * 2)
    assert answers == ["accepted", "accepted"]
    assert Visit.objects.count() == 1
