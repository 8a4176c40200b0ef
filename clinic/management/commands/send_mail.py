"""`manage.py send_mail`: send what is due, over and over; as many of them at once as one likes."""

import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, connections
from django.utils import timezone

from clinic.actions.outbox import send_due

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """The mail worker."""

    help = "Send the mails that are due, for as long as it runs; with --once, stop when none is left."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how often to look."""
        parser.add_argument("--once", action="store_true", help="send what is due now, then stop (for cron)")
        parser.add_argument("--every", type=float, default=5.0, metavar="SECONDS", help="how often to look")

    def handle(self, *args: Any, once: bool, every: float, **options: Any) -> None:
        """Send until there is nothing left (with --once), or until Ctrl-C."""
        if once:
            self.stdout.write(f"{send_all()} sent")
            return
        try:
            while True:
                self.send_or_log()
                time.sleep(max(every, 0.1))
        except KeyboardInterrupt:
            self.stdout.write("Stopped. What is not sent yet waits.")

    def send_or_log(self) -> None:
        """Let no outage of the database end the worker: it tries again."""
        try:
            send_all()
        except Error:
            log.exception("The mail worker will try again")
        finally:
            connections.close_all()


def send_all() -> int:
    """Send batch after batch until nothing is due; returns how many went out."""
    sent = 0
    while batch := send_due(at=timezone.now()):
        sent += batch
    return sent
