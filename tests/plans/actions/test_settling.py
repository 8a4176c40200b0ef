import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry
from plans.actions import disruptions, placing, settling
from plans.actions.disruptions import Settled
from plans.actions.holding import SlotTaken
from plans.actions.settling import settle, settle_patient
from plans.models import Absence, Decision, Occupancy, Series, Visit
from plans.queries.standing import standing
from plans.rules.plan import Session, to_data
from tests.factories.booking import MONDAY, TEN, Desk, slot
from tests.factories.disruptions import (
    DAY,
    NEXT,
    booked_consultation,
    booked_series,
    drafted,
    names,
    when,
)

pytestmark = pytest.mark.django_db
LATER = MONDAY


def all_(absence: Absence) -> dict[int, str]:
    return {row.pk: "move" for row in absence.decisions.filter(settled_at=None)}


def chosen(absence: Absence, choice: str = "move") -> list[Decision]:
    absence.decisions.update(choice=choice)
    return list(absence.decisions.all())


def test_a_patient_with_two_visits_is_moved_whole_or_not_at_all(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    visit = booked_consultation(desk, "Somebody", NEXT, start=TEN + 240)
    # The consultation is Ana's as well.
    Visit.objects.filter(pk=visit.pk).update(patient=ana.patient)
    Occupancy.objects.filter(visit=visit, resource__kind="patient").update(resource=ana.patient.resource)
    absence = drafted(desk)
    placing.place(standing(ana), [Session(1, slot(desk, NEXT, TEN + 60))], at=MONDAY)
    assert disruptions.accept(desk.admin, absence, all_(absence), at=LATER) == Settled(0, 1)
    visit.refresh_from_db()
    assert visit.practitioner == desk.team.practitioner


def test_patients_may_exchange_their_times(desk: Desk) -> None:
    """Ana goes where Bea is and Bea where Ana is: neither can go first, so both go at once."""
    absence = exchanging(desk)
    ana, bea = (Series.objects.get(patient__name=name) for name in ("Ana", "Bea"))
    assert disruptions.accept(desk.admin, absence, all_(absence), at=LATER) == Settled(2, 0)
    _me, other = names(desk)
    assert (when(ana), when(bea)) == ((NEXT, TEN + 75, other), (NEXT, TEN, other))


def exchanging(desk: Desk) -> Absence:
    """Ana and Bea are to take each other's times."""
    ana = booked_series(desk, "Ana", NEXT)
    bea = booked_series(desk, "Bea", NEXT, start=TEN + 75)
    absence = drafted(desk)
    lead = desk.team.lead
    pins = {
        ana.pk: [Session(1, slot(desk, NEXT, TEN + 75, lead))],
        bea.pk: [Session(1, slot(desk, NEXT, TEN, lead))],
    }
    return disruptions.run_again(desk.admin, absence, at=MONDAY, pins=pins)


def test_an_exchange_that_is_done_frees_nothing_again(desk: Desk) -> None:
    absence = exchanging(desk)
    rows = disruptions.decide(desk.admin, absence, all_(absence), at=LATER)
    for _ in range(2):
        assert settling.exchange(desk.admin, [[row] for row in rows], at=LATER) == (2, [])
        assert Occupancy.objects.count() == 8


def test_what_somebody_decided_otherwise_meanwhile_keeps_its_time(desk: Desk) -> None:
    absence = exchanging(desk)
    rows = disruptions.decide(desk.admin, absence, all_(absence), at=LATER)
    disruptions.decide(desk.admin, absence, dict.fromkeys(all_(absence), "keep"), at=LATER)
    assert settling.exchange(desk.admin, [[row] for row in rows], at=LATER) == (2, [])
    assert (Occupancy.objects.count(), Visit.objects.filter(practitioner=desk.team.lead).count()) == (8, 0)


def test_what_is_to_be_decided_again_is_not_settled(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    absence = drafted(desk)
    rows = chosen(absence)
    absence.decisions.update(choice="")
    assert settle(desk.admin, rows, at=LATER) == (0, rows)
    assert (when(ana)[2], absence.decisions.get().settled_at) == (names(desk)[0], None)


def test_an_exchange_that_somebody_spoils_leaves_both_where_they_were(desk: Desk) -> None:
    absence = exchanging(desk)
    ana, bea = (Series.objects.get(patient__name=name) for name in ("Ana", "Bea"))
    booked_consultation(desk, "Cem", NEXT, start=TEN + 75, who=desk.team.lead)
    me, _other = names(desk)
    assert disruptions.accept(desk.admin, absence, all_(absence), at=LATER).again == 2
    assert (when(ana), when(bea)) == ((NEXT, TEN, me), (NEXT, TEN + 75, me))


def test_what_is_settled_is_not_done_again(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    absence = drafted(desk)
    rows = chosen(absence)
    settle_patient(desk.admin, rows, at=LATER)
    settle_patient(desk.admin, rows, at=LATER)
    assert ana.changes.filter(verb="replan").count() == 1
    assert AuditEntry.objects.filter(verb="settle", patient_id=ana.patient_id).count() == 1


def test_a_session_is_never_put_too_early_whatever_the_plan_says(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT, NEXT + 28 * DAY)
    absence = drafted(desk)
    (row,) = chosen(absence)
    row.after = to_data([Session(1, slot(desk, NEXT + DAY, TEN, desk.team.lead))])
    row.save()
    with pytest.raises(Refused) as refusal:
        settle_patient(desk.admin, [row], at=LATER)
    assert refusal.value.code == "too_early"
    assert (when(ana)[0], row.settled_at) == (NEXT, None)


def test_a_time_that_is_taken_fails_with_the_decision(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    absence = drafted(desk)
    booked_consultation(desk, "Cem", NEXT, who=desk.team.lead)
    rows = chosen(absence)
    with pytest.raises(SlotTaken):
        settle_patient(desk.admin, rows, at=LATER)
    assert settle(desk.admin, rows, at=LATER) == (0, rows)


def test_what_is_cancelled_frees_its_time_for_somebody_else_of_the_plan(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    bea = booked_series(desk, "Bea", NEXT, start=TEN + 75)
    absence = drafted(desk)
    pins = {ana.pk: [Session(1, slot(desk, NEXT, TEN + 75, desk.team.lead))]}
    disruptions.run_again(desk.admin, absence, at=MONDAY, pins=pins)
    choices = {row.pk: "move" if row.series_id == ana.pk else "cancel" for row in absence.decisions.all()}
    assert disruptions.accept(desk.admin, absence, choices, at=LATER) == Settled(2, 0)
    assert (when(ana)[1], bea.visits.get().state) == (TEN + 75, "cancelled")


def test_a_plan_that_moves_nothing_any_more_fails_alone_in_an_exchange(desk: Desk) -> None:
    """It is found while the times are let go, before anybody is settled."""
    booked_series(desk, "Ana", NEXT)
    booked_series(desk, "Bea", NEXT, start=TEN + 120)
    absence = drafted(desk)
    stale, good = chosen(absence)
    stale.after = stale.before
    stale.save()
    assert settling.exchange(desk.admin, [[good], [stale]], at=LATER) == (1, [stale])
    assert Decision.objects.get(pk=good.pk).settled_at == LATER
