import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans.actions import waiting_offers
from plans.models import Series, WaitingEntry, WaitingOffer
from plans.queries.waiting import Stretch, first_fit, free_time, freed, waiting_list
from tests.factories.booking import MONDAY, Desk, a_desk, a_session, another_series
from tests.factories.waiting import DAY, TODAY, joined, offered, slot, wanted

pytestmark = pytest.mark.django_db


def gap(desk: Desk, day: int, start: int = 540, end: int = 1020) -> Stretch:
    return Stretch(TODAY + day * DAY, desk.team.practitioner.user.resource_id, start, end)


def fits(desk: Desk, *gaps: Stretch, at: datetime.datetime = MONDAY) -> list[list[tuple[str, int, int]]]:
    """Return for each stretch who fits into it, with the day and the minute, whose window ends first at the top."""
    clinic, days = desk.team.clinic, [gap.day for gap in gaps]
    known = waiting_list(desk.actor, clinic, at=at)
    if not known:
        return [[] for _ in gaps]
    free = free_time(clinic, known, min(days), max(days))
    found = [[first_fit(free, one, gap, at=at) for one in known] for gap in gaps]
    return [
        [
            (fit.waiting.entry.patient.name, (fit.slot.day - TODAY).days, fit.slot.start)
            for fit in of_gap
            if fit
        ]
        for of_gap in found
    ]


def another(desk: Desk, *, name: str, done: int | None = None) -> Desk:
    series = another_series(desk)
    type(series.patient).objects.filter(pk=series.patient_id).update(name=name)
    other = Desk(desk.team, Series.objects.get(pk=series.pk), series.patient)
    if done is not None:
        a_session(other, 1, done, "done")
    return other


def test_a_free_stretch_names_who_fits_with_the_first_start_that_suits(desk: Desk) -> None:
    joined(desk, wanted(0, 60, times=["afternoon"]))
    name = desk.patient.name
    assert fits(desk, gap(desk, 3), gap(desk, 3, 540, 720), gap(desk, 4, 735, 795)) == [
        [(name, 3, 720)], [], [(name, 4, 735)],
    ]  # fmt: skip


def test_a_stretch_too_short_or_without_the_room_fits_nobody(desk: Desk) -> None:
    joined(desk)
    assert fits(desk, gap(desk, 3, 600, 655)) == [[]]
    desk.team.clinic.rooms.filter(kind="treatment").update(is_active=False)
    assert fits(desk, gap(desk, 3)) == [[]]


def test_only_those_whose_window_contains_it_sorted_by_whose_window_ends_first(desk: Desk) -> None:
    a_session(desk, 1, -35, "done")
    joined(desk)
    tight = another(desk, name="Zoë", done=-39)
    joined(tight)
    joined(another(desk, name="Too early", done=-20))
    joined(another(desk, name="First session"))
    assert [name for name, _, _ in fits(desk, gap(desk, 3))[0]] == [
        "Zoë",
        "Tomasz Wieczorek",
        "First session",
    ]
    assert [name for name, _, _ in fits(desk, gap(desk, 4))[0]] == ["Tomasz Wieczorek", "First session"]


def test_the_session_after_keeps_its_gap_too(desk: Desk) -> None:
    a_session(desk, 1, -30, "done")
    a_session(desk, 2, 11, "booked")
    a_session(desk, 3, 44, "booked")
    joined(desk)
    assert fits(desk, gap(desk, 1), gap(desk, 2), gap(desk, 10), gap(desk, 11, 630, 800)) == [
        [], [("Tomasz Wieczorek", 2, 540)], [("Tomasz Wieczorek", 10, 540)], [],
    ]  # fmt: skip


def test_holds_events_and_paused_series_are_obeyed(desk: Desk) -> None:
    joined(desk)
    Series.objects.update(earliest_on=TODAY + 4 * DAY)
    assert fits(desk, gap(desk, 3), gap(desk, 4)) == [[], [("Tomasz Wieczorek", 4, 540)]]
    Series.objects.update(event_on=TODAY + 10 * DAY, keep_clear_days=6)
    assert fits(desk, gap(desk, 4), gap(desk, 10)) == [[], []]
    assert fits(desk, gap(desk, 11)) == [[("Tomasz Wieczorek", 11, 540)]]
    Series.objects.update(event_on=None, state="paused")
    assert fits(desk, gap(desk, 4)) == [[]]


def test_who_has_an_offer_or_said_no_is_not_named_for_it_again(desk: Desk) -> None:
    entry = joined(desk)
    offer = offered(desk, entry)
    everyone = waiting_list(desk.actor, desk.team.clinic, at=MONDAY)
    assert [one.offer for one in everyone] == [offer]
    free = free_time(desk.team.clinic, everyone, TODAY, TODAY + 20 * DAY)
    assert freed(everyone, free, at=MONDAY) == []
    waiting_offers.decline(desk.actor, offer, at=MONDAY)
    assert fits(desk, gap(desk, 3, 600, 660)) == [[]]
    assert fits(desk, gap(desk, 3, 600, 700)) == [[("Tomasz Wieczorek", 3, 615)]]


def test_the_next_time_that_fits_is_found_for_each(desk: Desk) -> None:
    joined(desk, wanted(0, 60, weekdays=[3], notice_hours=0))
    joined(another(desk, name="Zoë"), wanted(0, 60, weekdays=[3], times=["morning"]))
    joined(another(desk, name="Ann"), wanted(0, 60, weekdays=[2]))
    everyone = waiting_list(desk.actor, desk.team.clinic, at=MONDAY)
    free = free_time(desk.team.clinic, everyone, TODAY, TODAY + 20 * DAY)
    found = [
        ([fit.waiting.entry.patient.name for fit in one], (one[0].slot.day - TODAY).days)
        for one in freed(everyone, free, at=MONDAY)
    ]
    assert found == [(["Tomasz Wieczorek", "Zoë"], 3), (["Ann"], 2)]


def test_nobody_waits_for_a_series_that_is_over(desk: Desk) -> None:
    joined(desk)
    for state, waits in (("completed", 0), ("stopped", 0), ("paused", 1), ("active", 1)):
        Series.objects.filter(pk=desk.series.pk).update(state=state)
        assert len(waiting_list(desk.actor, desk.team.clinic, at=MONDAY)) == waits


def test_waiting_ends_with_its_last_day_and_is_of_one_clinic(desk: Desk) -> None:
    joined(desk, wanted(0, 5))
    other = a_desk("harbour")
    assert waiting_list(other.actor, desk.team.clinic, at=MONDAY) == []
    assert waiting_list(desk.actor, desk.team.clinic, at=MONDAY + 6 * DAY) == []
    assert WaitingEntry.objects.get().state == "waiting"


@pytest.mark.parametrize("wanted_entries", [0, 1, 12])
def test_the_queries_stay_the_same_however_many_wait(desk: Desk, wanted_entries: int) -> None:
    for number in range(wanted_entries):
        joined(another(desk, name=f"Patient {number}", done=-30))
    with CaptureQueriesContext(connection) as found:
        fits(desk, gap(desk, 3), gap(desk, 4))
    assert len(found) == (9 if wanted_entries else 1)


def test_a_slot_says_room_and_device(desk: Desk) -> None:
    joined(desk)
    known = waiting_list(desk.actor, desk.team.clinic, at=MONDAY)
    free = free_time(desk.team.clinic, known, TODAY, TODAY + 5 * DAY)
    fit = first_fit(free, known[0], gap(desk, 3), at=MONDAY)
    assert fit is not None
    assert fit.slot == slot(desk, 3, 540)


def test_an_offer_rests_while_its_series_does(desk: Desk) -> None:
    offered(desk, joined(desk))
    for state, shown in (("paused", 0), ("completed", 0), ("active", 1)):
        Series.objects.filter(pk=desk.series.pk).update(state=state)
        assert WaitingOffer.objects.open(MONDAY).count() == shown
