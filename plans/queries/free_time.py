"""The free time of a clinic between two days, read once for many patients and every kind of visit."""

from collections.abc import Hashable, Iterable
from dataclasses import replace
from datetime import date

from django.db.models import Prefetch

from clinic.models import Clinic, Membership
from plans.models import Kind, Occupancy, VisitType
from plans.queries.slots import calendar, treatment_of
from plans.rules.scheduling.masks import Masks, VisitMasks
from plans.rules.scheduling.model import Calendar, Slot, Treatment


class FreeTime:
    """What is free, whatever is asked of it: six queries, however many ask."""

    def __init__(self, clinic: Clinic, first: date, last: date, patients: Iterable[int]) -> None:
        """`patients` are the resources of everybody who may be asked about."""
        self.first, self.last = first, last
        self.treatments = treatments(clinic)
        self.calendar = _with_patients(calendar(clinic, first, last), first, last, patients)
        self._masks = Masks(self.calendar)
        self._visits = {
            kind: VisitMasks(self._masks, treatment) for kind, treatment in self.treatments.items()
        }

    def practitioners(self, kind: str) -> list[Hashable]:
        """Return who may give a kind of visit, in the clinic's order."""
        return self._visits[kind].practitioners if kind in self._visits else []

    def starts(self, kind: str, day: date, practitioner: Hashable, patient: int) -> int:
        """Return the cells of a day in which such a visit may start, as a mask."""
        visits = self._visits.get(kind)
        if visits is None or not self.first <= day <= self.last or practitioner not in visits.practitioners:
            return 0
        common = visits.place_starts(day)
        if common:
            common &= visits.practitioner_starts(practitioner, day).open
        return common & visits.patient_starts(self._masks.booked(patient, day)) if common else 0

    def place(self, kind: str, day: date, practitioner: Hashable, minute: int) -> Slot:
        """Return a slot with a room and a device; `minute` is one of the starts."""
        return self._visits[kind].place(day, practitioner, minute)


def treatments(clinic: Clinic) -> dict[str, Treatment]:
    """Return every kind of visit that a clinic offers, as the engine knows it; two queries."""
    able = Membership.objects.filter(is_active=True).select_related("user")
    rows = VisitType.objects.filter(clinic=clinic).exclude(kind=Kind.BLOCKED)
    return {
        row.kind: treatment_of(
            row, clinic, frozenset(member.user.resource_id for member in row.practitioners.all())
        )
        for row in rows.prefetch_related(Prefetch("practitioners", able))
    }


def _with_patients(facts: Calendar, first: date, last: date, patients: Iterable[int]) -> Calendar:
    rows = Occupancy.objects.filter(resource_id__in=set(patients), day__range=(first, last))
    theirs = rows.values_list("resource_id", "day", "cell_from", "cell_to")
    return replace(facts, bookings=[*facts.bookings, *theirs])
