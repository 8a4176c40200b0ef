"""A code opens its own browser once, for ten minutes, and cannot be guessed, not even by many at once."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.actions.outbox import send_due
from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Message, User
from patients.actions.sign_in import MOST_CODES, MOST_GUESSES, send_code, use_code
from patients.models import GuessCount, PatientAccess, SignInCode
from tests.factories.patients import AccessFactory
from tests.rush import rush

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
KNOWN = "ana@example.org"
HERE = "203.0.113.7"


@pytest.fixture
def key(db: None) -> PatientAccess:
    made: PatientAccess = AccessFactory.create(user__email=KNOWN, user__name="Ana")
    return made


def ask(email: str = KNOWN, at: datetime = AT, source: str = HERE) -> SignInCode:
    return send_code(email, language="en-gb", source=source, at=at)


def mailed() -> str:
    body = Message.objects.filter(kind="patients/code").latest("pk").body
    found = re.search(r"^(\d{4} \d{4})$", body, re.MULTILINE)
    assert found is not None
    return found[1]


def enter(code: SignInCode, typed: str, at: datetime = AT) -> User:
    return use_code(code.pk, typed, source=HERE, at=at)


def test_a_code_signs_its_person_in_once(key: PatientAccess) -> None:
    code = ask(" ANA@example.org ")
    digits = mailed()
    assert enter(code, digits) == key.user
    with pytest.raises(Refused) as refused:
        enter(code, digits)
    assert refused.value.code == "wrong_code"
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", "user_id")) == [
        ("ask_code", None),
        ("sign_in", key.user_id),
        ("sign_in_failed", None),
    ]


@pytest.mark.parametrize("written", ["{0}{1}", " {0}-{1} ", "{0} {1}", "code {0}{1}"])
def test_spaces_and_signs_do_not_matter(key: PatientAccess, written: str) -> None:
    code = ask()
    assert enter(code, written.format(*mailed().split())) == key.user


def test_digits_of_another_script_are_the_same_code(key: PatientAccess) -> None:
    code = ask()
    assert enter(code, mailed().translate({48 + n: 0x0660 + n for n in range(10)})) == key.user


def test_a_code_is_never_stored_as_it_is(key: PatientAccess) -> None:
    code = ask()
    assert mailed().replace(" ", "") not in code.digest
    assert len(code.digest) == 64


def test_a_code_lasts_ten_minutes(key: PatientAccess) -> None:
    code = ask()
    with pytest.raises(Refused):
        enter(code, mailed(), AT + timedelta(minutes=10))
    assert enter(code, mailed(), AT + timedelta(minutes=9, seconds=59)) == key.user


def test_a_code_works_only_for_the_request_it_was_made_for(key: PatientAccess) -> None:
    mine = ask()
    digits = mailed()
    others = ask()
    with pytest.raises(Refused):
        enter(others, digits)
    assert enter(mine, digits) == key.user


@pytest.mark.parametrize("typed", ["", "1", "0" * 10_000, "😀", "abc", "\x00"])
def test_nonsense_is_a_wrong_code(key: PatientAccess, typed: str) -> None:
    with pytest.raises(Refused) as refused:
        enter(ask(), typed)
    assert (refused.value.code, refused.value.field) == ("wrong_code", "code")


def test_an_unknown_request_is_a_wrong_code(db: None) -> None:
    with pytest.raises(Refused) as refused:
        use_code(uuid4(), "12345678", source=HERE, at=AT)
    assert refused.value.code == "wrong_code"


@pytest.mark.parametrize("case", ["nobody", "revoked", "inactive", "staff"])
def test_an_address_without_a_page_gets_no_mail_and_the_same_answer(key: PatientAccess, case: str) -> None:
    PatientAccess.objects.update(revoked_at=AT if case == "revoked" else None)
    User.objects.filter(pk=key.user_id).update(is_active=case != "inactive")
    email = {"nobody": "nobody@example.org", "staff": key.granted_by.email}.get(case, KNOWN)
    code = ask(email)
    assert (code.email, code.digest) == (email, "")
    assert not Message.objects.exists()
    with pytest.raises(Refused) as refused:
        enter(code, "12345678")
    assert refused.value.code == "wrong_code"


def test_known_and_unknown_addresses_cost_the_same_work(key: PatientAccess) -> None:
    def work(email: str) -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as ran:
            ask(email)
        shapes = [re.sub(r"'[^']*'|\d+|\bNULL\b|NOT NULL", "?", one["sql"].split("VALUES")[0]) for one in ran]
        return [shape for shape in shapes if not re.match(r"(RELEASE|ROLLBACK TO|SAVEPOINT)", shape)]

    work("first@example.org")
    assert work(KNOWN) == work("nobody@example.org")


def test_ten_guesses_are_evaluated_in_a_window_and_then_none(key: PatientAccess) -> None:
    code = ask()
    for _ in range(MOST_GUESSES):
        with pytest.raises(Refused) as refused:
            enter(code, "x")
        assert refused.value.code == "wrong_code"
    with pytest.raises(Refused) as refused:
        enter(code, mailed())
    assert refused.value.code == "too_many_guesses"
    later = AT + timedelta(minutes=15)
    code = ask(at=later)
    assert enter(code, mailed(), later) == key.user


def test_five_codes_are_sent_in_a_window_known_or_not(key: PatientAccess) -> None:
    for email in (KNOWN, "nobody@example.org"):
        for _ in range(MOST_CODES):
            ask(email)
        with pytest.raises(Refused) as refused:
            ask(email)
        assert refused.value.code == "too_many_codes"
    assert Message.objects.count() == 5
    assert ask(at=AT + timedelta(minutes=15)).email == KNOWN


def test_a_network_cannot_ask_for_many_addresses(db: None) -> None:
    def outcome(number: int, source: str) -> str:
        try:
            ask(f"p{number}@example.org", source=source)
        except Refused as refused:
            return refused.code
        return "sent"

    told = [outcome(number, f"2001:db8::{number:x}") for number in range(61)]
    assert told == ["sent"] * 60 + ["too_many_codes"]
    assert outcome(99, "2001:db8:0:1::1") == "sent"


@pytest.mark.parametrize(
    "email", ["", "ana", "a@b\n.org", "x" * 300 + "@example.org", "ana@example.org,b@c.org"]
)
def test_what_is_no_address_is_refused_and_counts_nothing(db: None, email: str) -> None:
    with pytest.raises(Refused) as refused:
        ask(email)
    assert (refused.value.code, refused.value.field) == ("email", "email")
    assert not GuessCount.objects.exists()


def test_the_mail_names_nothing_but_the_code_and_is_wiped_when_sent(
    key: PatientAccess, mailoutbox: list[object]
) -> None:
    ask()
    digits = mailed()
    assert send_due(at=AT) == 1
    assert digits in mailoutbox[0].body  # type: ignore[attr-defined]
    assert key.patient.name not in mailoutbox[0].body  # type: ignore[attr-defined]
    assert Message.objects.get().body == ""


def test_codes_of_yesterday_are_forgotten(key: PatientAccess) -> None:
    old = ask(at=AT - timedelta(days=2))
    ask()
    assert not SignInCode.objects.filter(pk=old.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_sixty_four_parallel_guesses_count_as_sixty_four() -> None:
    AccessFactory.create(user__email=KNOWN)
    pk = ask().pk
    results = rush(64, lambda number: use_code(pk, f"{number:08d}", source=HERE, at=AT))
    codes = [one.code for one in results if isinstance(one, Refused)]
    assert sorted(codes) == ["too_many_guesses"] * 54 + ["wrong_code"] * 10
    assert GuessCount.objects.get(email=KNOWN).guesses == 10


@pytest.mark.django_db(transaction=True)
def test_sixty_four_parallel_uses_of_a_right_code_have_one_success() -> None:
    AccessFactory.create(user__email=KNOWN)
    code, digits = ask(), mailed()
    results = rush(64, lambda _: use_code(code.pk, digits, source=HERE, at=AT))
    assert len([one for one in results if isinstance(one, User)]) == 1
    assert len([one for one in results if isinstance(one, Refused)]) == 63


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_send_five_codes() -> None:
    AccessFactory.create(user__email=KNOWN)
    results = rush(16, lambda _: ask())
    assert len([one for one in results if isinstance(one, SignInCode)]) == 5
    assert [one.code for one in results if isinstance(one, Refused)] == ["too_many_codes"] * 11
