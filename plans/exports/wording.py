"""The engine's answers in words, in one place."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext, gettext_lazy, ngettext

from clinic.exports import in_words
from clinic.rules.timegrid import clock
from plans.queries.proposals import Choice, Row
from plans.queries.why import Verdict
from plans.rules.plan import practitioners
from plans.rules.scheduling.model import Refusal, Relaxation, RequestError

WEEKDAYS = (
    gettext_lazy("Mondays"),
    gettext_lazy("Tuesdays"),
    gettext_lazy("Wednesdays"),
    gettext_lazy("Thursdays"),
    gettext_lazy("Fridays"),
    gettext_lazy("Saturdays"),
    gettext_lazy("Sundays"),
)


def weekday_plural(weekday: int) -> str:
    """Return `Mondays` and so on."""
    return str(WEEKDAYS[weekday])


def short_day(day: date) -> str:
    """Return Thu 4 Feb 2027."""
    return in_words(day, "short_year")


def title(choice: Choice) -> str:
    """Return what a proposal is called."""
    name, last = choice.name, choice.rows[-1]
    if choice.is_nearest:
        return gettext("Nearest to the time that was taken")
    if name is None:
        return gettext("Your choice")
    if name.title == "same_time" and name.weekday is not None and name.start is not None:
        return gettext("Same time every visit: %(days)s at %(time)s") % {
            "days": weekday_plural(name.weekday),
            "time": clock(name.start),
        }
    if name.title == "soonest":
        return gettext("Finishes soonest: %(day)s") % {"day": short_day(last.day)}
    first = choice.rows[0]
    return gettext("Starts %(day)s at %(time)s") % {
        "day": short_day(first.day),
        "time": clock(first.slot.start),
    }


def impossible(error: RequestError) -> str:
    """Return what is wrong with wishes that nobody could meet, and what to change."""
    words = {
        ("finish", "order"): gettext(
            "The series would have to be finished before it can begin. Choose a later day."
        ),
        ("blackout", "too many"): gettext("These are too many stretches of days away. Join some of them."),
        ("latest_first", "too much"): gettext(
            "There are too many ways to look through. Choose one practitioner."
        ),
    }
    if error.code == "year":
        return gettext("One of these days lies too far away. Write the year with four figures.")
    return words.get(
        (error.field, error.code), gettext("These wishes cannot be met together. Change one of them.")
    )


def summary(choice: Choice) -> str:
    """Return who treats, and when the series ends."""
    people = {row.slot.practitioner: row.practitioner.user.name for row in choice.rows}
    counts = practitioners(row.slot for row in choice.rows)
    if len(counts) == 1:
        who = gettext("%(name)s each time") % {"name": next(iter(people.values()))}
    else:
        who = ", ".join(f"{people[key]} {count}×" for key, count in counts.items())
    return gettext("%(who)s · finishes %(day)s") % {"who": who, "day": short_day(choice.rows[-1].day)}


def tags(choice: Choice) -> list[tuple[str, str, str]]:
    """Return what sets a proposal apart: words, colour, icon."""
    found: list[tuple[str, str, str]] = []
    name = choice.name
    if name is not None and name.is_best:
        found.append((gettext("Best fit"), "brand", "spark"))
    if name is not None and name.sooner:
        words = ngettext("%(n)s day sooner", "%(n)s days sooner", name.sooner) % {"n": name.sooner}
        found.append((words, "info", ""))
    found.append(_schedule_tag(choice.rows))
    return found


def _schedule_tag(rows: Iterable[Row]) -> tuple[str, str, str]:
    rows = list(rows)
    outside = [row for row in rows if row.gap.state not in ("first", "on_plan")]
    if outside:
        words = ngettext("%(n)s outside its window", "%(n)s outside their windows", len(outside))
        return words % {"n": len(outside)}, "warn", "alert"
    words = ngettext("%(n)s on schedule", "All %(n)s on schedule", len(rows)) % {"n": len(rows)}
    return words, "ok", "check"


def why_not(refusal: Refusal) -> list[str]:
    """Return, in sentences, why there is no series."""
    if refusal.earliest_possible_finish is not None:
        days = refusal.days_too_late or 0
        sentence = ngettext(
            "The sessions cannot be done that fast: the earliest possible finish is %(day)s, %(n)s day too late.",
            "The sessions cannot be done that fast: the earliest possible finish is %(day)s, %(n)s days too late.",
            days,
        )
        return [sentence % {"day": short_day(refusal.earliest_possible_finish), "n": days}]
    said = []
    if refusal.window:
        first, last = (short_day(day) for day in refusal.window)
        said.append(
            gettext("Session %(number)s finds no place between %(first)s and %(last)s.")
            % {"number": refusal.blocked_session, "first": first, "last": last}
        )
    else:
        said.append(
            gettext("Session %(number)s has no day left between the others.")
            % {"number": refusal.blocked_session}
        )
    return [*said, *(blocker(code, days) for code, days in refusal.blockers.items() if days)]


def blocker(code: str, days: int) -> str:
    """Return how many days one thing rules out."""
    words = {
        "closed": gettext("the clinic is closed"),
        "blackout": gettext("the patient is away or an event is near"),
        "weekday": gettext("the weekday was not wished for"),
        "practitioner away": gettext("nobody who may treat is working"),
        "time of day": gettext("the time of day was not wished for, or the patient is busy"),
        "practitioner full": gettext("everybody who may treat is booked"),
        "no room": gettext("no room is free"),
        "no device": gettext("no device is free"),
        "ok": gettext("a place is free, but not together with the other sessions"),
    }
    return ngettext("%(n)s day: %(why)s.", "%(n)s days: %(why)s.", days) % {"n": days, "why": words[code]}


def way_out(relaxation: Relaxation) -> str:
    """Return what would help, in words."""
    last = short_day(relaxation.option.slots[-1].day)
    days = relaxation.days or 0
    words = {
        "weekdays": gettext("Allow any weekday: finishes %(day)s."),
        "daytime": gettext("Allow any time of day: finishes %(day)s."),
        "same_practitioner": gettext("Allow a change of practitioner: finishes %(day)s."),
        "practitioner": gettext("Allow any practitioner: finishes %(day)s."),
        "blackout": gettext("Use days that were to be kept clear: finishes %(day)s."),
        "max_gap": ngettext(
            "Let sessions lie %(n)s day further apart, which needs a reason: finishes %(day)s.",
            "Let sessions lie %(n)s days further apart, which needs a reason: finishes %(day)s.",
            days,
        ),
        "finish": ngettext(
            "Finish %(n)s day later, on %(day)s.", "Finish %(n)s days later, on %(day)s.", days
        ),
        "first": ngettext(
            "Start up to %(n)s day later: finishes %(day)s.",
            "Start up to %(n)s days later: finishes %(day)s.",
            days,
        ),
    }
    return words[relaxation.relax] % {"n": days, "day": last}


def verdict(found: Verdict) -> str:
    """Return in one sentence why a day is or is not possible."""
    said = _gap_verdict(found) or _day_verdict(found)
    return said % {
        "day": short_day(found.day),
        "bound": short_day(found.bound) if found.bound else "",
        "number": found.number,
        "before": found.before,
        "days": found.days or 0,
    }


def _gap_verdict(found: Verdict) -> str:
    """What the series itself says of a day; empty where it says nothing."""
    days = found.days or 0
    words = {
        "too early": ngettext(
            "%(day)s would be %(days)s day after session %(before)s, which is too early. The first day that will do"
            " is %(bound)s.",
            "%(day)s would be %(days)s days after session %(before)s, which is too early. The first day that will do"
            " is %(bound)s.",
            days,
        ),
        "late": ngettext(
            "%(day)s would be %(days)s day after session %(before)s. The last day inside the window is %(bound)s.",
            "%(day)s would be %(days)s days after session %(before)s. The last day inside the window is %(bound)s.",
            days,
        ),
        "lapsed": ngettext(
            "%(day)s would be %(days)s day after session %(before)s: a new consultation would have to come first. The"
            " window ends on %(bound)s.",
            "%(day)s would be %(days)s days after session %(before)s: a new consultation would have to come first. The"
            " window ends on %(bound)s.",
            days,
        ),
        "held": gettext(
            "%(day)s is before the day from which the practitioner lets the series go on: %(bound)s."
        ),
        "event": gettext("%(day)s is to be kept clear before the patient’s event on %(bound)s."),
        "first": gettext("%(day)s is before the first day that was asked for: %(bound)s."),
        "later": gettext("%(day)s is later than these proposals look. Type it as the first day instead."),
        "finish": gettext("%(day)s is after the day by which the series is to be finished: %(bound)s."),
    }
    return words.get(found.code, "")


def _day_verdict(found: Verdict) -> str:
    """What the calendar says of a day."""
    words = {
        "past": gettext("%(day)s has passed."),
        "closed": gettext("On %(day)s the clinic is closed."),
        "blackout": gettext("On %(day)s the patient is away."),
        "weekday": gettext("%(day)s is not one of the weekdays that were wished for."),
        "practitioner away": gettext("On %(day)s nobody who may treat is working."),
        "time of day": gettext("On %(day)s no time is left that the patient wished for and is free at."),
        "practitioner full": gettext("On %(day)s everybody who may treat is booked."),
        "no room": gettext("On %(day)s no room is free when somebody who may treat is."),
        "no device": gettext("On %(day)s no device is free when a room and somebody who may treat are."),
    }
    if found.code != "ok":
        return words[found.code]
    if found.days is None:
        return gettext("%(day)s is possible.")
    return ngettext(
        "%(day)s is possible, %(days)s day after session %(before)s.",
        "%(day)s is possible, %(days)s days after session %(before)s.",
        found.days,
    )
