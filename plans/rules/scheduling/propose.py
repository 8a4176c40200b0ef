"""The front door: the best series, or the exact reason why there is none."""

from plans.rules.scheduling.explain import explain
from plans.rules.scheduling.masks import Masks
from plans.rules.scheduling.model import Calendar, Proposal, Refusal, Request
from plans.rules.scheduling.search import find
from plans.rules.scheduling.supply import Supply


def propose(calendar: Calendar, request: Request, options: int = 5) -> Proposal | Refusal:
    """The best series and up to `options` in all that differ in their first appointment, or why there is none."""
    return answer(Supply(Masks(calendar), request), request, options)


def answer(supply: Supply, request: Request, options: int) -> Proposal | Refusal:
    """As `propose`, on free time that is known."""
    found = find(supply, request, options)
    return Proposal(tuple(found)) if found else explain(supply, request)
