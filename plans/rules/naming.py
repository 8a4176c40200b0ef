"""What sets one proposal apart from the others, as data; the words stand in plans/exports/wording.py."""

from collections.abc import Sequence
from dataclasses import dataclass

from plans.rules.plan import practitioners, same_time
from plans.rules.scheduling.model import Option


@dataclass(frozen=True, slots=True)
class Name:
    """The title of one option and what stands beside it.

    `title` is `same_time` (weekday and start then say which), `soonest` or `starts`. `sooner` counts the days by which
    it ends before the best one, `later` the days after it. `off_target` counts the gaps that are not the target.
    """

    title: str
    is_best: bool
    weekday: int | None
    start: int | None
    sooner: int
    later: int
    off_target: int
    changes: int


def names(options: Sequence[Option]) -> tuple[Name, ...]:
    """Name the options of a proposal, cheapest first: each gets the first title that none before it has."""
    if not options:
        return ()
    ends = [option.slots[-1].day for option in options]
    used: set[object] = set()
    named = []
    for index, option in enumerate(options):
        weekly = same_time(option.slots) if len(option.slots) > 1 else None
        title = "starts"
        if weekly and weekly not in used:
            title = "same_time"
            used.add(weekly)
        elif ends[index] == min(ends) and "soonest" not in used:
            title = "soonest"
            used.add("soonest")
        days = (ends[0] - ends[index]).days
        named.append(
            Name(
                title=title,
                is_best=index == 0,
                weekday=weekly[0] if weekly else None,
                start=weekly[1] if weekly else None,
                sooner=max(days, 0),
                later=max(-days, 0),
                off_target=sum(part.code == "gap" for part in option.parts),
                changes=len(practitioners(option.slots)) - 1,
            )
        )
    return tuple(named)
