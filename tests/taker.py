"""A process of its own that takes offers of the waiting list when it is told to: `python -m tests.taker`.

One line a round, the id of an offer; answers one line a round with what became of it.
"""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")


def main() -> None:
    """Accept each offer that comes in."""
    import django

    django.setup()
    from clinic.models import Membership
    from plans.actions import waiting_offers
    from plans.models import WaitingOffer
    from tests.booker import tell
    from tests.factories.booking import MONDAY

    actor = Membership.objects.filter(is_front_desk=True).earliest("pk").actor
    tell("ready")
    for line in sys.stdin:
        offer = WaitingOffer.objects.select_related("entry__clinic").get(pk=line.strip())
        tell(waiting_offers.accept(actor, offer, at=MONDAY).state)


if __name__ == "__main__":
    main()
