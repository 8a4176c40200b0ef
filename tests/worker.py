"""What a process of its own does when it is told to; `tests.processes` starts it and talks to it.

One line a round, a verb and its words; answers one line a round with what became of it, or why it was refused.
Races need processes, because threads share too much.
"""

import datetime
import sys
import time
from collections.abc import Callable
from uuid import UUID

from clinic.actions.refusal import Refused
from clinic.models import Membership
from clinic.rules.roles import Actor
from plans.actions import booking, disruptions, settling, waiting_offers
from plans.actions.drafting import Wanted
from plans.models import Absence, Decision, Series, WaitingOffer
from plans.queries.disruptions import with_names
from tests.factories.booking import MONDAY
from tests.factories.disruptions import everybody

DECIDED: list[Decision] = []


def main() -> None:
    """Do what each line says."""
    verbs: dict[str, Callable[..., str]] = {
        "book": book, "take": take, "accept": accept, "decide": decide, "exchange": exchange, "leave": leave,
    }  # fmt: skip
    tell("ready")
    for line in sys.stdin:
        verb, *words = line.split()
        try:
            tell(verbs[verb](*words))
        except Refused as refused:
            tell(refused.code)


def tell(word: str) -> None:
    """Answer at once."""
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def book(series: str, token: str) -> str:
    """Confirm an offer."""
    booking.confirm(_desk(), Series.objects.get(pk=series), token, at=MONDAY)
    return "booked"


def take(pk: str) -> str:
    """Accept an offer of the waiting list; the answer is the state of the offer."""
    offer = WaitingOffer.objects.select_related("entry__clinic").get(pk=pk)
    return waiting_offers.accept(_desk(), offer, at=MONDAY).state


def accept(pk: str, seconds: str) -> str:
    """Wait so long, then accept all of an absence that has a place."""
    absence = _absence(pk)
    choices = everybody(absence)
    time.sleep(float(seconds))
    settled = disruptions.accept(_admin(), absence, choices, at=MONDAY)
    return f"done={settled.done} again={settled.again}"


def decide(pk: str) -> str:
    """Accept all of an absence that has a place, and carry nothing out yet; the answer is how many."""
    absence = _absence(pk)
    choices = everybody(absence)
    DECIDED[:] = disruptions.decide(_admin(), absence, choices, at=MONDAY)
    return str(len(DECIDED))


def exchange() -> str:
    """Let those who were decided on take each other's times, all at once."""
    done, failed = settling.exchange(_admin(), [[row] for row in DECIDED], at=MONDAY)
    return f"done={done} failed={len(failed)}"


def leave(key: str, member: str, day: str) -> str:
    """Enter a leave of one day; the answer is its id."""
    person, when = Membership.objects.get(pk=member), datetime.date.fromisoformat(day)
    wanted = Wanted("leave", when, when, membership=person)
    return str(disruptions.draft(_admin(), person.clinic, wanted, at=MONDAY, key=UUID(key)).pk)


def _absence(pk: str) -> Absence:
    return with_names(Absence.objects.all()).get(pk=pk)


def _desk() -> Actor:
    return Membership.objects.filter(is_front_desk=True).earliest("pk").actor


def _admin() -> Actor:
    return Membership.objects.filter(is_admin=True).earliest("pk").actor
