"""What every import of a file has in common: a dry run that says what it would do, then just that, and its log."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from clinic.actions import audit
from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.models import Clinic
from clinic.rules.roles import Actor, Right
from patients.rules.importing import Verdict, told

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class DryRun(Generic[Made]):
    """What would become of every row, with what it would make, and the heads of the columns that are not read."""

    judged: tuple[tuple[Verdict, Made | None], ...]
    unread: tuple[str, ...]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What would become of every row, in the order of the file."""
        return tuple(verdict for verdict, _made in self.judged)

    @property
    def made(self) -> list[Made]:
        """What would be made, of the rows that are new."""
        return [made for _verdict, made in self.judged if made is not None]

    @property
    def told(self) -> str:
        """A mark of what is shown."""
        return told(self.verdicts)


def as_shown(actor: Actor, clinic: Clinic, run: Callable[[], DryRun[Made]], *, seen: str) -> DryRun[Made]:
    """Run dry once more under the clinic's lock, and refuse anything but what was shown, by its mark `seen`."""
    must(actor, Right.MANAGE_CLINIC, clinic.pk)
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)  # the same file twice at once
    found = run()
    if seen != found.told:
        raise Refused(
            _("Something has changed since this was shown. Nothing has been saved: look at it again."),
            code="changed",
        )
    return found


def log_import(actor: Actor, clinic: Clinic, kind: str, made: dict[UUID, UUID], *, at: datetime) -> None:
    """Write one line for each row that was made (its id to its patient's), and one for the whole."""
    audit.record_each(actor, "import", kind, made, at=at, clinic_id=clinic.pk)
    whole = ("file", str(uuid4()))
    audit.record(actor, "import", whole, at=at, clinic_id=clinic.pk, reason=f"{len(made)} {kind} rows")
