"""A time that is typed on the pages that book and move visits: outside the hours too, with what that means."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from clinic.permissions import Request
from clinic.rules.timegrid import local_day
from patients.models import Patient
from plans.exports.outside import FIELDS, consequences, refusal
from plans.forms.visits import BY_HAND, ByHandForm, sign_slot
from plans.queries.outside import Outside, Typed, outside
from plans.queries.slots import members_of, treating
from plans.rules.scheduling.model import Slot


class ByHand:
    """The box for a time by hand, for one kind of visit of one patient; `without` are the visits that move."""

    def __init__(
        self, request: Request, kind: str, patient: Patient | None, without: Sequence[UUID] = ()
    ) -> None:
        self.request, self.kind, self.patient, self.without = request, kind, patient, without
        self.people = {str(one.user.resource_id): one for one in treating(members_of(request.clinic))}
        self.form = ByHandForm(
            request.POST if self.is_asked else None,
            today=local_day(request.at, request.clinic.zone),
            people=[(key, one.user.name) for key, one in self.people.items()],
        )

    @property
    def is_asked(self) -> bool:
        """Whether a time was typed."""
        return "ask" in self.request.POST

    def found(self) -> Outside | None:
        """Return the time that was typed, if it can be had; what forbids it becomes an error at its box."""
        if not self.form.is_valid():
            return None
        data = self.form.cleaned_data
        start = data["time"].hour * 60 + data["time"].minute
        found = self._look(Typed(data["day"], start, self.people[data["with_whom"]]))
        if found.slot is None:
            self.form.add_error(FIELDS[found.code], refusal(found))
            return None
        return found

    def again(self, slot: Slot) -> Outside | None:
        """Return a time that was found before, as it is now; None where it cannot be had any more."""
        practitioner = self.people.get(str(slot.practitioner))
        if practitioner is None:
            return None
        found = self._look(Typed(slot.day, slot.start, practitioner))
        return found if found.slot else None

    def _look(self, typed: Typed) -> Outside:
        return outside(
            self.request.clinic,
            self.kind,
            typed,
            at=self.request.at,
            patient=self.patient,
            without=self.without,
        )


def panel(found: Outside) -> dict[str, Any]:
    """Return what the page says of a typed time before it is booked, and the value that books it."""
    return {
        "outside": found,
        "consequences": consequences(found),
        "typed_slot": sign_slot(found.slot, BY_HAND) if found.slot else "",
    }
