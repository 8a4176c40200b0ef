import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from plans.exports import wording
from plans.queries.gaps import Gap
from plans.queries.why import Verdict
from plans.rules.naming import Name
from plans.rules.scheduling.model import Option, Refusal, Relaxation, RequestError, Slot

DAY = datetime.date(2026, 2, 2)
BEST = Name("same_time", is_best=True, weekday=0, start=615, sooner=0, later=0, off_target=0, changes=0)


def choice(*states: str, name: Name | None = BEST, who: str = "ab", is_nearest: bool = False) -> Any:
    rows = [
        SimpleNamespace(
            day=DAY + datetime.timedelta(days=35 * index),
            slot=Slot(DAY, who[index % len(who)], 615),
            practitioner=SimpleNamespace(user=SimpleNamespace(name=f"Nurse {who[index % len(who)]}")),
            gap=Gap(35, state),
        )
        for index, state in enumerate(states)
    ]
    return SimpleNamespace(name=name, rows=rows, is_nearest=is_nearest)


def named(title: str, **values: Any) -> Name:
    given = {
        "is_best": False,
        "weekday": None,
        "start": None,
        "sooner": 0,
        "later": 0,
        "off_target": 0,
        "changes": 0,
    }
    return Name(title=title, **{**given, **values})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (BEST, "Same time every visit: Mondays at 10:15"),
        (named("soonest"), "Finishes soonest: Mon 9 Mar 2026"),
        (named("starts"), "Starts Mon 2 Feb 2026 at 10:15"),
        (None, "Your choice"),
    ],
)
def test_what_a_proposal_is_called(name: Name | None, words: str) -> None:
    assert wording.title(choice("first", "on_plan", name=name)) == words


def test_the_nearest_to_a_time_that_was_taken_says_so() -> None:
    told = "Nearest to the time that was taken"
    assert wording.title(choice("first", "on_plan", name=None, is_nearest=True)) == told


def test_who_treats_and_when_it_ends() -> None:
    assert (
        wording.summary(choice("first", "on_plan", who="a")) == "Nurse a each time · finishes Mon 9 Mar 2026"
    )
    assert (
        wording.summary(choice("first", "on_plan", "on_plan"))
        == "Nurse a 2×, Nurse b 1× · finishes Mon 13 Apr 2026"
    )


def test_what_sets_a_proposal_apart() -> None:
    assert wording.tags(choice("first", "on_plan")) == [
        ("Best fit", "brand", "spark"),
        ("All 2 on schedule", "ok", "check"),
    ]
    sooner = named("soonest", sooner=9)
    assert wording.tags(choice("late", "on_plan", name=sooner)) == [
        ("9 days sooner", "info", ""),
        ("1 outside its window", "warn", "alert"),
    ]


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (
            Refusal("too short", DAY, 1),
            [
                "The sessions cannot be done that fast: the earliest possible finish is Mon 2 Feb 2026, 1 day too late."
            ],
        ),
        (
            Refusal(
                "blocked", blocked_session=2, window=(DAY, DAY), blockers={"closed": 1, "ok": 0, "no room": 3}
            ),
            [
                "Session 2 finds no place between Mon 2 Feb 2026 and Mon 2 Feb 2026.",
                "1 day: the clinic is closed.",
                "3 days: no room is free.",
            ],
        ),
        (Refusal("blocked", blocked_session=3), ["Session 3 has no day left between the others."]),
    ],
)
def test_why_there_is_no_series(refusal: Refusal, words: list[str]) -> None:
    assert wording.why_not(refusal) == words


@pytest.mark.parametrize(
    ("relax", "days", "words"),
    [
        ("weekdays", None, "Allow any weekday: finishes Mon 2 Feb 2026."),
        ("practitioner", None, "Allow any practitioner: finishes Mon 2 Feb 2026."),
        ("finish", 1, "Finish 1 day later, on Mon 2 Feb 2026."),
        ("first", 4, "Start up to 4 days later: finishes Mon 2 Feb 2026."),
        (
            "max_gap",
            3,
            "Let sessions lie 3 days further apart, which needs a reason: finishes Mon 2 Feb 2026.",
        ),
    ],
)
def test_what_would_help(relax: str, days: int | None, words: str) -> None:
    option = Option((Slot(DAY, "a", 600),), 0, ())
    assert wording.way_out(Relaxation(relax, days, option)) == words


@pytest.mark.parametrize("code", ["closed", "blackout", "weekday", "practitioner away", "time of day",
                                  "practitioner full", "no room", "no device", "ok"])  # fmt: skip
def test_every_blocker_has_words(code: str) -> None:
    assert wording.blocker(code, 2).startswith("2 days: ")


BOUND = datetime.date(2026, 3, 3)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict(DAY, "past"), "Mon 2 Feb 2026 has passed."),
        (Verdict(DAY, "closed", 2, 30), "On Mon 2 Feb 2026 the clinic is closed."),
        (
            Verdict(DAY, "too early", 2, 1, BOUND),
            "Mon 2 Feb 2026 would be 1 day after session 1, which is too early. The first day that will do is"
            " Tue 3 Mar 2026.",
        ),
        (
            Verdict(DAY, "late", 3, 50, BOUND),
            "Mon 2 Feb 2026 would be 50 days after session 2. The last day inside the window is Tue 3 Mar 2026.",
        ),
        (Verdict(DAY, "ok"), "Mon 2 Feb 2026 is possible."),
        (Verdict(DAY, "ok", 2, 35), "Mon 2 Feb 2026 is possible, 35 days after session 1."),
    ],
)
def test_a_day_that_was_asked_about_is_answered_in_a_sentence(verdict: Verdict, words: str) -> None:
    assert wording.verdict(verdict) == words


@pytest.mark.parametrize(
    "code",
    [
        *("held", "event", "first", "later", "finish", "lapsed", "blackout", "weekday"),
        *("practitioner away", "time of day", "practitioner full", "no room", "no device"),
    ],
)
def test_every_verdict_has_a_whole_sentence(code: str) -> None:
    said = wording.verdict(Verdict(DAY, code, 2, 35, BOUND))
    assert "Mon 2 Feb 2026" in said
    assert said.endswith(".")
    assert "%(" not in said


def test_weekdays_are_named_in_the_plural() -> None:
    assert [wording.weekday_plural(day) for day in (0, 6)] == ["Mondays", "Sundays"]


@pytest.mark.parametrize(
    ("field", "code", "words"),
    [
        ("finish", "order", "The series would have to be finished before it can begin. Choose a later day."),
        ("finish", "year", "One of these days lies too far away. Write the year with four figures."),
        ("blackout", "too many", "These are too many stretches of days away. Join some of them."),
        ("latest_first", "too much", "There are too many ways to look through. Choose one practitioner."),
        ("steps", "too long", "These wishes cannot be met together. Change one of them."),
    ],
)
def test_wishes_that_nobody_could_meet_say_what_to_change(field: str, code: str, words: str) -> None:
    assert wording.impossible(RequestError(field, code, "for the log")) == words
