"""Edits written into the files, what they change, and the next version's name."""

from decimal import Decimal

import pytest

from patients.rules.terms import Text
from plans.rules.protocol import ProtocolError, parse
from plans.rules.protocol.drafting import (
    Edit,
    NumberChange,
    WordingChange,
    amiss,
    changes,
    edit_of,
    is_draft,
    next_version,
    stamped,
    with_edits,
)
from plans.rules.protocol.editable import lines
from tests.plans.rules.shipped import FILES, PROTOCOL, copied_files, thing

LINES = {line.key: line for line in lines(PROTOCOL)}
SUN = LINES["aftercare/AC-SUN"]
WAIT = Text("Stay out of the sun until {until}, please.", "No tome el sol hasta {until}, por favor.")


def test_edits_are_written_into_a_copy() -> None:
    before = copied_files()
    edits = {
        "aftercare/AC-SUN": Edit({"end_h": Decimal("50.5")}, {"text": WAIT}),
        "aftercare/AC-SPF": Edit({"params.spf": Decimal(50)}),
        "protocol/nose": Edit({"depth_mm.max": Decimal("0.5")}),
        "protocol/acne_scars.mild": Edit(wordings={"patient_text": Text("Four.", "Cuatro.")}),
        "aftercare/NO-SUCH-LINE": Edit({"end_h": Decimal(1)}),
    }
    changed = with_edits(FILES, LINES.values(), edits)
    assert before == FILES
    assert thing(changed, "aftercare.json", "AC-SUN")["end_h"] == 50.5
    assert thing(changed, "aftercare.json", "AC-SUN")["text"] == WAIT.en
    assert changed["aftercare.es.json"]["texts"]["AC-SUN"]["text"] == WAIT.es
    assert type(thing(changed, "aftercare.json", "AC-SPF")["params"]["spf"]) is int
    assert thing(changed, "protocol.json", "nose")["depth_mm"] == {"min": 0.25, "max": 0.5}
    assert changed["protocol.es.json"]["texts"]["acne_scars.mild"]["patient_text"] == "Cuatro."
    assert parse(changed).course.protocol == PROTOCOL.course.protocol


def test_without_edits_nothing_changes() -> None:
    assert with_edits(FILES, LINES.values(), {}) == FILES
    assert with_edits(FILES, LINES.values(), {"aftercare/AC-SUN": Edit()}) == FILES
    assert changes(PROTOCOL, parse(copied_files())) == ()


def test_changes_tell_each_number_and_wording_with_what_it_was() -> None:
    edits = {
        "protocol/I-DEEP": Edit({"days": Decimal(28)}),
        "aftercare/AC-SUN": Edit({"end_h": Decimal(72)}, {"text": WAIT}),
    }
    found = changes(PROTOCOL, parse(with_edits(FILES, LINES.values(), edits)))
    assert [type(one) for one in found] == [NumberChange, NumberChange, WordingChange]
    assert [(one.line.id, one.was.name) for one in found] == [
        ("I-DEEP", "days"),
        ("AC-SUN", "end_h"),
        ("AC-SUN", "text"),
    ]
    days, hours, text = found
    assert isinstance(days, NumberChange)
    assert isinstance(hours, NumberChange)
    assert (days.was.value, days.now, days.is_looser) == (Decimal(35), Decimal(28), True)
    assert (hours.was.value, hours.now, hours.is_looser) == (Decimal(48), Decimal(72), False)
    assert text.now == WAIT


@pytest.mark.parametrize(
    ("now", "one_sided"),
    [(Text("New", "Viejo"), True), (Text("Old", "Nuevo"), True), (Text("New", "Nuevo"), False)],
)
def test_a_wording_changed_in_one_language_alone_is_told(now: Text, one_sided: bool) -> None:
    was = next(one for one in SUN.wordings if one.name == "title")
    old = type(was)(was.name, Text("Old", "Viejo"), was.placeholders)
    assert WordingChange(SUN, old, now).is_one_sided is one_sided


def test_an_edit_keeps_only_what_differs() -> None:
    same = next(one.text for one in SUN.wordings if one.name == "title")
    edit = edit_of(SUN, {"end_h": Decimal("48.00"), "surprise": Decimal(1)}, {"title": same, "text": WAIT})
    assert edit == Edit({}, {"text": WAIT})
    assert not edit_of(SUN, {"end_h": Decimal(48)}, {})


def test_placeholders_that_lack_and_that_are_too_many() -> None:
    text = next(one for one in SUN.wordings if one.name == "text")
    assert amiss(text, "No sun until {until}.") == (frozenset(), frozenset())
    assert amiss(text, "No sun.") == (frozenset({"until"}), frozenset())
    assert amiss(text, "{until} {clinic_phone}") == (frozenset(), frozenset({"clinic_phone"}))


def test_what_does_not_fit_the_rest_does_not_load() -> None:
    edits = {"aftercare/AC-SUN": Edit({"end_h": Decimal(168)})}
    with pytest.raises(ProtocolError) as error:
        parse(with_edits(FILES, LINES.values(), edits))
    assert {one.file for one in error.value.problems} == {"aftercare.json"}
    assert "ends earlier than" in str(error.value)


@pytest.mark.parametrize(
    ("year", "taken", "signed", "name"),
    [
        (2026, ["2026.1-draft"], False, "2026.2-draft"),
        (2026, ["2026.1-draft"], True, "2026.2"),
        (2026, ["2026.9", "2026.10-draft", "2025.40"], False, "2026.11-draft"),
        (2027, ["2026.3"], True, "2027.1"),
        (2026, ["spring", "2026.x", ""], False, "2026.1-draft"),
    ],
)
def test_the_next_version_counts_within_its_year(
    year: int, taken: list[str], signed: bool, name: str
) -> None:
    assert next_version(year, taken, is_signed_off=signed) == name


def test_a_stamp_names_version_and_status_in_every_file() -> None:
    files = stamped(FILES, "2026.2", "Signed off by Ingrid Sørensen")
    protocol = parse(files)
    assert (protocol.version, is_draft(protocol), is_draft(PROTOCOL)) == ("2026.2", False, True)
    assert {protocol.course.status, protocol.screening.status, protocol.precare.status} == {
        protocol.aftercare.status
    }
    assert is_draft(parse(stamped(FILES, "2026.2-draft", "Signed off"))) is True
    assert FILES["protocol.json"]["protocol"]["version"] == "2026.1-draft"
