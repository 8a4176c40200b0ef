"""A process of its own that acts for an administrator when it is told to: `python -m tests.settler`.

Reads one line a round: `accept <absence> <seconds>` waits so long, and answers how many patients are done
and how many are asked again; `decide <absence>` keeps the decisions and answers how many, and `exchange` lets those
patients take each other's times and answers how many did; `leave <key> <membership> <day>` enters a leave and
answers its id.
"""

from __future__ import annotations

import datetime
import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from clinic.rules.roles import Actor
    from plans.models import Decision

DECIDED: list[Decision] = []

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")


def main() -> None:
    """Do what each line says."""
    import django

    django.setup()
    from clinic.actions.refusal import Refused
    from tests.booker import tell

    verbs: dict[str, Callable[..., str]] = {
        "accept": accept,
        "decide": decide,
        "exchange": exchange,
        "leave": leave,
    }
    tell("ready")
    for line in sys.stdin:
        verb, *words = line.split()
        try:
            tell(verbs[verb](*words))
        except Refused as refused:
            tell(refused.code)


def accept(pk: str, seconds: str) -> str:
    """Accept all that has a place."""
    from plans.actions import disruptions
    from plans.models import Absence
    from plans.queries.disruptions import with_names
    from tests.factories.booking import MONDAY

    absence = with_names(Absence.objects.all()).get(pk=pk)
    choices = {row.pk: "move" for row in absence.decisions.filter(settled_at=None)}
    time.sleep(float(seconds))
    settled = disruptions.accept(_admin(), absence, choices, at=MONDAY)
    return f"done={settled.done} again={settled.again}"


def decide(pk: str) -> str:
    """Accept all that has a place, and carry nothing out yet."""
    from plans.actions import disruptions
    from plans.models import Absence
    from plans.queries.disruptions import with_names
    from tests.factories.booking import MONDAY

    absence = with_names(Absence.objects.all()).get(pk=pk)
    choices = {row.pk: "move" for row in absence.decisions.filter(settled_at=None)}
    DECIDED[:] = disruptions.decide(_admin(), absence, choices, at=MONDAY)
    return str(len(DECIDED))


def exchange() -> str:
    """Carry out what was decided, all at once."""
    from plans.actions import settling
    from tests.factories.booking import MONDAY

    done, failed = settling.exchange(_admin(), [[row] for row in DECIDED], at=MONDAY)
    return f"done={done} failed={len(failed)}"


def leave(key: str, member: str, day: str) -> str:
    """Enter a leave of one day."""
    from uuid import UUID

    from clinic.models import Membership
    from plans.actions import disruptions
    from plans.actions.drafting import Wanted
    from tests.factories.booking import MONDAY

    person, when = Membership.objects.get(pk=member), datetime.date.fromisoformat(day)
    wanted = Wanted("leave", when, when, membership=person)
    return str(disruptions.draft(_admin(), person.clinic, wanted, at=MONDAY, key=UUID(key)).pk)


def _admin() -> Actor:
    from clinic.models import Membership

    return Membership.objects.filter(is_admin=True).earliest("pk").actor


if __name__ == "__main__":
    main()
