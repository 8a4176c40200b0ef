"""An address is stored in one way, and only if a mail can reach it."""

import pytest

from clinic.actions.addresses import address_of
from clinic.actions.refusal import Refused


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Ana@Example.org ", "ana@example.org"),
        ("ana@münchen.example", "ana@münchen.example"),
        (f"ana@{'b' * 63}.org", f"ana@{'b' * 63}.org"),
    ],
)
def test_an_address_is_stored_in_small_letters(typed: str, stored: str) -> None:
    assert address_of(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ana",
        "ana@",
        "ana@example.org\nBcc: x@example.org",
        f"ana@{'ü' * 60}.org",  # 63 letters or fewer, and yet more than 63 once it is encoded
        f"ana@{'b.' * 130}org",
        "ana@exam\x00ple.org",
        "😀@example.org",
    ],
)
def test_what_no_mail_can_reach_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        address_of(typed)
    assert (refused.value.code, refused.value.field) == ("email", "email")
