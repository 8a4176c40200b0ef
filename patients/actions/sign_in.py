"""Signing in without a password: a code to an address, good once, for ten minutes, in the browser that asked.

An address that nobody has is treated step by step like one that somebody has; only the mail is missing.
"""

import ipaddress
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, PositiveSmallIntegerField, Q, Value, When
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from clinic.actions import audit, outbox
from clinic.actions.addresses import address_of
from clinic.actions.refusal import Refused
from clinic.models import User
from clinic.rules.roles import Actor, Role
from patients.actions.access import Addressee
from patients.models import GuessCount, SignInCode
from patients.rules.identity import digits_in

CODE_DIGITS = 8  # 26.6 bits; six digits would be 19.9
CODE_LIFE = timedelta(minutes=10)
WINDOW = timedelta(minutes=15)
MOST_GUESSES = 10
MOST_CODES = 5
MOST_CODES_A_NETWORK = 60  # a clinic's whole waiting room may stand behind one address
KEPT = timedelta(days=1)


def send_code(email: str, *, language: str, source: str, at: datetime) -> SignInCode:
    """Make a code for an address and queue it, where somebody there has a page; the caller cannot tell.

    Raises Refused for what is no address, and with code `too_many_codes` once five were asked for in a
    window of fifteen minutes, or very many from one network.
    """
    address = address_of(email)
    _count(_network(source), "codes", MOST_CODES_A_NETWORK, at)
    _count(address, "codes", MOST_CODES, at)
    digits = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    with transaction.atomic():
        user = _person(address)
        SignInCode.objects.filter(email=address, expires_at__lt=at - KEPT).delete()
        code = SignInCode(email=address, asked_at=at, expires_at=at + CODE_LIFE)
        digest = _digest(code.pk, digits)
        code.digest = digest if user else ""
        code.save(force_insert=True)
        audit.record(_asking(source), "ask_code", code, at=at)
        with transaction.atomic():
            spoken = (user.language if user else "") or language
            words: dict[str, object] = {"code": f"{digits[:4]} {digits[4:]}", "minutes": 10}
            outbox.queue("patients/code", code, Addressee(address, spoken), at=at, context=words, secret=True)
            # The work of a mail is done for everybody, so that the time taken tells nothing.
            transaction.set_rollback(user is None)
    return code


def use_code(code_id: UUID, typed: str, *, source: str, at: datetime) -> User:
    """Return whose code this is, and use it up.

    The guess is counted, and committed, before the code is compared; so parallel guesses all count. Raises
    Refused with code `too_many_guesses` after ten in a window, else `wrong_code`: mistyped, too late, used.
    """
    code = SignInCode.objects.filter(pk=code_id).first()
    if code is None:
        raise _wrong()
    _count(code.email, "guesses", MOST_GUESSES, at)
    is_right = constant_time_compare(code.digest, _digest(code.pk, digits_in(typed)))
    with transaction.atomic():
        unused = SignInCode.objects.filter(pk=code.pk, used_at=None, expires_at__gt=at)
        is_right = is_right and unused.update(used_at=at) == 1
        user = _person(code.email) if is_right else None
        if user is not None:
            actor = Actor(user.pk, user.name, frozenset({Role.PATIENT}), source=source)
            audit.record(actor, "sign_in", code, at=at)
            return user
        audit.record(_asking(source), "sign_in_failed", code, at=at)
    raise _wrong()


def _wrong() -> Refused:
    return Refused(
        _("This code does not work. Check the newest e-mail from us, or ask for a new code."),
        code="wrong_code",
        field="code",
    )


def _asking(source: str) -> Actor:
    return Actor(None, "", frozenset(), source=source)


def _person(address: str) -> User | None:
    """Return who may sign in with this address: somebody with a key to some page."""
    people = User.objects.filter(email=address, is_active=True, access__revoked_at=None, access__isnull=False)
    return people.distinct().first()


def _digest(code_id: UUID, digits: str) -> str:
    return salted_hmac("patients.sign_in", f"{code_id}:{digits}", algorithm="sha256").hexdigest()


def _network(source: str) -> str:
    """Return the name under which a network's codes are counted: one address, or an IPv6 household."""
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return "unknown@network.invalid"
    # A socket that listens on both writes IPv4 as IPv6: those are not one household.
    address = getattr(address, "ipv4_mapped", None) or address
    if address.version == 6:
        address = ipaddress.ip_network((address, 64), strict=False).network_address
    return f"{address.exploded.replace(':', '-')}@network.invalid"


def _count(name: str, what: str, most: int, at: datetime) -> None:
    """Count one more in the window of a name by one conditional UPDATE, committed at once.

    Raises Refused once the window is full.
    """
    over = Q(window_from__lte=at - WINDOW)
    number = PositiveSmallIntegerField()
    other = "guesses" if what == "codes" else "codes"
    with transaction.atomic(durable=True):
        GuessCount.objects.bulk_create([GuessCount(email=name, window_from=at)], ignore_conflicts=True)
        counted = GuessCount.objects.filter(over | Q(**{f"{what}__lt": most}), email=name).update(
            **{
                what: Case(When(over, then=Value(1)), default=F(what) + 1, output_field=number),
                other: Case(When(over, then=Value(0)), default=F(other), output_field=number),
                "window_from": Case(When(over, then=Value(at)), default=F("window_from")),
            }
        )
    if not counted:
        raise Refused(
            _("That was tried too often. Wait 15 minutes, then ask for a new code, or call the clinic."),
            code=f"too_many_{what}",
        )
