"""Few sessions: the dynamic programme one session at a time, which is quick when most of the calendar is full."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from clinic.rules.timegrid import DAY_MINUTES
from plans.rules.scheduling.choice import Choice, First, Node, time_price
from plans.rules.scheduling.model import Days, Step
from plans.rules.scheduling.supply import DAY, gaps


class Link(NamedTuple):
    """A session, what the best series from it on costs, and the next link of that series."""

    cost: int
    node: Node
    onward: "Link | None"


class Day(NamedTuple):
    """The links of one day, cheapest first: of each practitioner and of all."""

    by_person: dict[int, list[Link]]
    all: list[Link]


class Chain:
    """The best series from every first session, in order of cost."""

    def __init__(self, choice: Choice, windows: list[Days]) -> None:
        self._choice, self._weights = choice, choice.request.weights
        self._same = choice.request.same_practitioner
        self._times = [time_price(self._weights, minutes) for minutes in range(DAY_MINUTES)]
        later: dict[date, Day] = {}
        for index in reversed(range(len(windows))):
            step = gaps(choice.request)[index] if index + 1 < len(windows) else None
            later = self._session(windows[index], later, step)
        links = [link for day in later.values() for link in day.all]
        self._starts = {link.node: link for link in links}
        self._firsts = sorted(First(link.cost + choice.before_first(link.node), link.node) for link in links)

    def firsts(self) -> Iterator[First]:
        """Every possible first session with its best series, by cost, then date, start and practitioner."""
        return iter(self._firsts)

    def begins_with(self, person: int) -> bool:
        """True when a series can begin with that practitioner."""
        return any(node.person == person for node in self._starts)

    def series(self, first: First) -> list[Node]:
        """The sessions of the best series from a first one; of equals the first by date, start, practitioner."""
        nodes, link = [first.node], self._starts[first.node].onward
        while link:
            nodes.append(link.node)
            link = link.onward
        return nodes

    def _session(self, window: Days, later: dict[date, Day], step: Step | None) -> dict[date, Day]:
        """The days of one session from those of the one after it; without a step it is the last one."""
        least = min((day.all[0].cost for day in later.values()), default=0)
        found: dict[date, Day] = {}
        for offset in range((window[1] - window[0]).days + 1):
            day = window[0] + offset * DAY
            ahead = self._ahead(day, later, step) if step else []
            links = [
                link
                for node, price in (self._choice.nodes(day) if ahead or not step else ())
                if (link := self._link(node, price, ahead, least) if step else Link(price, node, None))
            ]
            if links:
                found[day] = _day(links)
        return found

    def _ahead(self, day: date, later: dict[date, Day], step: Step) -> list[tuple[int, Day]]:
        """The days on which the next session may be, with the price of the gap, the cheapest gap first."""
        weight = self._weights.gap_day
        days = [(weight * abs(gap - step.target), gap) for gap in range(step.minimum, step.maximum + 1)]
        return [(price, later[day + gap * DAY]) for price, gap in sorted(days) if day + gap * DAY in later]

    def _link(self, node: Node, price: int, ahead: list[tuple[int, Day]], least: int) -> Link | None:
        """The session with the best of all that may follow it; `least` is what those cost at least."""
        best: Link | None = None
        cost = 0
        for gap_price, day in ahead:
            if best and gap_price + least > cost:
                break
            for way_price, links in self._ways(node.person, day):
                for link in links:
                    total = gap_price + way_price + link.cost
                    if best and total > cost:
                        break
                    total += self._times[abs(link.node.start - node.start)]
                    if best is None or (total, link.node) < (cost, best.node):
                        best, cost = link, total
        return Link(price + cost, node, best) if best else None

    def _ways(self, person: int, day: Day) -> list[tuple[int, list[Link]]]:
        """The links of a day that may follow a practitioner's: with the same one, and with any at the price of it."""
        same = (0, day.by_person.get(person, []))
        return [same] if self._same else [same, (self._weights.change, day.all)]


def _day(links: list[Link]) -> Day:
    in_order = sorted(links, key=lambda link: (link.cost, link.node))
    by_person: dict[int, list[Link]] = {}
    for link in in_order:
        by_person.setdefault(link.node.person, []).append(link)
    return Day(by_person, in_order)
