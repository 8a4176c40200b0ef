"""The figures of a report in words: what each says, how it is counted, as bars and as a table."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plans.exports.report_figure import Cell, Figure, bars, headline, percent, share_bars
from plans.queries.report import Report
from plans.rules import report as rules
from plans.rules.report import Ended, Gap, Kept, Share, Side

Row = TypeVar("Row", Ended, Gap, Kept)
Told = TypeVar("Told")


def figures(report: Report) -> list[Figure]:
    """Return every figure of a report, in the order of the page."""
    makers: Iterable[Callable[[Report], Figure]] = (
        _completed,
        _inside,
        _gaps,
        _drop_off,
        _no_shows,
        _people,
        _rooms,
    )
    return [make(report) for make in makers]


def _minutes(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _hours(minutes: int) -> str:
    return str(number_format(round(minutes / 60), force_grouping=True))


def _completed(report: Report) -> Figure:
    whole = rules.completed(report.ended)
    people = _each(report, report.ended, rules.completed)
    values = ((_("Completed"), whole.part), (_("Stopped early"), whole.whole - whole.part))
    return Figure(
        "completed",
        _("Series completed"),
        headline(whole),
        _(
            "Series completed ÷ series that ended, completed or stopped. A series is completed on the day of its last "
            "agreed session, and stopped on the day somebody ended it. Each counts for the practitioner of its plan."
        ),
        bars((label, str(n), n) for label, n in values) if whole.whole else [],
        (_("Practitioner"), _("Completed"), _("Stopped early"), _("Share completed")),
        [(name, share.part, share.whole - share.part, percent(share)) for name, share in people],
    )


def _inside(report: Report) -> Figure:
    sides = Counter(gap.side for gap in report.gaps)
    labels = {
        Side.BEFORE: _("Before the window"),
        Side.INSIDE: _("Inside the window"),
        Side.AFTER: _("After the window"),
    }
    people = _each(report, report.gaps, lambda gaps: Counter(gap.side for gap in gaps))
    return Figure(
        "window",
        _("Sessions inside their window"),
        headline(rules.inside(report.gaps)),
        _(
            "Sessions done inside their window ÷ sessions done after the first of their series. The window is the "
            "earliest to the latest day after the session before, as the series had it; both days count as inside. "
            "Each counts for the practitioner who gave it."
        ),
        bars((label, str(sides[side]), sides[side]) for side, label in labels.items()) if report.gaps else [],
        (_("Practitioner"), *labels.values(), _("Share inside")),
        [
            (name, *(found[side] for side in labels), percent(Share(found[Side.INSIDE], found.total())))
            for name, found in people
        ],
    )


def _gaps(report: Report) -> Figure:
    medians = _each(report, report.gaps, rules.median_days)
    return Figure(
        "gap",
        _("Days between sessions"),
        _("median %(n)s") % {"n": _days(rules.median_days(report.gaps))}
        if report.gaps
        else headline(Share(0, 0)),
        _(
            "The median of the days from each session to the one done before it, for sessions done after the first of "
            "their series: half of the gaps are as long or shorter."
        ),
        bars((name, _days(days), days or 0) for name, days in medians),
        (_("Practitioner"), _("Gaps"), _("Median, days"), _("Shortest"), _("Longest")),
        [(name, *cells) for name, cells in _each(report, report.gaps, _gap_cells)],
    )


def _gap_cells(gaps: Sequence[Gap]) -> tuple[Cell, ...]:
    days = [gap.days for gap in gaps]
    return len(days), f"{rules.median_days(gaps) or 0:g}", min(days), max(days)


def _days(days: float | None) -> str:
    n = 0 if days is None else days
    return ngettext("%(n)s day", "%(n)s days", 1 if n == 1 else 2) % {"n": f"{n:g}"}


def _drop_off(report: Report) -> Figure:
    left = rules.drop_off(report.ended)
    after: Counter[int] = Counter()
    for row in left:
        after[row.done] += row.series
    total = after.total()
    return Figure(
        "drop-off",
        _("Series stopped early"),
        ngettext("%(n)s series stopped", "%(n)s series stopped", total) % {"n": total},
        _(
            "Series that were stopped, by the sessions done until then and by the reason that was chosen. Missed and "
            "cancelled sessions are not done."
        ),
        bars((_after(done), str(after[done]), after[done]) for done in sorted(after)),
        (_("After"), _("Reason"), _("Series")),
        [(_after(row.done), reason_words(row.reason), row.series) for row in left],
    )


def _after(done: int) -> str:
    if not done:
        return _("before the first session")
    return ngettext("after %(n)s session", "after %(n)s sessions", done) % {"n": done}


def reason_words(reason: str) -> str:
    """Return why a series ended, by its code in the protocol; a code that we do not know stands as it is."""
    known = {
        "goal_met_early": _("The goal is met"),
        "stopped_reaction": _("A reaction"),
        "stopped_no_benefit": _("No benefit"),
        "patient_choice": _("The patient's wish"),
        "lapsed": _("Too long since the last session"),
    }
    return known.get(reason, reason.replace("_", " "))


def _no_shows(report: Report) -> Figure:
    people = _each(report, report.kept, rules.no_shows)
    return Figure(
        "no-shows",
        _("No-shows"),
        headline(rules.no_shows(report.kept)),
        _(
            "Visits marked as no-show ÷ visits done or marked as no-show, of every kind but blocked time. Cancelled "
            "visits count nowhere."
        ),
        share_bars(people),
        (_("Practitioner"), _("Done"), _("No-shows"), _("Share")),
        [(name, share.whole - share.part, share.part, percent(share)) for name, share in people],
    )


def _people(report: Report) -> Figure:
    used = [(report.people[key], share) for key, share in report.people_use.items() if share != Share(0, 0)]
    return _use(
        "practitioners",
        _("Use of practitioners' time"),
        _(
            "Time held for patients, with set-up and clean-up ÷ time at work: opening hours and shift together, less "
            "leave, closures and blocked time. Missed and cancelled visits hold no time. More than 100 % means work "
            "outside these hours."
        ),
        _("Practitioner"),
        used,
    )


def _rooms(report: Report) -> Figure:
    used = [(report.rooms[key], share) for key, share in report.room_use.items()]
    return _use(
        "rooms",
        _("Use of rooms"),
        _(
            "Time held for patients, with set-up and clean-up ÷ opening hours, less closures and time in which the "
            "room was out of use. Missed and cancelled visits hold no time. More than 100 % means work outside these "
            "hours."
        ),
        _("Room"),
        used,
    )


def _use(slug: str, title: str, counted: str, who: str, used: Sequence[tuple[str, Share]]) -> Figure:
    whole = Share(sum(share.part for _name, share in used), sum(share.whole for _name, share in used))
    hours = _("%(part)s of %(whole)s hours") % {"part": _hours(whole.part), "whole": _hours(whole.whole)}
    return Figure(
        slug,
        title,
        f"{percent(whole)} · {hours}" if whole.whole else headline(whole),
        counted,
        share_bars(used),
        (who, _("Held for patients, h:min"), _("There, h:min"), _("Share")),
        [(name, _minutes(share.part), _minutes(share.whole), percent(share)) for name, share in used],
    )


def _each(report: Report, rows: Iterable[Row], figure: Callable[[list[Row]], Told]) -> list[tuple[str, Told]]:
    """Return a figure of the rows of each person who has any, by name, in the clinic's order."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.by, []).append(row)
    order = {member: place for place, member in enumerate(report.people)}
    theirs = sorted(found.items(), key=lambda pair: order.get(pair[0], len(order)))
    return [(report.people.get(by, ""), figure(own)) for by, own in theirs]
