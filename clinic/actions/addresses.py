"""E-mail addresses as they are stored."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.utils.translation import gettext_lazy as _

from clinic.actions.refusal import Refused

LONGEST_ADDRESS = 254


def address_of(email: str) -> str:
    """Return an e-mail address as it is stored. Raises Refused for what is none, or what no mail can reach."""
    address = email.strip().lower()
    try:
        validate_email(address)
        MaxLengthValidator(LONGEST_ADDRESS)(address)
        # A label that looks right may still be too long once it is written the way mail servers ask for it.
        address.rpartition("@")[2].encode("idna")
    except (ValidationError, UnicodeError):
        raise Refused(
            _("Enter an e-mail address such as name@example.org."), code="email", field="email"
        ) from None
    return address
