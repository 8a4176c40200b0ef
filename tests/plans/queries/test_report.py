"""A report against the events: counted a second time, row by row, by other code."""

import datetime
import random
from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.actions import audit
from clinic.models import Closure, Leave, Membership, Outage, Room
from plans.actions import holding
from plans.models import Kind, Series, Visit, VisitType
from plans.queries.report import Report, report
from plans.rules import report as rules
from plans.rules.report import Days, Left, Share, Side
from tests.factories.booking import offer_visit_types
from tests.factories.patients import PatientFactory
from tests.factories.plans import SeriesFactory, VisitFactory
from tests.people import Team, a_team

pytestmark = pytest.mark.django_db
SPAN = Days(datetime.date(2026, 1, 5), datetime.date(2026, 3, 29))
REASONS = ("patient_choice", "stopped_reaction", "goal_met_early")
Day = datetime.date


@dataclass
class Story:
    """A clinic and the next free half hour of each day, so that nothing overlaps."""

    team: Team
    used: Counter[Day]

    @property
    def room(self) -> Room:
        return self.team.clinic.rooms.get(kind="treatment")

    def visit(self, day: Day, state: str = "done", by: Membership | None = None, **given: Any) -> Visit:
        start = 9 * 60 + 90 * self.used[day]
        self.used[day] += 1
        made: Visit = VisitFactory.create(
            day=day,
            state=state,
            practitioner=by or self.team.practitioner,
            room=self.room,
            start_minute=start,
            clinic=self.team.clinic,
            **given,
        )
        if state not in ("cancelled", "no_show"):
            kind = VisitType.objects.filter(clinic=self.team.clinic, kind=made.kind).first()
            holding.hold([made], kind)
        return made

    def series(self, *days: Day, state: str = "active", **given: Any) -> Series:
        made: Series = SeriesFactory.create(
            patient=PatientFactory.create(clinic=self.team.clinic),
            practitioner=self.team.practitioner,
            state=state,
            **given,
        )
        for number, day in enumerate(days, 1):
            self.visit(day, series=made, session_number=number)
        return made

    def stop(self, series: Series, reason: str, day: Day) -> None:
        Series.objects.filter(pk=series.pk).update(state="stopped", end_reason=reason)
        at = datetime.datetime.combine(day, datetime.time(12), tzinfo=datetime.UTC)
        audit.record(self.team.practitioner.actor, "stop", series, at=at, clinic_id=self.team.clinic.pk)


@pytest.fixture
def story() -> Story:
    team = a_team()
    offer_visit_types(team)
    return Story(team, Counter())


def told(story: Story, span: Days = SPAN) -> Report:
    return report(story.team.clinic, span)


def weekdays(span: Days) -> list[Day]:
    return [day for day in span if day.weekday() < 5]


def test_an_empty_clinic_has_nothing_to_tell(story: Story) -> None:
    found = told(story)
    assert (found.gaps, found.ended, found.kept) == ((), (), ())
    assert set(found.people_use.values()) == {Share(0, 12 * 5 * 480)}
    assert set(found.room_use.values()) == {Share(0, 12 * 5 * 480)}


def test_every_figure_is_what_the_events_say(story: Story) -> None:
    chance = random.Random(7)
    days = weekdays(Days(datetime.date(2025, 11, 3), datetime.date(2026, 5, 1)))
    for _number in range(25):
        first = chance.randrange(0, 60)
        steps = [chance.choice((14, 20, 25, 31, 40)) for _step in range(chance.randrange(0, 4))]
        places = [first, *(first + sum(steps[: n + 1]) for n in range(len(steps)))]
        sessions = [days[place] for place in places if place < len(days)]
        made = story.series(*sessions, state="completed" if len(sessions) == 4 else "active")
        if len(sessions) < 4 and chance.random() < 0.6:
            story.stop(made, chance.choice(REASONS), chance.choice(days))
    for _number in range(30):
        story.visit(
            chance.choice(days),
            chance.choice(("done", "no_show", "cancelled", "booked")),
            by=story.team.lead,
            patient=PatientFactory.create(clinic=story.team.clinic),
            kind="consultation",
        )
    found, again = told(story), recount(story)
    assert Counter((gap.by, gap.days, gap.side) for gap in found.gaps) == again["gaps"]
    assert rules.inside(found.gaps) == Share(again["inside"], again["gaps"].total())
    assert rules.median_days(found.gaps) == median([days for _by, days, _side in again["gaps"].elements()])
    assert rules.completed(found.ended) == Share(
        again["completed"], again["completed"] + again["stopped"].total()
    )
    assert {(row.done, row.reason): row.series for row in rules.drop_off(found.ended)} == again["stopped"]
    assert {row.by: (row.done, row.missed) for row in found.kept} == again["kept"]
    assert {key: share.part for key, share in found.people_use.items()} == again["minutes"]
    assert again["gaps"].total() > 10
    assert again["stopped"].total() > 3
    assert again["completed"] > 1


def recount(story: Story) -> dict[str, Any]:
    """Count it all once more, one visit after another, from the visits alone."""
    gaps: Counter[Any] = Counter()
    kept: dict[int, tuple[int, int]] = {}
    minutes = {story.team.practitioner.pk: 0, story.team.lead.pk: 0}
    for visit in Visit.objects.filter(clinic=story.team.clinic):
        inside = SPAN.first <= visit.day <= SPAN.last
        if inside and visit.state in ("done", "no_show"):
            done, missed = kept.get(visit.practitioner_id, (0, 0))
            is_done = visit.state == "done"
            kept[visit.practitioner_id] = (done + is_done, missed + (not is_done))
        if inside and visit.state in ("done", "booked"):
            minutes[visit.practitioner_id] += visit.minutes
        if inside and visit.state == "done" and visit.series and (visit.session_number or 0) > 1:
            before = Visit.objects.get(
                series=visit.series, state="done", session_number=(visit.session_number or 0) - 1
            )
            days = (visit.day - before.day).days
            side = Side.BEFORE if days < 28 else Side.AFTER if days > 42 else Side.INSIDE
            gaps[visit.practitioner_id, days, side] += 1
    stopped: Counter[Any] = Counter()
    completed = 0
    for series in Series.objects.filter(clinic=story.team.clinic):
        done_on = [visit.day for visit in series.visits.filter(state="done")]
        if series.state == "completed" and SPAN.first <= max(done_on) <= SPAN.last:
            completed += 1
        line = series.clinic.audit.filter(verb="stop", subject_id=str(series.pk)).first()
        if line and SPAN.first <= line.at.date() <= SPAN.last:
            stopped[len(done_on), series.end_reason] += 1
    inside_all = sum(n for (_by, _days, side), n in gaps.items() if side is Side.INSIDE)
    return {
        "gaps": gaps,
        "inside": inside_all,
        "kept": kept,
        "stopped": stopped,
        "completed": completed,
        "minutes": minutes,
    }


def test_a_window_that_became_longer_is_the_one_that_counts(story: Story) -> None:
    start = datetime.date(2026, 1, 5)
    made = story.series(start, start + datetime.timedelta(days=35), windows={"1": [42, 45, 49]})
    assert [gap.side for gap in told(story).gaps] == [Side.BEFORE]
    Series.objects.filter(pk=made.pk).update(windows={"2": [42, 45, 49]})
    assert [gap.side for gap in told(story).gaps] == [Side.INSIDE]


def test_a_series_that_was_stopped_counts_on_the_clinics_day(story: Story) -> None:
    last = SPAN.last  # British summer time begins on this Sunday: 23:00 UTC is the Monday after
    made = story.series(datetime.date(2026, 1, 6))
    Series.objects.filter(pk=made.pk).update(state="stopped", end_reason="patient_choice")
    at = datetime.datetime.combine(last, datetime.time(23), tzinfo=datetime.UTC)
    audit.record(story.team.practitioner.actor, "stop", made, at=at)
    assert rules.drop_off(told(story).ended) == ()
    whole = Days(SPAN.first, last + datetime.timedelta(days=1))
    assert rules.drop_off(told(story, whole).ended) == (Left(1, "patient_choice", 1),)


def test_an_end_that_was_undone_is_not_counted_beside_the_one_that_stayed(story: Story) -> None:
    made = story.series(datetime.date(2026, 1, 6))
    Series.objects.filter(pk=made.pk).update(state="stopped", end_reason="patient_choice")
    days = (SPAN.first, SPAN.last + datetime.timedelta(days=3))
    for day in days:
        at = datetime.datetime.combine(day, datetime.time(12), tzinfo=datetime.UTC)
        audit.record(story.team.practitioner.actor, "stop", made, at=at)
    assert rules.drop_off(told(story).ended) == ()
    assert rules.drop_off(told(story, Days(*days)).ended) == (Left(1, "patient_choice", 1),)


def test_rooms_count_set_up_and_clean_up_and_practitioners_their_own_time(story: Story) -> None:
    story.series(datetime.date(2026, 1, 6))
    found = told(story, Days(datetime.date(2026, 1, 6), datetime.date(2026, 1, 6)))
    assert found.room_use[story.room.pk] == Share(75, 480)
    assert found.people_use[story.team.practitioner.pk] == Share(60, 480)
    assert found.people_use[story.team.lead.pk] == Share(0, 480)


def test_what_was_missed_or_cancelled_holds_no_time(story: Story) -> None:
    person = PatientFactory.create(clinic=story.team.clinic)
    for state in ("no_show", "cancelled"):
        story.visit(datetime.date(2026, 1, 6), state, patient=person, kind="consultation")
    assert {share.part for share in told(story).people_use.values()} == {0}


def test_leave_closures_outages_and_blocked_time_are_not_there(story: Story) -> None:
    team, day = story.team, datetime.date(2026, 1, 6)
    Leave.objects.create(membership=team.lead, first=day, last=day)
    Outage.objects.create(
        resource=story.room.resource, first=day, last=day, start_minute=9 * 60, end_minute=12 * 60
    )
    Closure.objects.create(clinic=team.clinic, first=day, last=day, start_minute=16 * 60, end_minute=24 * 60)
    story.visit(day, "booked", patient=None, kind=Kind.BLOCKED)
    found = told(story, Days(day, day))
    assert found.people_use[team.lead.pk] == Share(0, 0)
    assert found.people_use[team.practitioner.pk] == Share(0, 420 - 60)
    assert found.room_use[story.room.pk] == Share(0, 240)


def test_another_clinic_is_another_report(story: Story) -> None:
    story.series(datetime.date(2026, 1, 6), datetime.date(2026, 2, 10))
    other = report(a_team("harbour").clinic, SPAN)
    assert (other.gaps, other.kept) == ((), ())
    assert {share.part for share in other.people_use.values()} == {0}


def test_as_many_questions_for_many_events_as_for_one(story: Story) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            told(story)
        return len(queries)

    def stopped_after_two(day: Day) -> None:
        made = story.series(day, day + datetime.timedelta(days=35))
        story.stop(made, "patient_choice", day)

    stopped_after_two(datetime.date(2026, 1, 5))
    one = asked()
    for number in range(1, 5):
        stopped_after_two(datetime.date(2026, 1, 5) + datetime.timedelta(days=number))
    assert asked() == one == 9
