"""The demo's start: whose database it touches, whom it lets in, and what it says of the day."""

from __future__ import annotations

import gc
import socket
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django.core.management import CommandError, call_command
from pytest_django import Settings

from clinic.management.commands import demo
from clinic.rules.roles import Role
from tests.factories.clinic import ClinicFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_it_starts_in_demo_mode_alone(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match=r"manage\.py demo"):
        call_command("demo", no_serve=True)


def test_a_clinic_without_demo_accounts_is_not_touched(settings: Settings) -> None:
    settings.DEMO = True
    MembershipFactory.create()
    with pytest.raises(CommandError, match="not the demo's"):
        call_command("demo", no_serve=True, fresh=True)


def test_an_empty_database_and_a_planted_one_may_be_used() -> None:
    demo.refuse_a_real_clinic()
    MembershipFactory.create(user__is_demo=True)
    demo.refuse_a_real_clinic()


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # waitress drops its socket without closing it
def test_a_port_that_somebody_has_is_told_with_another_to_try() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} cannot be used .* Try --port {port + 1}"):
            demo.bind(port)
        gc.collect()


def test_each_role_is_shown_by_the_person_who_is_least_else() -> None:
    def member(name: str, **flags: bool) -> None:
        MembershipFactory.create(clinic=clinic, user__name=name, user__is_demo=True, **flags)

    clinic = ClinicFactory.create()
    member("Everything", is_front_desk=True, is_practitioner=True, is_prescriber=True, is_clinical_lead=True)
    member("Desk", is_front_desk=True)
    member("Nurse", is_practitioner=True)
    member("Doctor", is_practitioner=True, is_prescriber=True)
    MembershipFactory.create(clinic=clinic, user__name="Real", is_admin=True)
    assert {role: user.name for role, user in demo.staff_by_role().items()} == {
        Role.FRONT_DESK: "Desk",
        Role.PRACTITIONER: "Nurse",
        Role.PRESCRIBER: "Doctor",
        Role.CLINICAL_LEAD: "Everything",
    }


def test_the_greeting_names_everybody_who_may_sign_in_once() -> None:
    clinic, other = ClinicFactory.create(), ClinicFactory.create(slug="harbour", name="Harbour")
    desk = MembershipFactory.create(clinic=clinic, user__name="Desk", user__is_demo=True, is_front_desk=True)
    there = MembershipFactory.create(clinic=other, user__name="Rosa", user__is_demo=True, is_front_desk=True)
    MembershipFactory.create(clinic=other, user=desk.user, is_front_desk=True)
    MembershipFactory.create(clinic=clinic, user__name="Real", is_admin=True)
    for name in ("Amara", "Isabel"):
        UserFactory.create(name=name, is_demo=True)
    told = StringIO()
    demo.Command(stdout=told).greet()
    for name in ("Desk", "Rosa", "Amara", "Isabel"):
        assert told.getvalue().count(f" {name} ") == 1
    assert f"{there.user.email} (Harbour)" in told.getvalue()
    assert "Real" not in told.getvalue()


@time_machine.travel(datetime(2026, 3, 2, 6, 0, tzinfo=UTC), tick=False)
@pytest.mark.parametrize(
    ("zone", "planted", "past"),
    [
        ("Europe/London", date(2026, 3, 2), None),
        ("Europe/London", date(2026, 3, 1), date(2026, 3, 1)),
        # Six in the morning in London is still yesterday's evening in Los Angeles.
        ("America/Los_Angeles", date(2026, 3, 1), None),
        ("Europe/London", None, None),
    ],
)
def test_a_day_is_past_when_it_is_past_where_the_clinic_is(
    zone: str, planted: date | None, past: date | None
) -> None:
    ClinicFactory.create(time_zone=zone, planted_day=planted)
    assert demo.planted_in_the_past() == past


def test_fresh_deletes_the_file_its_journal_and_the_mails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.EMAIL_FILE_PATH.mkdir()
    for name in ("db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm", "somebody-elses.txt", "mail/1.log"):
        (tmp_path / name).touch()
    named = {"NAME": tmp_path / "db.sqlite3"}
    monkeypatch.setattr(
        demo, "connection", SimpleNamespace(vendor="sqlite", settings_dict=named, close=lambda: None)
    )
    demo.throw_away()
    assert [left.name for left in tmp_path.iterdir()] == ["somebody-elses.txt"]


def test_fresh_drops_nothing_on_another_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "connection", SimpleNamespace(vendor="postgresql"))
    with pytest.raises(CommandError, match="drop the database yourself"):
        demo.throw_away()
