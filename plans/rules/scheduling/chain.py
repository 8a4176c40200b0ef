"""Few sessions: the dynamic programme one session at a time, which is quick when most of the calendar is full."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from clinic.rules.timegrid import DAY_MINUTES
from plans.rules.scheduling.choice import Choice, First, Node, time_price
from plans.rules.scheduling.model import Days, Step
from plans.rules.scheduling.supply import gaps

BEYOND = 10**9
"""More than any series costs."""


class Link(NamedTuple):
    """A session, what the best series from it on costs, and the next link of that series."""

    cost: int
    node: Node
    onward: "Link | None"


class Links:
    """Links by day (an ordinal), the cheapest first."""

    def __init__(self) -> None:
        self.days: dict[int, list[Link]] = {}
        self.least = BEYOND

    def put(self, day: int, links: list[Link]) -> None:
        """Put in all links of one day, which are in order."""
        self.days[day] = links
        self.least = min(self.least, links[0].cost)


class Session:
    """All links of one session: of each practitioner, and of all together."""

    def __init__(self) -> None:
        self.of_person: defaultdict[int, Links] = defaultdict(Links)
        self.of_all = Links()

    def put(self, day: int, links: list[Link]) -> None:
        """Put in all links of one day."""
        links.sort(key=lambda link: link[:2])
        self.of_all.put(day, links)
        of_person: dict[int, list[Link]] = {}
        for link in links:
            of_person.setdefault(link.node.person, []).append(link)
        for person, own in of_person.items():
            self.of_person[person].put(day, own)


class Chain:
    """The best series from every first session, in order of cost."""

    def __init__(self, choice: Choice, windows: list[Days]) -> None:
        self._choice, self._weights = choice, choice.request.weights
        self._same = choice.request.same_practitioner
        self._times = [time_price(self._weights, minutes) for minutes in range(DAY_MINUTES)]
        session = self._last(windows[-1])
        for window, step in zip(windows[-2::-1], reversed(gaps(choice.request)), strict=True):
            session = self._before(session, window, step)
        links = [link for day in session.of_all.days.values() for link in day]
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

    def _last(self, window: Days) -> Session:
        found = Session()
        for day in range(window[0].toordinal(), window[1].toordinal() + 1):
            links = [Link(price, node, None) for node, price in self._choice.nodes(date.fromordinal(day))]
            if links:
                found.put(day, links)
        return found

    def _before(self, later: Session, window: Days, step: Step) -> Session:
        """The links of the session before one whose links are known."""
        weight = self._weights.gap_day
        prices = sorted(
            (weight * abs(gap - step.target), gap) for gap in range(step.minimum, step.maximum + 1)
        )
        found = Session()
        for day in range(window[0].toordinal(), window[1].toordinal() + 1):
            ahead = [(price, day + gap) for price, gap in prices if day + gap in later.of_all.days]
            nodes = self._choice.nodes(date.fromordinal(day)) if ahead else ()
            links = [link for node, price in nodes if (link := self._link(node, price, later, ahead))]
            if links:
                found.put(day, links)
        return found

    def _link(self, node: Node, price: int, later: Session, ahead: list[tuple[int, int]]) -> Link | None:
        """The session with the best that may follow it; `ahead` are the days for that, the cheapest first."""
        best, cost = None, BEYOND
        for toll, links in self._ways(node.person, later):
            for gap_price, day in ahead:
                if toll + gap_price + links.least > cost:
                    break
                for link in links.days.get(day, ()):
                    total = toll + gap_price + link.cost
                    if total > cost:
                        break
                    total += self._times[abs(link.node.start - node.start)]
                    if total < cost or (total == cost and best and link.node < best.node):
                        best, cost = link, total
        return Link(price + cost, node, best) if best else None

    def _ways(self, person: int, later: Session) -> Iterator[tuple[int, Links]]:
        """What may follow a practitioner's session: his or her own for nothing, any for the price of a change."""
        if person in later.of_person:
            yield 0, later.of_person[person]
        if not self._same:
            yield self._weights.change, later.of_all
