"""The process that is killed inside its transaction: `python -m bench.killed <statement> <series> <offer>`.

Confirms the offer; at the given statement of it, it says so and stands still until it is killed. Without one
(0) it goes through, and says what came of it.
"""

import os
import sys
import time
from collections.abc import Callable
from itertools import count
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
LONGEST = 60


def main() -> None:
    """Confirm one offer, or stand still in the middle of it."""
    import django

    django.setup()
    from django.db import connection

    from clinic.models import Membership
    from plans.actions import booking
    from plans.models import Series
    from tests.factories.booking import MONDAY

    still, pk, token = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    series = Series.objects.select_related("clinic").get(pk=pk)
    actor = Membership.objects.filter(clinic=series.clinic, is_front_desk=True).earliest("pk").actor
    numbers = count(1)

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if next(numbers) == still:
            say("inside" if connection.in_atomic_block else "outside")
            time.sleep(LONGEST)
            sys.exit("nobody killed this process")
        return answer

    with connection.execute_wrapper(watch):
        booking.confirm(actor, series, token, at=MONDAY)
    say(f"booked {next(numbers) - 1}")


def say(line: str) -> None:
    """Tell at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
