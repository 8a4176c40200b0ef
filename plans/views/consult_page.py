"""What the page of a consultation shows, from the saved draft and the form around it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from clinic.rules.roles import Actor
from clinic.rules.timegrid import local_day
from patients.rules.flags import Flag, may_lift
from patients.rules.terms import Level, Override
from plans.exports.wording import short_day
from plans.forms.consult import SEVERITIES, ConsultationForm
from plans.forms.screening import AskedGroup, asked_groups, language, worded
from plans.models import Consultation, FlagResolution
from plans.queries.consult import Assessment, age_on
from plans.queries.snapshot import as_data
from plans.rules.protocol import Protocol

UNANSWERED = ".UNANSWERED"


@dataclass(frozen=True, slots=True)
class FlagRow:
    """One flag beside the recommendation: what it says, who may settle it, and where to."""

    flag: Flag
    is_open: bool
    who: str
    mine: bool
    settled: FlagResolution | None
    reason: Any


def draft_context(actor: Actor, row: Consultation, form: ConsultationForm) -> dict[str, Any]:
    """Return what the form of a draft shows; flags and numbers are those of the saved draft."""
    found = form.found
    groups = asked_groups(
        form, found.protocol.questionnaire, form.questions, found.flags, found.answers, found.day
    )
    flags = flag_rows(actor, found, form)
    return {
        **heading(row, found),
        "form": form,
        "found": found,
        "groups": groups,
        "missing": sum(group.missing for group in groups),
        "concerns": concern_rows(form),
        "flags": flags,
        "to_settle": sum(one.is_open for one in flags),
        "lines": [(line, worded(line.text)) for line in found.proposal.lines if line.shown]
        if found.proposal
        else [],
        "severities": [(worded(one.label), one.value) for one in found.protocol.course.severity_scale],
        "skin_types": [
            (one, type.roman, worded(type.label), colour)
            for one, type, colour in zip(
                form["skin_type"], found.protocol.course.skin_types, SWATCHES, strict=True
            )
        ],
        "seen": f"{found.proposal.suggest}x{found.proposal.interval_days}" if found.proposal else "",
        "steps": steps(form, groups, found),
    }


# A colour for the eye of the practitioner; the type is told by the numeral and the words beside it.
SWATCHES = ("#f6ddcd", "#efcdb4", "#ddb08d", "#bf8a62", "#8d5a3a", "#5a3524")


def reading_context(
    actor: Actor, row: Consultation, found: Assessment | None, protocol: Protocol
) -> dict[str, Any]:
    """Return what is read of a consultation: as it was signed, or as somebody else's draft stands."""
    kept = as_data(found) if found else row.proposal
    return {
        **heading(row, found),
        "found": found,
        "kept": kept,
        "lines": [(line, line["text"][language()]) for line in kept.get("lines", ()) if line["shown"]],
        "answers": answer_words(kept["answers"] if kept else [], protocol),
        "facts": facts(row, protocol),
        "concerns": concern_words(row, protocol),
        "flags": flag_rows(actor, found, None) if found else [],
        "decision": row.get_decision_display(),
    }


def heading(row: Consultation, found: Assessment | None) -> dict[str, Any]:
    """Return what stands at the top of every page of a consultation."""
    day = found.day if found else local_day(row.started_at, row.clinic.zone)
    return {"row": row, "patient": row.patient, "age": age_on(row.patient.birth_date, day)}


def flag_rows(actor: Actor, found: Assessment, form: ConsultationForm | None) -> list[FlagRow]:
    """Return the flags, open ones first; questions without an answer are counted elsewhere, not listed."""
    open_ids = {flag.id for flag in found.open}
    rows = [
        FlagRow(
            flag=flag,
            is_open=flag.id in open_ids,
            who=who_may(flag),
            mine=may_lift(flag, actor.clinical_role),
            settled=found.settled.get(flag.id),
            reason=form[f"r_{flag.id}"] if form and f"r_{flag.id}" in form.fields else None,
        )
        for flag in found.flags
        if not flag.id.endswith(UNANSWERED)
    ]
    order = list(Level)
    return sorted(rows, key=lambda one: (not one.is_open, order.index(one.flag.level)))


def who_may(flag: Flag) -> str:
    """Return who may lift a block or settle a review, in words; nothing for a note."""
    if flag.override is None:
        return ""
    return {
        Override.NOBODY: _("Nobody may lift this: it stays until the answer changes."),
        Override.PRACTITIONER: _("The practitioner may settle this."),
        Override.PRESCRIBER: _("A prescriber may settle this."),
        Override.CLINICAL_LEAD: _("The clinical lead may settle this."),
    }[flag.override]


def concern_rows(form: ConsultationForm) -> list[dict[str, Any]]:
    """Return each concern with its two fields and the values that open the areas."""
    rows = []
    for concern in form.found.protocol.course.concerns:
        grade, areas = form[f"c_{concern.id}"], form[f"a_{concern.id}"]
        values = [str(value) for value, _label in form.fields[grade.name].choices if value]  # type: ignore[attr-defined]
        chosen = [str(one.data["label"]) for one in areas if one.data["selected"]]
        rows.append({"grade": grade, "areas": areas, "values": " ".join(values), "chosen": ", ".join(chosen)})
    return rows


def concern_words(row: Consultation, protocol: Protocol) -> list[tuple[str, str, str]]:
    """Return each concern as name, how marked, and where."""
    words = []
    for concern in row.concerns:
        grade = concern.get("grade")
        severity = dict(SEVERITIES).get(concern.get("severity"), "")
        marked = _("Grade %(grade)s") % {"grade": grade} if grade else str(severity)
        areas = ", ".join(worded(protocol.area(area).label) for area in concern["areas"])
        words.append((worded(protocol.concern(concern["id"]).label), marked, areas))
    return words


def answer_words(kept: list[dict[str, Any]], protocol: Protocol) -> list[tuple[str, str, str, str]]:
    """Return each answer as the name of its question, the label of the option, its day and its free words."""
    words = []
    for one in kept:
        question = protocol.questionnaire.question(one["question"])
        label = next(
            (worded(option.label) for option in question.options if option.value == one["answer"]), "–"
        )
        day = short_day(date.fromisoformat(one["date"])) if one["date"] else ""
        words.append(
            (
                question.clinical_name,
                label,
                day or (_("still going on") if one["ongoing"] else ""),
                one["free_text"],
            )
        )
    return words


def facts(row: Consultation, protocol: Protocol) -> list[tuple[str, str]]:
    """Return what was written down, as label and words, in the order of the page; nothing that is empty."""
    course = protocol.course
    skin = {one.value: f"{one.roman}: {worded(one.label)}" for one in course.skin_types}
    sun = {str(one.value): worded(one.label) for one in course.sun_damage_levels}
    goals = {str(one.value): worded(one.label) for one in course.goals}
    event = " · ".join(filter(None, (short_day(row.event_on) if row.event_on else "", row.event_name)))
    pairs = (
        (_("Skin type"), skin.get(row.skin_type or 0, "")),
        (_("Sun damage"), sun.get(row.sun_damage, "")),
        (_("Goal"), goals.get(row.goal, "")),
        (_("In the patient's words"), row.goal_words),
        (_("Planned depth"), f"{row.planned_depth} mm" if row.planned_depth else ""),
        (_("Event or sun trip"), event),
        (_("Skincare now"), row.skincare_now),
        (_("Past treatments"), row.past_treatments),
    )
    return [(str(label), words) for label, words in pairs if words]


def steps(form: ConsultationForm, groups: list[AskedGroup], found: Assessment) -> list[tuple[str, str, bool]]:
    """Return the parts of the page: anchor, name, and whether there is nothing left to do."""
    has = {name: bool(form[name].value()) for name in ("skin_type", "sun_damage", "goal", "goal_words")}
    concerned = any(form[f"c_{one.id}"].value() for one in found.protocol.course.concerns)
    return [
        ("scr", _("Screening"), not any(group.missing for group in groups)),
        ("skin", _("Skin"), has["skin_type"] and has["sun_damage"]),
        ("con", _("Concerns"), concerned),
        ("goal", _("Goal and plans"), has["goal"] and has["goal_words"]),
        ("rec", _("Recommendation"), found.proposal is not None and not found.open),
        ("sign", _("Sign and hand over"), False),
    ]
