"""The page of a session: the record, what it stands on, what is open, and the session before."""

from dataclasses import dataclass
from datetime import date

from clinic.rules.roles import Actor
from patients.rules.flags import Flag, Resolution
from patients.rules.questions import AskAt, Question
from patients.rules.screening import questions_to_ask
from patients.rules.terms import Level
from plans.models import Addendum, AftercareSheet, SessionRecord, Visit
from plans.queries.consult import as_answer
from plans.queries.gaps import Gap, gap_between
from plans.queries.treat import Ground, done_days, ground, has_consent, last_record, needled, numbing
from plans.rules.numbing import Caution, numbing_cautions


@dataclass(frozen=True, slots=True)
class Sitting:
    """Everything that the record page shows; `stand` is None where nobody agreed to treat."""

    visit: Visit
    record: SessionRecord | None
    stand: Ground | None
    last: SessionRecord | None
    last_on: date | None
    gap: Gap | None
    has_consent: bool
    flags: tuple[Flag, ...]
    open: tuple[Flag, ...]
    settled: tuple[Resolution, ...]
    sheets: tuple[AftercareSheet, ...]
    addenda: tuple[Addendum, ...]

    @property
    def is_signed(self) -> bool:
        """Say whether the record can only be added to."""
        return self.record is not None and self.record.signed_at is not None

    @property
    def known(self) -> list[Flag]:
        """What must be known before the skin is touched: the blocks and reviews that answers have raised."""
        return [flag for flag in self.flags if flag.level is not Level.NOTE and not _is_unanswered(flag)]

    @property
    def to_settle(self) -> list[Flag]:
        """The open flags that are more than a question to be asked."""
        return [flag for flag in self.open if not _is_unanswered(flag)]

    @property
    def unanswered(self) -> int:
        """How many questions must be asked before the signature."""
        return sum(_is_unanswered(flag) for flag in self.open)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions to ask today, in order."""
        if self.stand is None:
            return ()
        answers = [as_answer(row) for row in self.stand.answers.values()]
        number, day = self.stand.skin.session_number, self.visit.day
        return questions_to_ask(self.stand.protocol.questionnaire, number, AskAt.SESSION, answers, day)

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """Limits of the numbing cream that were passed."""
        cream = numbing(self.record) if self.record else None
        return numbing_cautions(self.stand.protocol, cream) if self.stand and cream else ()


def _is_unanswered(flag: Flag) -> bool:
    return flag.id.endswith(".UNANSWERED")


def sitting(actor: Actor, visit: Visit) -> Sitting:
    """Return the page of a visit's session; a fixed number of queries, whatever was answered before."""
    record = (
        SessionRecord.objects.visible_to(actor)
        .filter(visit=visit)
        .select_related("practitioner__user", "signed_by")
        .first()
    )
    stand = ground(visit)
    flags = stand.flags(*needled(record)) if stand else ()
    last = last_record(visit)
    last_on, gap = _before(visit)
    return Sitting(
        visit=visit,
        record=record,
        stand=stand,
        last=last,
        last_on=last_on,
        gap=gap,
        has_consent=visit.patient is not None and has_consent(visit.patient),
        flags=flags,
        open=stand.open(record) if stand else (),
        settled=stand.resolutions(flags, record) if stand else (),
        sheets=tuple(record.sheets.select_related("signed_by").defer("content")) if record else (),
        addenda=tuple(record.addenda.select_related("signed_by").order_by("signed_at")) if record else (),
    )


def _before(visit: Visit) -> tuple[date | None, Gap | None]:
    """Return the day of the session before and how far this one is from it."""
    if visit.series is None or visit.session_number is None:
        return None, None
    day = done_days(visit.series).get(visit.session_number - 1)
    return day, gap_between(visit.series, visit.session_number, day, visit.day)
