"""Changing a protocol: the leads of a clinic edit one draft together, then one of them publishes the next version."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from clinic.actions import audit
from clinic.actions.authority import must, person
from clinic.actions.refusal import Refused
from clinic.models import Clinic, Membership
from clinic.rules.roles import Actor, Right
from clinic.rules.timegrid import local_day
from patients.rules.terms import Text
from plans.actions.protocols import Signature, publish
from plans.models import ProtocolDraft, ProtocolVersion
from plans.queries.protocol_draft import Drafting, drafting, read_before
from plans.rules.protocol import Problem, ProtocolError, parse
from plans.rules.protocol.drafting import Edit, amiss, edit_of, is_draft, next_version, stamped
from plans.rules.protocol.editable import Line, Number, Section, Wording

LONGEST_TITLE, LONGEST_TEXT, LONGEST_REASON = 80, 400, 500
DRAFT_STATUS = "DRAFT for review and sign-off by a registered clinician before use with patients"

Fault = tuple[str | None, str]
"""The number, or the wording with its language such as `text_es`; None for the whole; and what is wrong there."""


class Unfit(Refused):
    """What was written cannot stand in a protocol; `faults` says why, for each field."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults[0][1], code="unfit", field=faults[0][0])
        self.faults = tuple(faults)


@transaction.atomic
def save_line(
    actor: Actor,
    clinic: Clinic,
    key: str,
    numbers: Mapping[str, Decimal],
    wordings: Mapping[str, Text],
    *,
    seen: str,
    at: datetime,
) -> Drafting:
    """Write one line into the draft, which is made with its first change; what is as in the version is no change.

    `seen` is the mark of the line as it stood on the page (`Drafting.seen`). Raises Refused `stale` when somebody
    else changed the line meanwhile, and Unfit with every fault. Returns the draft as it stands now.
    """
    standing = _locked(actor, clinic)
    line = standing.base_lines.get(key)
    if line is None:
        raise Refused(_("This line is not in the protocol."), code="unknown")
    _refuse_overtaken(standing)
    tidy = {name: Text(_tidied(text.en), _tidied(text.es)) for name, text in wordings.items()}
    faults = list(_faults(line, numbers, tidy))
    edit = Edit() if faults else edit_of(line, numbers, tidy)
    if not faults and edit == standing.edits.get(key, Edit()):
        return standing  # the second of two clicks, too: what it saw is not what stands, but what it wants is
    if seen != standing.seen(key):
        raise Refused(_stale_line(standing, key), code="stale")
    if faults:
        raise Unfit(faults)
    _refuse_misfit(standing, line, edit)
    _write(actor, clinic, standing, key, edit, at)
    return drafting(clinic)


def _locked(actor: Actor, clinic: Clinic) -> Drafting:
    """Return the draft once nobody else in the clinic is changing or publishing it."""
    must(actor, Right.PUBLISH_PROTOCOL, clinic.pk)
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    try:
        return drafting(clinic)
    except ProtocolVersion.DoesNotExist:
        raise Refused(_("No protocol is published yet."), code="none") from None


def _refuse_overtaken(standing: Drafting) -> None:
    if standing.is_overtaken:
        raise Refused(
            _(
                "Version %(version)s was published since this draft was begun. Carry the draft over to it first."
            )
            % {"version": standing.version.version},
            code="overtaken",
        )


def _stale_line(standing: Drafting, key: str) -> str:
    for touched, who, _when in standing.edited():
        if touched == key:
            return _(
                "%(who)s changed this line since you opened it. What stands now is told at each field; "
                "save again to put yours in its place."
            ) % {"who": who}
    return _gone()


def _gone() -> str:
    return _("The draft was published or thrown away since you read this page. This is what stands now.")


def _tidied(text: str) -> str:
    return " ".join(text.split())


def _faults(line: Line, numbers: Mapping[str, Decimal], wordings: Mapping[str, Text]) -> Iterator[Fault]:
    for number in line.numbers:
        if number.name in numbers and not number.allows(numbers[number.name]):
            yield number.name, _out_of_bounds(number)
    for wording in line.wordings:
        if wording.name in wordings:
            for language in ("en", "es"):
                text = getattr(wordings[wording.name], language)
                for words in _text_faults(wording, text):
                    yield f"{wording.name}_{language}", words


def _out_of_bounds(number: Number) -> str:
    low, high = number.shown_bounds
    message = (
        _("Write a whole number from %(low)s to %(high)s.")
        if number.unit.is_whole
        else _("Write a number from %(low)s to %(high)s.")
    )
    return message % {"low": low, "high": high}


def _text_faults(wording: Wording, text: str) -> Iterator[str]:
    most = LONGEST_TITLE if wording.name == "title" else LONGEST_TEXT
    if not text:
        yield _("Write what the patient reads.")
        return
    if len(text) > most:
        yield _("Write at most %(n)s characters.") % {"n": most}
    lacks, strange = amiss(wording, text)
    for name in sorted(lacks):
        yield _("%(name)s has to stand in this text: the product fills it in.") % {"name": f"{{{name}}}"}
    for name in sorted(strange):
        yield _("Take %(name)s out: the product cannot fill it in here.") % {"name": f"{{{name}}}"}


def _refuse_misfit(standing: Drafting, line: Line, edit: Edit) -> None:
    """Refuse an edit with which the files would not load: the same check as for the shipped ones."""
    try:
        parse(standing.files({**standing.edits, line.key: edit}))
    except ProtocolError as error:
        raise Unfit([_misfit(line, edit, problem) for problem in error.problems]) from error


def _misfit(line: Line, edit: Edit, problem: Problem) -> Fault:
    if problem.id == line.id and line.section is Section.SESSIONS:
        return "suggest", _("The usual number of sessions lies between the fewest and the most.")
    if problem.id == line.id and line.section is Section.DEPTH:
        return "depth_mm.max", _("The deepest usual depth is not less than the lightest.")
    where = next(iter(edit.numbers), None)
    told = {"problem": f"{problem.id} {problem.message}", "id": problem.id}
    if problem.id == line.id:
        return where, _("This does not fit the rest of the protocol: %(problem)s.") % told
    return where, _("This does not fit the rest of the protocol: %(problem)s. Change %(id)s first.") % told


def _write(actor: Actor, clinic: Clinic, standing: Drafting, key: str, edit: Edit, at: datetime) -> None:
    who = person(actor)
    row = standing.row or ProtocolDraft(clinic=clinic, based_on=standing.version)
    row.edits = {**row.edits, key: {**edit.to_data(), "by": actor.name, "at": at.isoformat()}}
    row.edited_at, row.edited_by_id = at, who
    row.save()
    names = [f"{key}.{name}" for name in (*edit.numbers, *edit.wordings)]
    audit.record(actor, "edit", row, at=at, clinic_id=clinic.pk, fields=names or [key])
    if not any(Edit.from_data(entry) for entry in row.edits.values()):
        row.delete()


@transaction.atomic
def discard(actor: Actor, clinic: Clinic, *, at: datetime) -> None:
    """Throw the draft away; where there is none, nothing happens."""
    row = _locked(actor, clinic).row
    if row is not None:
        audit.record(actor, "discard", row, at=at, clinic_id=clinic.pk)
        row.delete()


@transaction.atomic
def carry_over(actor: Actor, clinic: Clinic, *, at: datetime) -> None:
    """Put the changes of a draft on the version that was published meanwhile; what it says already falls away."""
    standing = _locked(actor, clinic)
    if standing.row is None or not standing.is_overtaken:
        return
    row, kept = standing.row, Drafting(standing.version, None).base_lines
    row.edits = {
        key: {**row.edits[key], **edit_of(kept[key], edit.numbers, edit.wordings).to_data()}
        for key, edit in standing.edits.items()
        if key in kept
    }
    row.based_on, row.edited_at, row.edited_by_id = standing.version, at, person(actor)
    row.save()
    audit.record(actor, "carry_over", row, at=at, clinic_id=clinic.pk)
    if not any(Edit.from_data(entry) for entry in row.edits.values()):
        row.delete()


@dataclass(frozen=True, slots=True)
class Publication:
    """What a lead signs: why, whether the whole protocol is signed off, and the draft that was read, and when."""

    reason: str
    signs_off: bool
    seen: str
    read_at: datetime | None = None


@transaction.atomic
def publish_draft(actor: Actor, clinic: Clinic, wanted: Publication, *, at: datetime) -> ProtocolVersion:
    """Publish the draft as the next version, signed with a reason. Series and consultations under way keep theirs.

    A registered clinician may sign the whole protocol off with it; until then each version says that it is a draft.
    The second of two clicks gets the version that the first one made. Raises Refused where the draft is not the
    one that was read, changes nothing, or does not load.
    """
    standing = _locked(actor, clinic)
    if _is_repeated(standing, actor, wanted):
        return standing.version
    _refuse_overtaken(standing)
    if wanted.seen != standing.seen():
        raise Refused(_stale_draft(standing, wanted.read_at), code="stale")
    if not standing.edits and not (wanted.signs_off and is_draft(standing.base)):
        raise Refused(_("The draft changes nothing, so there is nothing to publish."), code="nothing")
    signer = Membership.objects.select_related("user").get(clinic=clinic, user_id=person(actor))
    reason = _tidied(wanted.reason)
    _refuse_unsigned(standing, signer, reason, wanted.signs_off)
    day = local_day(at, clinic.zone)
    taken = ProtocolVersion.objects.filter(clinic=clinic).values_list("version", flat=True)
    version = next_version(day.year, taken, is_signed_off=wanted.signs_off)
    status = f"Signed off by {signer.signature}, {day}" if wanted.signs_off else DRAFT_STATUS
    try:
        published = publish(
            actor,
            clinic,
            stamped(standing.files(), version, status),
            at,
            Signature(signer.signature, reason, standing.version),
        )
    except ProtocolError as error:
        raise Unfit([(None, str(problem)) for problem in error.problems]) from error
    if standing.row is not None:
        standing.row.delete()
    return published


def _is_repeated(standing: Drafting, actor: Actor, wanted: Publication) -> bool:
    """Say whether the version in force is what this person has just read, reasoned and signed."""
    made = standing.version
    return (
        standing.row is None
        and made.published_by_id == actor.user_id
        and made.reason == _tidied(wanted.reason)
        and is_draft(standing.base) != wanted.signs_off
        and read_before(made) == wanted.seen
    )


def _stale_draft(standing: Drafting, read_at: datetime | None) -> str:
    touched = list(standing.edited(read_at))
    if standing.row is None or not touched:
        return _gone()
    who = get_text_list(sorted({name for _key, name, _at in touched}), _("and"))
    ids = get_text_list(sorted(key.partition("/")[2] for key, _name, _at in touched), _("and"))
    return _(
        "%(who)s changed %(lines)s since you read this page. Read the changes again before you sign."
    ) % {
        "who": who,
        "lines": ids,
    }


def _refuse_unsigned(standing: Drafting, signer: Membership, reason: str, signs_off: bool) -> None:
    least = standing.base.course.override_bounds.reason_min_chars
    if not least <= len(reason) <= LONGEST_REASON:
        raise Refused(
            _("Say why, in %(least)s to %(most)s characters.") % {"least": least, "most": LONGEST_REASON},
            code="reason",
            field="reason",
        )
    if signs_off and not signer.licence:
        raise Refused(
            _("To sign off, your licence number has to stand in the clinic's settings."),
            code="licence",
            field="signs_off",
        )
