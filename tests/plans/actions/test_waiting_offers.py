import datetime
from dataclasses import replace
from uuid import uuid4

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Message
from clinic.rules.roles import Actor, Role
from plans.actions import booking, series, single, waiting, waiting_offers
from plans.actions.holding import SlotTaken
from plans.models import Occupancy, SeriesChange, Visit, WaitingEntry, WaitingOffer
from plans.rules.plan import Session
from tests.factories.booking import MONDAY, Desk, another_series, offer_on
from tests.factories.clinic import UserFactory
from tests.factories.patients import AccessFactory, PatientFactory
from tests.factories.plans import VisitFactory
from tests.factories.waiting import DAY, TODAY, joined, offered, slot, wanted

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


def book(desk: Desk, *days: int, first: int = 1) -> None:
    token = offer_on(desk, *(TODAY + day * DAY for day in days), first=first)
    booking.confirm(desk.actor, desk.series, token, at=MONDAY)


def the_patient(desk: Desk) -> Actor:
    user = AccessFactory.create(patient=desk.patient, granted_by=desk.team.practitioner.user).user
    return Actor(user.pk, user.name, frozenset({Role.PATIENT}))


def test_an_offer_is_a_mail_that_names_no_treatment(desk: Desk) -> None:
    made = offered(desk, joined(desk))
    mail = Message.objects.get()
    assert (mail.title, mail.state) == ("An earlier time has come free", "queued")
    assert "Thursday 5 February 2026, 10:00" in mail.body
    assert not any(word in mail.body.lower() for word in ("session", "treatment", "needl"))
    assert made.expires_at == MONDAY + 24 * HOUR
    assert Visit.objects.count() == Occupancy.objects.count() == 0


def test_the_same_offer_twice_is_made_once_and_another_waits_for_the_answer(desk: Desk) -> None:
    entry = joined(desk)
    assert offered(desk, entry) == offered(desk, entry)
    with pytest.raises(Refused) as refused:
        offered(desk, entry, day=4)
    assert refused.value.code == "offered"
    assert WaitingOffer.objects.count() == 1


def test_an_offer_that_was_not_answered_makes_room_for_the_next(desk: Desk) -> None:
    entry = joined(desk)
    offered(desk, entry)
    offered(desk, entry, day=8, at=MONDAY + 25 * HOUR)
    assert list(WaitingOffer.objects.values_list("state", flat=True)) == ["expired", "open"]


@pytest.mark.parametrize(("day", "start"), [(0, 600), (1, 540), (61, 600), (3, 720)])
def test_a_time_too_soon_too_far_or_at_the_wrong_hour_is_not_offered(
    desk: Desk, day: int, start: int
) -> None:
    entry = joined(desk, wanted(0, 60, times=["morning"], notice_hours=48))
    with pytest.raises(Refused) as refused:
        offered(desk, entry, day, start)
    assert refused.value.code == "unsuitable"


def test_a_time_that_is_booked_is_not_offered(desk: Desk) -> None:
    VisitFactory.create(patient=desk.patient, practitioner=desk.team.practitioner, kind="review")
    entry = joined(desk)
    other = another_series(desk)
    booking.confirm(desk.actor, other, booking.offer(other, [Session(1, slot(desk, 3))]), at=MONDAY)
    with pytest.raises(SlotTaken):
        offered(desk, entry)


def test_accepting_books_the_next_session_through_the_ordinary_action(desk: Desk) -> None:
    offer = offered(desk, joined(desk))
    done = waiting_offers.accept(desk.actor, offer, at=MONDAY + HOUR)
    visit = Visit.objects.get()
    assert (done.state, visit.session_number, visit.day) == ("accepted", 1, TODAY + 3 * DAY)
    assert SeriesChange.objects.get().verb == "book"
    assert WaitingEntry.objects.get().state == "served"
    assert set(AuditEntry.objects.values_list("verb", flat=True)) == {"join", "offer", "book", "accepted"}


def test_accepting_twice_books_once(desk: Desk) -> None:
    offer = offered(desk, joined(desk))
    waiting_offers.accept(desk.actor, offer, at=MONDAY)
    assert waiting_offers.accept(desk.actor, offer, at=MONDAY + 48 * HOUR).state == "accepted"
    assert Visit.objects.count() == 1
    with pytest.raises(Refused) as refused:
        waiting_offers.decline(desk.actor, offer, at=MONDAY)
    assert refused.value.code == "accepted"


def test_a_session_that_is_booked_moves_there_and_frees_its_old_time(desk: Desk) -> None:
    book(desk, 22)
    waiting_offers.accept(desk.actor, offered(desk, joined(desk)), at=MONDAY + HOUR)
    visit = Visit.objects.get()
    assert visit.day == TODAY + 3 * DAY
    assert set(Occupancy.objects.values_list("day", flat=True)) == {visit.day}
    assert SeriesChange.objects.first().verb == "move"  # type: ignore[union-attr]


def test_the_patient_takes_an_offer_and_nobody_else_of_their_kind(desk: Desk) -> None:
    offer, patient = offered(desk, joined(desk)), the_patient(desk)
    stranger = Actor(UserFactory.create().pk, "Somebody", frozenset({Role.PATIENT}))
    for answer in (waiting_offers.accept, waiting_offers.decline):
        with pytest.raises(Refused) as refused:
            answer(stranger, offer, at=MONDAY)
        assert refused.value.code == "not_allowed"
    assert waiting_offers.accept(patient, offer, at=MONDAY).state == "accepted"
    assert AuditEntry.objects.filter(verb="accepted", role="patient", clinic=desk.team.clinic).exists()


def test_whoever_is_second_is_told_and_stays_on_the_list(desk: Desk) -> None:
    second = another_series(desk)
    first_offer = offered(desk, joined(desk))
    other = waiting_offers.offer(
        desk.actor, joined(Desk(desk.team, second, second.patient)), slot(desk, 3), at=MONDAY
    )
    waiting_offers.accept(desk.actor, first_offer, at=MONDAY + HOUR)
    assert waiting_offers.accept(desk.actor, other, at=MONDAY + HOUR).state == "gone"
    assert WaitingEntry.objects.get(pk=other.entry_id).state == "waiting"
    assert Visit.objects.count() == 1


def test_a_time_that_the_rules_no_longer_allow_is_withdrawn(desk: Desk) -> None:
    book(desk, 1)
    Visit.objects.update(state="done")
    offer = offered(desk, joined(desk), day=30)
    Visit.objects.update(day=TODAY + 10 * DAY)
    assert waiting_offers.accept(desk.actor, offer, at=MONDAY).state == "withdrawn"
    assert (Visit.objects.count(), WaitingEntry.objects.get().state) == (1, "waiting")


def test_an_offer_never_moves_a_session_to_a_later_day(desk: Desk) -> None:
    book(desk, 30)
    offer = offered(desk, joined(desk), day=10)
    desk.series.refresh_from_db()
    book(desk, 2)
    assert waiting_offers.accept(desk.actor, offer, at=MONDAY + HOUR).state == "withdrawn"
    assert (Visit.objects.get().day, WaitingEntry.objects.get().state) == (TODAY + 2 * DAY, "waiting")


def test_an_offer_of_one_session_never_moves_the_next(desk: Desk) -> None:
    offer = offered(desk, joined(desk), day=3)
    book(desk, 1, 36)
    Visit.objects.filter(session_number=1).update(state="done")
    assert waiting_offers.accept(desk.actor, offer, at=MONDAY + HOUR).state == "withdrawn"
    assert set(Visit.objects.values_list("day", flat=True)) == {TODAY + DAY, TODAY + 36 * DAY}


def test_an_offer_never_moves_a_consultation_to_a_later_day(desk: Desk) -> None:
    consulting = desk.team.clinic.rooms.get(kind="consulting")
    time = replace(slot(desk, 3), room=consulting.pk, device=None)
    entry = joined(desk, series=None, kind="consultation")
    offer = waiting_offers.offer(desk.actor, entry, time, at=MONDAY)
    sooner = replace(time, day=TODAY + DAY)
    single.book(desk.actor, desk.team.clinic, "consultation", desk.patient, sooner, at=MONDAY, key=uuid4())
    assert waiting_offers.accept(desk.actor, offer, at=MONDAY + HOUR).state == "withdrawn"
    assert Visit.objects.get().day == TODAY + DAY


def test_another_room_will_do_when_the_one_of_the_offer_is_taken(desk: Desk) -> None:
    offer = offered(desk, joined(desk))
    data = offer.plan
    spare = desk.team.clinic.rooms.get(kind="treatment")
    data[0][4] = desk.team.clinic.rooms.get(kind="consulting").pk
    WaitingOffer.objects.update(plan=data)
    assert waiting_offers.accept(desk.actor, offer, at=MONDAY).state == "accepted"
    assert Visit.objects.get().room == spare


def test_an_offer_ends_by_itself(desk: Desk) -> None:
    offer = offered(desk, joined(desk))
    for answer in (waiting_offers.accept, waiting_offers.decline):
        with pytest.raises(Refused) as refused:
            answer(desk.actor, offer, at=MONDAY + 24 * HOUR)
        assert refused.value.code == "offer_over"
    assert Visit.objects.count() == 0


def test_who_has_left_the_list_is_not_told_that_they_stay_on_it(desk: Desk) -> None:
    entry = joined(desk)
    offer = offered(desk, entry)
    waiting.leave(desk.actor, entry, at=MONDAY)
    with pytest.raises(Refused) as refused:
        waiting_offers.accept(the_patient(desk), offer, at=MONDAY)
    assert str(refused.value.message) == "This offer is over."


def test_declining_keeps_the_place_and_voids_the_mail(desk: Desk) -> None:
    offer = offered(desk, joined(desk))
    waiting_offers.decline(the_patient(desk), offer, at=MONDAY)
    assert (WaitingEntry.objects.get().state, Message.objects.get().state) == ("waiting", "void")


def test_a_consultation_is_booked_or_moved(desk: Desk) -> None:
    consulting = desk.team.clinic.rooms.get(kind="consulting")
    for day, start in ((3, 600), (2, 660)):
        entry = joined(desk, series=None, kind="consultation")
        time = replace(slot(desk, day, start), room=consulting.pk, device=None)
        waiting_offers.accept(desk.actor, waiting_offers.offer(desk.actor, entry, time, at=MONDAY), at=MONDAY)
        visit = Visit.objects.get()
        found = (visit.kind, visit.day, visit.start_minute, visit.series)
        assert found == ("consultation", TODAY + day * DAY, start, None)


@pytest.mark.parametrize(("day", "start"), [(4, 600), (3, 660)])
def test_a_later_time_than_the_one_that_is_held_helps_nobody(desk: Desk, day: int, start: int) -> None:
    consulting = desk.team.clinic.rooms.get(kind="consulting")
    held = replace(slot(desk, 3), room=consulting.pk, device=None)
    patient = PatientFactory.create(clinic=desk.team.clinic)
    single.book(desk.actor, desk.team.clinic, "consultation", patient, held, at=MONDAY, key=uuid4())
    entry = joined(Desk(desk.team, desk.series, patient), series=None, kind="consultation")
    later = replace(held, day=TODAY + day * DAY, start=start)
    with pytest.raises(Refused) as refused:
        waiting_offers.offer(desk.actor, entry, later, at=MONDAY)
    assert refused.value.code == "unsuitable"


def test_a_kind_that_is_no_longer_given_is_not_offered(desk: Desk) -> None:
    entry = joined(desk, series=None, kind="consultation")
    desk.team.clinic.visit_types.filter(kind="consultation").delete()
    with pytest.raises(Refused) as refused:
        offered(desk, entry)
    assert refused.value.code == "kind"


def test_a_series_that_is_held_or_has_ended_is_offered_nothing(desk: Desk) -> None:
    entry = joined(desk)
    series.pause(desk.practitioner, desk.series, reason="wait for the doctor", at=MONDAY)
    with pytest.raises(Refused) as refused:
        offered(desk, entry)
    assert refused.value.code == "unsuitable"
    series.stop(desk.practitioner, desk.series, end_reason="patient_choice", at=MONDAY)
    with pytest.raises(Refused) as refused:
        offered(desk, entry)
    assert refused.value.code == "not_waiting"
