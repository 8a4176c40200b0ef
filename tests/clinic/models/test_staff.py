import pytest

from clinic.models import Membership, User


@pytest.mark.parametrize(
    ("title", "licence", "signature"),
    [
        ("Nurse", "LIC-1", "Ana Souza, Nurse, LIC-1"),
        ("", "LIC-1", "Ana Souza, LIC-1"),
        ("Nurse", "", "Ana Souza, Nurse"),
        ("", "", "Ana Souza"),
    ],
)
def test_a_signature_names_what_is_known_of_who_signs(title: str, licence: str, signature: str) -> None:
    assert Membership(user=User(name="Ana Souza"), title=title, licence=licence).signature == signature


def test_a_signature_is_no_longer_than_a_row_keeps() -> None:
    long = Membership(user=User(name="n" * 120), title="t" * 60, licence="l" * 40)
    assert long.signature == "n" * 120 + ", " + "t" * 38
