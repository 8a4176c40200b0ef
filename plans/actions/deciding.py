"""What only a practitioner decides of a series, with the reason in words."""

from django.utils.translation import gettext as _

from clinic.actions.refusal import Refused
from clinic.rules.roles import Actor, Right
from plans.actions import booking, checking
from plans.models import Series


def for_clinician(actor: Actor, series: Series) -> Series:
    """Lock a series for a decision that only a practitioner of its clinic makes; returns it fresh."""
    refuse_others(actor, series)
    return booking.lock(series)


def refuse_others(actor: Actor, series: Series) -> None:
    """Refuse whoever does not treat in the clinic of a series."""
    if not actor.may(Right.WRITE_CLINICAL) or actor.clinic_id != series.clinic_id:
        raise Refused(_("A practitioner decides this."), code="not_allowed")


def need_reason(reason: str) -> None:
    """Refuse a decision that nobody will be able to understand later."""
    if len(reason.strip()) < checking.REASON_LENGTH:
        raise Refused(
            _("Write the reason in at least 15 characters. It stands in the patient's record."),
            code="reason_short",
            field="reason",
        )
