"""The before-care sheet of one session: what to do and leave until then, by the clock.

Hours count to the start of the session, so they are not positive. They are elapsed hours, subtracted in UTC
and rounded down to a quarter of an hour of the patient's clock, so that nobody is told to come too late.
All hours and texts come from precare.json.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from clinic.rules.timegrid import round_down
from patients.rules.conditions import Facts
from patients.rules.terms import Language, fill, say_instant
from plans.rules.protocol import Protocol
from plans.rules.protocol.care import BeforeInstruction
from plans.rules.sheet import ClinicTexts, Item, Omitted, Sheet, Why, in_print_order, in_utc, winners
from plans.rules.terms import Advice, Importance


@dataclass(frozen=True, slots=True)
class Planned:
    """One booked session as before-care needs to know it."""

    areas: tuple[str, ...]
    skin_type: int
    history: frozenset[str] = frozenset()
    concerns: tuple[str, ...] = ()
    anaesthetic_planned: bool = False

    def facts(self) -> Facts:
        """What the conditions of precare.json read."""
        return {
            "areas": self.areas,
            "skin_type": self.skin_type,
            "history": self.history,
            "concerns": self.concerns,
            "anaesthetic_planned": self.anaesthetic_planned,
        }


def compile_sheet(
    protocol: Protocol,
    planned: Planned,
    *,
    starts_at: datetime,
    at: datetime,
    tz: ZoneInfo,
    language: Language,
    clinic: ClinicTexts,
    agreed: Collection[str] = (),
) -> Sheet:
    """The sheet for the session that starts at `starts_at`, written at `at`, in the patient's zone `tz`.

    A start that has passed by then reads "now"; a must-not that came too late asks its safety question again.
    `agreed` are the ids of lines that need the practitioner's agreement and have it.
    Raises ValueError for an instant without a zone.
    """
    compiler = _Compiler(protocol, in_utc(starts_at), in_utc(at), tz, language, clinic)
    lines = protocol.precare.instructions
    waiting = {line.id for line in lines if line.needs_practitioner_ok and line.id not in agreed}
    printed = winners((line for line in lines if line.id not in waiting), planned.facts())
    wanted = winners((line for line in lines if line.id in waiting), planned.facts())
    return Sheet(
        protocol_id=protocol.course.protocol.id,
        protocol_version=protocol.version,
        language=language,
        tz=tz.key,
        anchor=compiler.anchor,
        items=in_print_order(
            (compiler.item(line) for line in printed),
            (category.value for category in protocol.precare.categories),
        ),
        omitted=tuple(Omitted(line.id, Why.NOT_AGREED) for line in wanted),
    )


@dataclass(frozen=True, slots=True)
class _Compiler:
    """One sheet in the making."""

    protocol: Protocol
    anchor: datetime
    at: datetime
    tz: ZoneInfo
    language: Language
    clinic: ClinicTexts

    def item(self, line: BeforeInstruction) -> Item:
        """One line of the sheet."""
        labels = {category.value: category.label for category in self.protocol.precare.categories}
        from_ = self._clock(line.start_h)
        passed = from_ < self.at
        missed = passed and line.importance is Importance.MUST and line.kind is Advice.DONT
        return Item(
            id=line.id,
            slot=line.slot,
            category=line.category,
            category_label=labels[line.category][self.language],
            kind=line.kind,
            importance=line.importance,
            title=line.title[self.language],
            text=fill(line.text[self.language], self._values(from_, passed)),
            start_h=line.start_h,
            end_h=line.end_h,
            from_=from_,
            until=self._clock(line.end_h),
            source_ids=line.source_ids,
            ask_again=line.screening_question if missed else None,
        )

    def _clock(self, hours: float) -> datetime:
        minutes = self.protocol.precare.time_rules.round_minutes
        return round_down(self.anchor + timedelta(hours=hours), minutes, self.tz)

    def _values(self, from_: datetime, passed: bool) -> Mapping[str, str]:
        now = self.protocol.precare.late_booking.text[self.language]
        said = now if passed else say_instant(from_, self.tz, self.language)
        return {"from": said, "clinic_phone": self.clinic.phone}
