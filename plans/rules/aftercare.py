"""The aftercare sheet of one session: which instructions, and from when until when by the clock.

Hours count from the end of the session. They are elapsed hours, added in UTC and rounded up to the next
quarter of an hour of the patient's clock, so that no clock change and no rounding ever cuts a wait short.
All hours and texts come from aftercare.json.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from clinic.rules.timegrid import round_up
from patients.rules.conditions import Facts, matches
from patients.rules.terms import Language, Text, fill, say_instant
from plans.rules.healing import check_ins
from plans.rules.protocol import Protocol
from plans.rules.protocol.care import AfterInstruction
from plans.rules.sheet import (
    ClinicTexts,
    Item,
    Omitted,
    Sheet,
    Usual,
    WarningSign,
    Why,
    in_print_order,
    in_utc,
    wall_time,
    winners,
)
from plans.rules.treatment import Treated


def compile_sheet(
    protocol: Protocol,
    treated: Treated,
    *,
    ended_at: datetime,
    tz: ZoneInfo,
    language: Language,
    clinic: ClinicTexts,
    next_session: datetime | None = None,
) -> Sheet:
    """The sheet for the session that ended at `ended_at`, in the patient's zone `tz`.

    In each slot the matching instruction with the highest priority is printed. The line about the next
    session is left out while none is booked. Raises ValueError for an instant without a zone.
    """
    anchor = in_utc(ended_at)
    compiler = _Compiler(protocol, treated.facts(protocol), anchor, tz, language, clinic, next_session)
    lines = tuple(compiler.lines())
    return Sheet(
        protocol_id=protocol.course.protocol.id,
        protocol_version=protocol.version,
        language=language,
        tz=tz.key,
        anchor=anchor,
        items=in_print_order(
            (line for line in lines if isinstance(line, Item)),
            (category.value for category in protocol.aftercare.categories),
        ),
        expect=tuple(compiler.expect()),
        red_flags=tuple(compiler.red_flags()),
        check_ins=check_ins(protocol, treated, ended_at=anchor, tz=tz, language=language),
        omitted=tuple(line for line in lines if isinstance(line, Omitted)),
    )


@dataclass(frozen=True, slots=True)
class _Compiler:
    """One sheet in the making."""

    protocol: Protocol
    facts: Facts
    anchor: datetime
    tz: ZoneInfo
    language: Language
    clinic: ClinicTexts
    next_session: datetime | None

    def lines(self) -> Iterator[Item | Omitted]:
        """The winner of every slot, in file order, as a line of the sheet or with the reason why not."""
        printed = {line.slot: line for line in winners(self.protocol.aftercare.instructions, self.facts)}
        for line in printed.values():
            start_h: float | None = line.start_h
            if line.starts_after_slot is not None:
                start_h = printed[line.starts_after_slot].end_h
            if start_h is None or (line.end_h is not None and start_h >= line.end_h):
                yield Omitted(line.id, Why.NO_TIME_LEFT)
            elif "next_session" in line.placeholders and self.next_session is None:
                yield Omitted(line.id, Why.NO_NEXT_SESSION)
            else:
                yield self._item(line, start_h)

    def expect(self) -> Iterator[Usual]:
        """What is usual, in file order."""
        for one in self.protocol.aftercare.expect:
            if matches(one.when, self.facts):
                from_, until = self._times(one.start_h, one.end_h)
                yield Usual(
                    id=one.id,
                    title=one.title[self.language],
                    text=self._fill(one.text, from_, until),
                    start_h=one.start_h,
                    end_h=one.end_h,
                    from_=from_,
                    until=until,
                    source_ids=one.source_ids,
                )

    def red_flags(self) -> Iterator[WarningSign]:
        """The warning signs, in file order, which is the order of urgency."""
        levels = {level.value: level for level in self.protocol.aftercare.urgency}
        for one in self.protocol.aftercare.red_flags:
            if matches(one.when, self.facts):
                level = levels[one.urgency]
                from_, until = self._times(one.start_h, one.end_h)
                yield WarningSign(
                    id=one.id,
                    urgency=one.urgency,
                    urgency_label=level.label[self.language],
                    who=self._fill(level.who, from_, until),
                    act_within_h=level.act_within_h,
                    title=one.title[self.language],
                    text=self._fill(one.text, from_, until),
                    start_h=one.start_h,
                    end_h=one.end_h,
                    from_=from_,
                    until=until,
                    source_ids=one.source_ids,
                )

    def _item(self, line: AfterInstruction, start_h: float) -> Item:
        labels = {category.value: category.label for category in self.protocol.aftercare.categories}
        from_, until = self._times(start_h, line.end_h)
        text = line.text
        if line.night_text is not None and self._is_night(from_):
            text = line.night_text
        return Item(
            id=line.id,
            slot=line.slot,
            category=line.category,
            category_label=labels[line.category][self.language],
            kind=line.kind,
            importance=line.importance,
            title=line.title[self.language],
            text=self._fill(text, from_, until),
            start_h=start_h,
            end_h=line.end_h,
            from_=from_,
            until=until,
            source_ids=line.source_ids,
        )

    def _times(self, start_h: float, end_h: float | None) -> tuple[datetime, datetime | None]:
        return self._clock(start_h), None if end_h is None else self._clock(end_h)

    def _clock(self, hours: float) -> datetime:
        minutes = self.protocol.aftercare.time_rules.round_minutes
        return round_up(self.anchor + timedelta(hours=hours), minutes, self.tz)

    def _is_night(self, instant: datetime) -> bool:
        times = self.protocol.aftercare.time_rules
        clock = wall_time(instant, self.tz)
        return clock >= times.night_from or clock < times.night_until

    def _fill(self, text: Text, from_: datetime, until: datetime | None) -> str:
        instants = {"from": from_, "until": until, "next_session": self.next_session}
        values = {
            name: say_instant(instant, self.tz, self.language)
            for name, instant in instants.items()
            if instant is not None
        }
        return fill(text[self.language], {**values, **self._settings()})

    def _settings(self) -> Mapping[str, str]:
        defaults = self.protocol.aftercare.product_defaults
        return {
            **{product.id: product.text[self.language] for product in defaults},
            **self.clinic.products,
            "clinic_phone": self.clinic.phone,
            "emergency_number": self.clinic.emergency_number,
        }
