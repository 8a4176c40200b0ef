"""`python3 manage.py demo`: a clinic of invented people, planted once and served here, mail included."""

import logging
import shutil
import threading
import time
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application
from django.db import Error, connection, connections, transaction
from django.utils import timezone
from waitress.server import create_server

from clinic.actions.outbox import send_due
from clinic.demo import PASSWORD
from clinic.models import Clinic, Membership, User
from clinic.queries.site import demo_accounts
from clinic.rules.roles import Role

MAIL_SECONDS = 2
THREADS = 8

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Plants the demo where there is none, and serves it."""

    help = "Plant a demo clinic (once) and serve it on this machine."
    requires_system_checks = ()  # a second start should take two seconds; .ci/run runs the checks

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what a newcomer may want to change."""
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-serve", action="store_true", help="plant only")
        parser.add_argument("--fresh", action="store_true", help="throw the demo's data away and plant anew")
        parser.add_argument("--seed", type=int, default=1, help="another number plants another story")

    def handle(self, *args: Any, port: int, no_serve: bool, fresh: bool, seed: int, **options: Any) -> None:
        """Make the data ready, then serve until Ctrl-C."""
        if not settings.DEMO:
            raise CommandError("Start it as `python3 manage.py demo`: that turns the demo mode on.")
        refuse_a_real_clinic()
        server = None if no_serve else bind(port)
        if fresh:
            throw_away()
        settings.SITE_URL = f"http://localhost:{port}"  # mails link to the port that answers
        call_command("migrate", verbosity=0)
        if not Clinic.objects.exists():
            self.plant(seed)
        self.greet()
        if server is not None:
            threading.Thread(target=carry_mail, daemon=True, name="mail").start()
            server.run()
            self.say("\nStopped. The data stays for the next start.")

    def plant(self, seed: int) -> None:
        """Play the story through the real actions, all of it or none."""
        self.say("Planting the demo clinic, up to a minute ...")
        with transaction.atomic():
            call_command("load_demo", seed=seed)

    def greet(self) -> None:
        """Say where it is and who may sign in."""
        self.say(f"\n  {settings.SITE_URL}\n\nSign in with the password {PASSWORD} as")
        accounts, first = demo_accounts(), list(staff_by_role().items())
        for role, user in first:
            self.say(f"  {role.replace('_', ' ').capitalize():<15} {user.name:<24} {user.email}")
        named = {user.pk for _role, user in first}
        for member in accounts.staff:
            if member.user_id not in named:
                named.add(member.user_id)
                self.say(
                    f"  {member.title:<15} {member.user.name:<24} {member.user.email} ({member.clinic.name})"
                )
        for user in accounts.patients:
            self.say(f"  {'Patient':<15} {user.name:<24} {user.email} (no password: a code by e-mail)")
        self.say(f"The demo's e-mails are at {settings.SITE_URL}/demo/mail/")
        planted = planted_in_the_past()
        if planted:
            self.say(f"\nThis demo plays on {planted}, which is past; `demo --fresh` plants it for today.")

    def say(self, text: str) -> None:
        """Write a line at once: planting takes a while, and pipes hold lines back."""
        self.stdout.write(text)
        self.stdout.flush()


def refuse_a_real_clinic() -> None:
    """Raise CommandError where the database holds a clinic, but no demo account."""
    tables = connection.introspection.table_names()
    if Clinic._meta.db_table not in tables or not Clinic.objects.exists():
        return
    if not User.objects.filter(is_demo=True).exists():
        raise CommandError("This database holds a clinic that is not the demo's. Nothing was changed.")


def bind(port: int) -> Any:
    """Take the port before a minute of planting is put in. Raises CommandError where somebody has it."""
    try:
        return create_server(get_wsgi_application(), host="127.0.0.1", port=port, threads=THREADS)
    except (OSError, OverflowError) as error:
        raise CommandError(f"Port {port} cannot be used ({error}). Try --port {port + 1}.") from None


def throw_away() -> None:
    """Delete the demo's database file and its mails; another engine's database is not ours to drop."""
    if connection.vendor != "sqlite":
        raise CommandError("--fresh deletes an SQLite file; on another engine drop the database yourself.")
    connection.close()
    for ending in ("", "-wal", "-shm", "-journal"):
        Path(f"{connection.settings_dict['NAME']}{ending}").unlink(missing_ok=True)
    shutil.rmtree(settings.EMAIL_FILE_PATH, ignore_errors=True)


def staff_by_role() -> dict[Role, User]:
    """Return one person for each role, who has as few other roles as can be."""
    members = Membership.objects.active().filter(user__is_demo=True).select_related("user")
    ordered = sorted(members, key=lambda one: (len(one.roles), one.clinic_id, one.position, one.pk))
    found: dict[Role, User] = {}
    for role in Role:
        holders = [member.user for member in ordered if role in member.roles]
        if holders:
            found[role] = next((user for user in holders if user not in found.values()), holders[0])
    return found


def planted_in_the_past() -> date | None:
    """Return the day on which the demo plays, where its clinic's calendar has gone on."""
    now = timezone.now()
    for clinic in Clinic.objects.exclude(planted_day=None):
        if clinic.planted_day and clinic.planted_day < now.astimezone(clinic.zone).date():
            return clinic.planted_day
    return None


def carry_mail() -> None:
    """Send what is due, for as long as the process lives."""
    while True:
        try:
            send_due(at=timezone.now())
        except Error:
            log.exception("The mail worker will try again")
        connections.close_all()
        time.sleep(MAIL_SECONDS)
