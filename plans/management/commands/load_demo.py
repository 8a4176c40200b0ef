"""Plant the demo's story into an empty database."""

import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.actions.refusal import Refused
from plans.demo.planting import FIRST_ZONE, plant


class Command(BaseCommand):
    help = "Play the demo's story through the real actions, up to 10:40 of a day in its first clinic."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the seed and the planted day."""
        parser.add_argument("--seed", type=int, default=1, help="another number plants another story")
        parser.add_argument(
            "--day", type=date.fromisoformat, help="the planted day, as 2026-03-02; today if left out"
        )

    def handle(self, *args: Any, seed: int, day: date | None, **options: Any) -> None:
        """Plant, and say in a few lines what there is."""
        began = time.monotonic()
        try:
            planted = plant(day or timezone.now().astimezone(FIRST_ZONE).date(), seed)
        except Refused as refused:
            raise CommandError(str(refused.message)) from refused
        series = ", ".join(f"{count} {state}" for state, count in sorted(planted.series.items()))
        self.stdout.write(
            f"{planted.patients} patients, {planted.visits_today} visits today, series: {series}."
        )
        for user in planted.demo_patients:
            self.stdout.write(f"{user.name} signs in with a code to {user.email}.")
        self.stdout.write(f"Planted in {time.monotonic() - began:.1f} s.")
