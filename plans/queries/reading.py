"""An issued sheet as it is read at one instant: now, later, over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from plans.models import AftercareSheet
from plans.rules.healing import day_of
from plans.rules.sheet import Item, Sheet, WarningSign
from plans.rules.terms import Importance, Urgency


@dataclass(frozen=True, slots=True)
class Reading:
    """A sheet as it is read at one instant; nothing is left out, only sorted."""

    issued: AftercareSheet
    sheet: Sheet
    head: dict[str, Any]
    day: int
    at: datetime
    newest: AftercareSheet

    @property
    def is_superseded(self) -> bool:
        """Say whether a later number has taken the place of this sheet."""
        return self.newest.pk != self.issued.pk

    @property
    def now(self) -> list[Item]:
        """What holds now; what ends first comes first, what has no end comes last."""
        holds = [one for one in self.sheet.items if self._has_begun(one) and not self._is_over(one)]
        return sorted(holds, key=lambda one: (one.until is None, one.until or one.from_))

    @property
    def musts(self) -> list[Item]:
        """What must be kept to now."""
        return [one for one in self.now if one.importance is Importance.MUST]

    @property
    def shoulds(self) -> list[Item]:
        """What is good to keep to now."""
        return [one for one in self.now if one.importance is not Importance.MUST]

    @property
    def later(self) -> list[Item]:
        """What begins later, in order."""
        waits = [one for one in self.sheet.items if not self._has_begun(one)]
        return sorted(waits, key=lambda one: one.from_)

    @property
    def over(self) -> list[Item]:
        """What need no longer be kept."""
        return [one for one in self.sheet.items if self._is_over(one)]

    @property
    def moments(self) -> list[Item]:
        """What must be kept, by the clock: the first page of the printed sheet."""
        musts = [one for one in self.sheet.items if one.importance is Importance.MUST]
        return sorted(musts, key=lambda one: (one.until is None, one.until or one.from_))

    @property
    def groups(self) -> list[tuple[str, list[Item]]]:
        """Every line under its heading, in print order."""
        labels = dict.fromkeys(one.category_label for one in self.sheet.items)
        return [(name, [one for one in self.sheet.items if one.category_label == name]) for name in labels]

    @property
    def warnings(self) -> list[tuple[str, Urgency, list[WarningSign]]]:
        """The warning signs by urgency, the most urgent first."""
        order = dict.fromkeys((sign.urgency_label, sign.urgency) for sign in self.sheet.red_flags)
        return [
            (label, urgency, [sign for sign in self.sheet.red_flags if sign.urgency is urgency])
            for label, urgency in order
        ]

    @property
    def next_session(self) -> datetime | None:
        """When the next session was booked, as it was when the sheet was issued."""
        told = self.head.get("next_session")
        return datetime.fromisoformat(told) if told else None

    def _has_begun(self, one: Item) -> bool:
        """What counts from the very end holds at once, though its time is rounded up to the next quarter."""
        return one.start_h <= 0 or one.from_ <= self.at

    def _is_over(self, one: Item) -> bool:
        return one.until is not None and one.until <= self.at


def reading(sheet: AftercareSheet, *, at: datetime) -> Reading:
    """Return a sheet as it is read at one instant; one query more."""
    newest = AftercareSheet.objects.filter(record_id=sheet.record_id).order_by("-number").only("number")
    content = sheet.content
    return Reading(
        issued=sheet,
        sheet=Sheet.from_data(content["sheet"]),
        head=content["head"],
        day=day_of(sheet.ended_at, at, sheet.clinic.zone),
        at=at,
        newest=newest[0],
    )
