"""A process of its own that books when it is told to: `python -m tests.booker <offers>`.

Reads nothing but its standard input: one line a round, `series token`; answers one line a round with what
became of it. Races need processes, because threads share too much.
"""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")


def main() -> None:
    """Confirm each offer that comes in."""
    import django

    django.setup()
    from clinic.actions.refusal import Refused
    from clinic.models import Membership
    from plans.actions import booking
    from plans.models import Series
    from tests.factories.booking import MONDAY

    actor = Membership.objects.filter(is_front_desk=True).earliest("pk").actor
    tell("ready")
    for line in sys.stdin:
        pk, token = line.split()
        try:
            booking.confirm(actor, Series.objects.get(pk=pk), token, at=MONDAY)
            tell("booked")
        except Refused as refused:
            tell(refused.code)


def tell(word: str) -> None:
    """Answer at once."""
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
