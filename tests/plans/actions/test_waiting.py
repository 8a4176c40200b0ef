import datetime
from typing import Any
from uuid import uuid4

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Message
from patients.models import Patient
from plans.actions import waiting, waiting_offers
from plans.models import Series, WaitingEntry, WaitingOffer
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.patients import PatientFactory
from tests.factories.waiting import DAY, TODAY, joined, offered, wanted

pytestmark = pytest.mark.django_db


def refused(desk: Desk, wishes: waiting.Wanted | None = None, **given: Any) -> tuple[str, str | None]:
    with pytest.raises(Refused) as caught:
        joined(desk, wishes, **given)
    return caught.value.code, caught.value.field


def test_a_patient_joins_with_what_suits_them(desk: Desk) -> None:
    wishes = wanted(1, 20, weekdays=[2, 0], times=["morning"], practitioner=desk.team.practitioner)
    entry = WaitingEntry.objects.get(pk=joined(desk, wishes).pk)
    assert (entry.first, entry.last) == (TODAY + DAY, TODAY + 20 * DAY)
    assert (entry.weekdays, entry.times, entry.notice_hours) == ([0, 2], ["morning"], 24)
    assert (entry.series, entry.practitioner) == (desk.series, desk.team.practitioner)
    assert AuditEntry.objects.get().verb == "join"


def test_the_same_form_twice_joins_once(desk: Desk) -> None:
    first = joined(desk)
    assert joined(desk, key=first.pk) == first
    assert WaitingEntry.objects.count() == 1


def test_the_key_of_another_form_is_refused(desk: Desk) -> None:
    first = joined(desk)
    assert refused(desk, series=None, kind="consultation", key=first.pk) == ("key_used", None)
    assert WaitingEntry.objects.get() == first


def test_the_same_form_with_other_wishes_or_for_another_patient_is_refused(desk: Desk) -> None:
    first = joined(desk, series=None, kind="consultation")
    other = Desk(desk.team, desk.series, PatientFactory.create(clinic=desk.team.clinic))
    form: dict[str, Any] = {"series": None, "kind": "consultation", "key": first.pk}
    assert refused(desk, wanted(0, 9), **form) == ("key_used", None)
    assert refused(desk, wanted(times=["morning"]), **form) == ("key_used", None)
    assert refused(other, **form) == ("key_used", None)
    waiting.leave(desk.actor, first, at=MONDAY)
    assert refused(desk, **form) == ("key_used", None)
    assert list(WaitingEntry.objects.values_list("state", flat=True)) == ["left"]


def test_a_merged_record_does_not_join(desk: Desk) -> None:
    other: Patient = PatientFactory.create(clinic=desk.team.clinic)
    Patient.objects.filter(pk=desk.patient.pk).update(merged_into=other)
    assert refused(desk, series=None, kind="consultation") == ("merged", None)
    assert WaitingEntry.objects.count() == 0


def test_nobody_waits_twice_for_the_same(desk: Desk) -> None:
    joined(desk)
    assert refused(desk) == ("waits", None)
    joined(desk, series=None, kind="consultation")
    assert refused(desk, series=None, kind="consultation") == ("waits", None)
    assert WaitingEntry.objects.count() == 2


def test_waiting_that_is_over_does_not_keep_anybody_from_joining_again(desk: Desk) -> None:
    joined(desk, wanted(0, 5))
    later = MONDAY + 6 * DAY
    assert not WaitingEntry.objects.all().waiting(later.date()).exists()
    again = joined(desk, wanted(6, 20), at=later)
    assert list(WaitingEntry.objects.filter(state="waiting")) == [again]


@pytest.mark.parametrize(
    ("wishes", "answer"),
    [
        ({"first": 5, "last": 4}, ("days", "last")),
        ({"first": -9, "last": -1}, ("past", "last")),
        ({"last": 367}, ("far", "last")),
        ({"weekdays": [7]}, ("weekdays", "weekdays")),
        ({"times": ["night"]}, ("times", "times")),
        ({"notice_hours": -1}, ("notice", "notice_hours")),
        ({"notice_hours": 337}, ("notice", "notice_hours")),
    ],
)
def test_wishes_that_cannot_be_met_are_refused(
    desk: Desk, wishes: dict[str, Any], answer: tuple[str, str]
) -> None:
    assert refused(desk, wanted(**wishes)) == answer
    assert WaitingEntry.objects.count() == 0


@pytest.mark.parametrize("kind", ["treatment", "blocked", "review", "nonsense", ""])
def test_a_kind_that_cannot_be_waited_for_is_refused(desk: Desk, kind: str) -> None:
    assert refused(desk, series=None, kind=kind) == ("kind", "kind")


@pytest.mark.parametrize("state", ["paused", "stopped", "completed"])
def test_a_series_that_is_not_open_is_not_waited_for(desk: Desk, state: str) -> None:
    Series.objects.update(state=state)
    assert refused(desk, series=Series.objects.get()) == ("not_open", None)


def test_rows_of_another_clinic_are_refused(desk: Desk) -> None:
    other = a_desk("harbour")
    assert refused(desk, series=other.series) == ("not_open", None)
    assert refused(desk, wanted(practitioner=other.team.practitioner)) == ("practitioner", "practitioner")
    with pytest.raises(Refused):
        waiting.join(other.actor, desk.patient, wanted(), at=MONDAY, series=desk.series)
    with pytest.raises(Refused):
        waiting.leave(other.actor, joined(desk), at=MONDAY)


def test_leaving_withdraws_an_open_offer_and_its_mail(desk: Desk) -> None:
    entry = joined(desk)
    offered(desk, entry)
    waiting.leave(desk.actor, entry, at=MONDAY)
    waiting.leave(desk.actor, entry, at=MONDAY)
    assert (WaitingEntry.objects.get().state, WaitingOffer.objects.get().state) == ("left", "withdrawn")
    assert list(Message.objects.values_list("state", flat=True)) == ["void"]
    assert AuditEntry.objects.filter(verb="leave").count() == 1


def test_other_wishes_keep_the_place(desk: Desk) -> None:
    entry = joined(desk)
    later = MONDAY + datetime.timedelta(days=2)
    changed = waiting.change(desk.actor, entry, wanted(3, 9), at=later)
    assert (changed.joined_at, changed.last) == (MONDAY, TODAY + 9 * DAY)
    assert list(WaitingEntry.objects.filter(state="waiting")) == [changed]


def test_the_same_change_twice_is_made_once(desk: Desk) -> None:
    entry, key = joined(desk), uuid4()
    later = MONDAY + DAY
    changed = [waiting.change(desk.actor, entry, wanted(3, 9), at=later, key=key) for _ in range(2)]
    assert changed[0] == changed[1] == WaitingEntry.objects.get(state="waiting")
    assert (changed[1].pk, changed[1].joined_at) == (key, MONDAY)


def test_who_has_left_or_took_an_offer_is_not_changed_back_onto_the_list(desk: Desk) -> None:
    left = joined(desk, series=None, kind="consultation")
    waiting.leave(desk.actor, left, at=MONDAY)
    served = joined(desk)
    waiting_offers.accept(desk.actor, offered(desk, served), at=MONDAY)
    for entry in (left, served):
        with pytest.raises(Refused) as caught:
            waiting.change(desk.actor, entry, wanted(3, 9), at=MONDAY, key=uuid4())
        assert caught.value.code == "not_waiting"
    assert sorted(WaitingEntry.objects.values_list("state", flat=True)) == ["left", "served"]


def test_impossible_wishes_leave_everything_as_it_was(desk: Desk) -> None:
    entry = joined(desk)
    with pytest.raises(Refused):
        waiting.change(desk.actor, entry, wanted(9, 3), at=MONDAY)
    assert WaitingEntry.objects.get().state == "waiting"
