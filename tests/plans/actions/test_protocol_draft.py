"""One draft for the leads of a clinic: edited line by line, within bounds, and never over one another."""

from decimal import Decimal
from typing import Any

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry
from clinic.rules.roles import Actor
from patients.rules.terms import Text
from plans.actions.protocol_draft import (
    Unfit,
    carry_over,
    discard,
    save_line,
)
from plans.models import ProtocolDraft, ProtocolVersion
from plans.queries.protocol_draft import drafting
from plans.queries.protocols import current
from plans.rules.protocol.drafting import Edit
from tests.factories.protocol import AT, BASE, LATER, SUN, another_lead, publish, save
from tests.people import Team, a_team

pytestmark = pytest.mark.django_db
WORDS = Text("Stay out of the sun until {until}, please.", "No tome el sol hasta {until}, por favor.")


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
