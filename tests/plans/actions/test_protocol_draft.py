"""One draft for the leads of a clinic: edited within bounds, never over one another, published once, with a reason."""

import datetime
from decimal import Decimal
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from clinic.actions import audit
from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Membership
from clinic.rules.roles import Actor
from patients.rules.terms import Text
from plans.actions import protocols
from plans.actions.protocol_draft import (
    Publication,
    Unfit,
    carry_over,
    discard,
    publish_draft,
    save_line,
)
from plans.models import ProtocolDraft, ProtocolVersion
from plans.queries.protocol_draft import drafting
from plans.queries.protocols import current, parsed
from plans.rules.protocol.drafting import Edit, is_draft, stamped
from tests.factories.clinic import MembershipFactory
from tests.factories.consult import publish_shipped
from tests.factories.plans import shipped_files
from tests.people import Team, a_team
from tests.rush import rush

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
LATER = AT + datetime.timedelta(minutes=5)
SUN, BASE = "aftercare/AC-SUN", "protocol/I-BASE"
WORDS = Text("Stay out of the sun until {until}, please.", "No tome el sol hasta {until}, por favor.")
REASON = "Agreed at the clinical meeting in March."


@pytest.fixture
def team() -> Team:
    made = a_team()
    publish_shipped(made.clinic, AT - datetime.timedelta(days=1))
    return made


def save(
    team: Team,
    key: str = SUN,
    numbers: dict[str, Any] | None = None,
    wordings: dict[str, Text] | None = None,
    *,
    actor: Actor | None = None,
    seen: str | None = None,
    at: datetime.datetime = AT,
) -> Any:
    mark = drafting(team.clinic).seen(key) if seen is None else seen
    decimals = {name: Decimal(str(value)) for name, value in (numbers or {}).items()}
    return save_line(actor or team.lead.actor, team.clinic, key, decimals, wordings or {}, seen=mark, at=at)


def publish(team: Team, *, signs_off: bool = False, **given: Any) -> ProtocolVersion:
    seen = given.pop("seen", drafting(team.clinic).seen())
    reason, actor = given.pop("reason", REASON), given.pop("actor", team.lead.actor)
    wanted = Publication(reason, signs_off, seen, given.pop("read_at", None))
    return publish_draft(actor, team.clinic, wanted, at=LATER)


def another_lead(team: Team) -> Membership:
    made: Membership = MembershipFactory.create(
        clinic=team.clinic, is_practitioner=True, is_clinical_lead=True, user__name="Second Lead", licence=""
    )
    return made


def test_a_line_is_kept_in_the_draft_and_nothing_is_published(team: Team) -> None:
    save(team, SUN, {"end_h": 72}, {"text": WORDS})
    standing = drafting(team.clinic)
    assert standing.edits == {SUN: Edit({"end_h": Decimal(72)}, {"text": WORDS})}
    assert list(standing.edited()) == [(SUN, team.lead.user.name, AT)]
    assert [line.end_h for line in standing.draft.aftercare.instructions if line.id == "AC-SUN"] == [72]
    assert [line.end_h for line in standing.base.aftercare.instructions if line.id == "AC-SUN"] == [48]
    assert ProtocolVersion.objects.count() == 1
    line = AuditEntry.objects.get(verb="edit")
    assert (line.fields, line.reason) == ([f"{SUN}.end_h", f"{SUN}.text"], "")


def test_a_line_put_back_ends_the_draft(team: Team) -> None:
    save(team, SUN, {"end_h": 72})
    save(team, SUN, {"end_h": 48})
    assert not ProtocolDraft.objects.exists()


def test_saving_what_stands_already_writes_nothing(team: Team) -> None:
    save(team, SUN, {"end_h": 48})
    assert not ProtocolDraft.objects.exists()
    save(team, SUN, {"end_h": 72})
    save(team, SUN, {"end_h": Decimal("72.0")}, at=LATER)
    assert AuditEntry.objects.filter(verb="edit").count() == 1


@pytest.mark.parametrize(
    ("key", "numbers", "field", "told"),
    [
        (SUN, {"end_h": 47}, "end_h", "Write a number from 48 to 168."),
        (SUN, {"end_h": "NaN"}, "end_h", "Write a number from 48 to 168."),
        (BASE, {"days": 27}, "days", "Write a whole number from 28 to 42."),
        (BASE, {"days": "30.5"}, "days", "Write a whole number from 28 to 42."),
        ("precare/PC-RETINOID", {"start_h": 12}, "start_h", "Write a number from 24 to 336."),
        ("protocol/nose", {"depth_mm.max": "2.6"}, "depth_mm.max", "Write a number from 0.1 to 2.5."),
        (
            "protocol/nose",
            {"depth_mm.min": 1},
            "depth_mm.max",
            "The deepest usual depth is not less than the lightest.",
        ),
        (
            "protocol/acne_scars.mild",
            {"min": 5, "suggest": 4},
            "suggest",
            "The usual number of sessions lies between the fewest and the most.",
        ),
        (
            SUN,
            {"end_h": 168},
            "end_h",
            "This does not fit the rest of the protocol: AC-SUN-LONGER ends earlier than AC-SUN, "
            "which it outranks. Change AC-SUN-LONGER first.",
        ),
    ],
)
def test_a_number_that_cannot_stand_is_refused_at_its_field(
    team: Team, key: str, numbers: dict[str, Any], field: str, told: str
) -> None:
    with pytest.raises(Unfit) as refusal:
        save(team, key, numbers)
    assert refusal.value.faults[0] == (field, told)
    assert not ProtocolDraft.objects.exists()


@pytest.mark.parametrize(
    ("words", "faults"),
    [
        (
            Text("No sun.", "Sin sol hasta {until}."),
            [("text_en", "{until} has to stand in this text: the product fills it in.")],
        ),
        (
            Text("Until {until}, or call {clinic_phone}.", " \n "),
            [
                ("text_en", "Take {clinic_phone} out: the product cannot fill it in here."),
                ("text_es", "Write what the patient reads."),
            ],
        ),
        (
            Text("{until} " + "x" * 10_000, "{until}"),
            [("text_en", "Write at most 400 characters.")],
        ),
    ],
)
def test_a_wording_that_cannot_stand_is_refused_at_its_language(
    team: Team, words: Text, faults: list[tuple[str, str]]
) -> None:
    with pytest.raises(Unfit) as refusal:
        save(team, SUN, {}, {"text": words})
    assert list(refusal.value.faults) == faults


def test_emoji_and_right_to_left_words_are_words(team: Team) -> None:
    words = Text("Shade ☀️ until {until}  \n now", "الظل حتى {until}")
    save(team, SUN, {}, {"text": words})
    assert drafting(team.clinic).edits[SUN].wordings["text"] == Text(
        "Shade ☀️ until {until} now", "الظل حتى {until}"
    )


@pytest.mark.parametrize("verb", ["save", "publish", "discard", "carry over"])
def test_only_the_leads_of_the_clinic_draft_and_publish(team: Team, verb: str) -> None:
    stranger = a_team("harbour").lead

    def act(actor: Actor) -> None:
        if verb == "save":
            save(team, SUN, {"end_h": 60}, actor=actor)
        elif verb == "publish":
            publish(team, actor=actor)
        elif verb == "discard":
            discard(actor, team.clinic, at=AT)
        else:
            carry_over(actor, team.clinic, at=AT)

    for who in (team.practitioner, team.admin, team.desk, stranger):
        with pytest.raises(Refused) as refusal:
            act(who.actor)
        assert refusal.value.code == "not_allowed"


def test_a_line_that_is_not_there_is_refused(team: Team) -> None:
    with pytest.raises(Refused) as refusal:
        save(team, "aftercare/RF-PUS", {"end_h": 1})
    assert refusal.value.code == "unknown"


def test_of_two_leads_at_one_line_the_second_is_told_what_the_first_did(team: Team) -> None:
    seen, second = drafting(team.clinic).seen(SUN), another_lead(team)
    save(team, SUN, {"end_h": 72}, actor=second.actor)
    with pytest.raises(Refused) as refusal:
        save(team, SUN, {"end_h": 60}, seen=seen)
    assert refusal.value.code == "stale"
    assert str(refusal.value.message).startswith("Second Lead changed this line since you opened it.")
    assert drafting(team.clinic).edits[SUN].numbers == {"end_h": Decimal(72)}
    save(team, SUN, {"end_h": 60})
    assert drafting(team.clinic).edits[SUN].numbers == {"end_h": Decimal(60)}


def test_two_leads_at_two_lines_do_not_meet(team: Team) -> None:
    seen, second = drafting(team.clinic).seen(BASE), another_lead(team)
    save(team, SUN, {"end_h": 72}, actor=second.actor)
    save(team, BASE, {"days": 35}, seen=seen)
    assert set(drafting(team.clinic).edits) == {SUN, BASE}


def test_a_second_click_on_a_line_says_the_same(team: Team) -> None:
    seen = drafting(team.clinic).seen(SUN)
    for _ in range(2):
        save(team, SUN, {"end_h": 72}, {"text": WORDS}, seen=seen)
    assert drafting(team.clinic).edits == {SUN: Edit({"end_h": Decimal(72)}, {"text": WORDS})}
    assert AuditEntry.objects.filter(verb="edit").count() == 1


def test_a_line_of_a_draft_that_is_gone_is_not_brought_back_by_chance(team: Team) -> None:
    save(team, SUN, {"end_h": 72})
    seen = drafting(team.clinic).seen(SUN)
    discard(team.lead.actor, team.clinic, at=AT)
    with pytest.raises(Refused) as refusal:
        save(team, SUN, {"end_h": 60}, seen=seen)
    assert refusal.value.code == "stale"
    assert not ProtocolDraft.objects.exists()


def test_publishing_makes_the_next_version_and_leaves_the_last_as_it_was(team: Team) -> None:
    before = current(team.clinic)
    content = before.content.files
    save(team, BASE, {"days": 35}, {"patient_text": Text("Five weeks.", "Cinco semanas.")})
    published = publish(team)
    assert (published.version, published.reason) == ("2026.2-draft", REASON)
    assert (published.published_by, published.based_on) == (team.lead.user, before)
    assert published.signed_as == f"{team.lead.user.name}, Nurse, LIC-1"
    assert current(team.clinic) == published
    typed = parsed(published)
    assert typed.version == "2026.2-draft"
    assert is_draft(typed)
    assert [rule.days for rule in typed.course.interval_rules if rule.id == "I-BASE"] == [35]
    assert typed.text("I-BASE", "patient_text", "es") == "Cinco semanas."  # type: ignore[arg-type]
    before.refresh_from_db()
    assert before.content.files == content
    assert not ProtocolDraft.objects.exists()
    line = AuditEntry.objects.get(verb="publish", subject_id=str(published.pk))
    assert line.reason == REASON


def test_a_clinician_signs_the_whole_protocol_off(team: Team) -> None:
    published = publish(team, signs_off=True)
    assert published.version == "2026.2"
    assert not is_draft(parsed(published))
    assert parsed(published).course.status == f"Signed off by {published.signed_as}, 2026-03-02"
    with pytest.raises(Refused) as refusal:
        publish(team, signs_off=True)
    assert refusal.value.code == "nothing"


@pytest.mark.parametrize("reason", ["", "because", " " * 40, "x" * 501])
def test_a_version_needs_a_reason(team: Team, reason: str) -> None:
    save(team, SUN, {"end_h": 72})
    with pytest.raises(Refused) as refusal:
        publish(team, reason=reason)
    assert (refusal.value.code, refusal.value.field) == ("reason", "reason")
    assert str(refusal.value.message) == "Say why, in 15 to 500 characters."
    assert ProtocolVersion.objects.count() == 1


def test_signing_off_needs_a_licence(team: Team) -> None:
    with pytest.raises(Refused) as refusal:
        publish(team, signs_off=True, actor=another_lead(team).actor)
    assert (refusal.value.code, refusal.value.field) == ("licence", "signs_off")


def test_nothing_to_publish_is_refused(team: Team) -> None:
    with pytest.raises(Refused) as refusal:
        publish(team)
    assert refusal.value.code == "nothing"


def test_a_draft_that_changed_since_it_was_read_is_not_published(team: Team) -> None:
    save(team, SUN, {"end_h": 72})
    seen = drafting(team.clinic).seen()
    save(team, BASE, {"days": 35}, actor=another_lead(team).actor, at=LATER)
    with pytest.raises(Refused) as refusal:
        publish(team, seen=seen, read_at=AT)
    assert refusal.value.code == "stale"
    assert str(refusal.value.message) == (
        "Second Lead changed I-BASE since you read this page. Read the changes again before you sign."
    )
    assert ProtocolVersion.objects.count() == 1


def test_publishing_twice_publishes_once(team: Team) -> None:
    save(team, SUN, {"end_h": 72})
    seen = drafting(team.clinic).seen()
    made = publish(team, seen=seen)
    assert publish(team, seen=seen) == made
    others: tuple[dict[str, Any], ...] = (
        {"actor": another_lead(team).actor},
        {"reason": "Agreed at another meeting."},
        {"seen": drafting(team.clinic).seen()[:-1]},
        {"signs_off": True},
    )
    for other in others:
        with pytest.raises(Refused) as refusal:
            publish(team, **{"seen": seen, **other})
        assert refusal.value.code == "stale"
    save(team, BASE, {"days": 35})
    with pytest.raises(Refused):
        publish(team, seen=seen)
    assert ProtocolVersion.objects.count() == 2
    assert AuditEntry.objects.filter(verb="publish", reason=REASON).count() == 1


def test_signing_off_twice_signs_off_once(team: Team) -> None:
    seen = drafting(team.clinic).seen()
    assert publish(team, seen=seen, signs_off=True) == publish(team, seen=seen, signs_off=True)
    assert ProtocolVersion.objects.count() == 2


def overtake(team: Team) -> ProtocolVersion:
    """Publish another version by command while a draft is open: seven days out of the sun, and 28 days stay."""
    files = stamped(shipped_files(), "2026.7-draft", "DRAFT")
    lines = [dict(line) for line in files["aftercare.json"]["instructions"]]
    for line in lines:
        if line["id"] == "AC-SUN":
            line["end_h"] = 72
    files["aftercare.json"] = {**files["aftercare.json"], "instructions": lines}
    return protocols.publish(team.lead.actor, team.clinic, files, AT + datetime.timedelta(minutes=1))


def test_a_draft_on_an_older_version_is_carried_over_first(team: Team) -> None:
    save(team, SUN, {"end_h": 72})
    save(team, BASE, {"days": 35})
    newer = overtake(team)
    for verb in (lambda: publish(team), lambda: save(team, SUN, {"end_h": 60})):
        with pytest.raises(Refused) as refusal:
            verb()
        assert refusal.value.code == "overtaken"
        assert "2026.7-draft" in str(refusal.value.message)
    carry_over(team.lead.actor, team.clinic, at=LATER)
    standing = drafting(team.clinic)
    assert (standing.base_version, set(standing.edits)) == (newer, {BASE})
    assert publish(team).version == "2026.8-draft"
    assert parsed(current(team.clinic)).aftercare.instructions[5].end_h == 72


def test_carrying_over_what_the_new_version_says_already_ends_the_draft(team: Team) -> None:
    save(team, SUN, {"end_h": 72})
    overtake(team)
    carry_over(team.lead.actor, team.clinic, at=LATER)
    carry_over(team.lead.actor, team.clinic, at=LATER)
    assert not ProtocolDraft.objects.exists()


def test_discarding_leaves_the_version_in_force(team: Team) -> None:
    before = current(team.clinic)
    save(team, SUN, {"end_h": 72})
    discard(team.lead.actor, team.clinic, at=LATER)
    discard(team.lead.actor, team.clinic, at=LATER)
    assert not ProtocolDraft.objects.exists()
    assert current(team.clinic) == before
    assert AuditEntry.objects.filter(verb="discard").count() == 1


def test_before_the_first_version_there_is_nothing_to_draft() -> None:
    team = a_team()
    with pytest.raises(Refused) as refusal:
        save_line(team.lead.actor, team.clinic, SUN, {}, {}, seen="", at=AT)
    assert refusal.value.code == "none"


@pytest.mark.django_db(transaction=True)
def test_leads_who_sign_at_the_same_moment_publish_one_version() -> None:
    team = a_team()
    publish_shipped(team.clinic, AT - datetime.timedelta(days=1))
    save(team, BASE, {"days": 35})
    seen = drafting(team.clinic).seen()

    leads = [team.lead, *(another_lead(team) for _ in range(3))]

    def sign(number: int) -> str:
        return publish(team, seen=seen, actor=leads[number].actor).version

    results = rush(4, sign)
    assert sorted(one for one in results if isinstance(one, str)) == ["2026.2-draft"]
    assert {one.code for one in results if isinstance(one, Refused)} == {"stale"}
    assert sum(isinstance(one, Refused) for one in results) == 3
    assert ProtocolVersion.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_draft_that_is_being_saved_holds_up_nobody_else() -> None:
    team = a_team()
    publish_shipped(team.clinic, AT - datetime.timedelta(days=1))
    begun, logged = Event(), Event()

    def work(number: int) -> bool:
        if number:
            begun.wait()
            audit.record(team.desk.actor, "read", ("page", "plans:day"), at=AT)
            logged.set()
            return True
        with transaction.atomic():
            save(team, BASE, {"days": 35})
            begun.set()
            return (
                logged.wait(10) if connection.vendor != "sqlite" else True
            )  # which has one writer at a time

    assert rush(2, work) == [True, True]


@pytest.mark.django_db(transaction=True)
def test_leads_who_begin_a_draft_at_the_same_moment_share_it() -> None:
    team = a_team()
    publish_shipped(team.clinic, AT - datetime.timedelta(days=1))
    keys = [BASE, "protocol/I-AGE-40", "protocol/I-FST-4"]
    marks = [drafting(team.clinic).seen(key) for key in keys]
    results = rush(3, lambda number: save(team, keys[number], {"days": 40}, seen=marks[number]).edits.keys())
    assert not [one for one in results if isinstance(one, Exception)]
    assert set(drafting(team.clinic).edits) == set(keys)
