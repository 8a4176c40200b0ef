"""A process of its own that acts for an administrator when it is told to: `python -m tests.settler`.

Reads one line a round: `accept <absence> <seconds>` waits so long, and answers how many patients are done
and how many are asked again; `leave <key> <membership> <day>` enters a leave and answers its id.
"""

from __future__ import annotations

import datetime
import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clinic.rules.roles import Actor

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")


def main() -> None:
    """Do what each line says."""
    import django

    django.setup()
    from clinic.actions.refusal import Refused
    from tests.booker import tell

    tell("ready")
    for line in sys.stdin:
        verb, *words = line.split()
        try:
            tell(accept(*words) if verb == "accept" else leave(*words))
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
