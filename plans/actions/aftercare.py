"""Aftercare: compiled from what was recorded, issued once, never changed."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from clinic.actions import audit, outbox
from clinic.actions.authority import person
from clinic.models import Clinic
from clinic.rules.roles import Actor
from patients.rules.terms import Language
from plans.models import AftercareSheet, Series, SessionRecord, Visit
from plans.queries.treat import Ground, ground, needled
from plans.rules.aftercare import compile_sheet
from plans.rules.sheet import ClinicTexts, Sheet
from plans.rules.treatment import Treated
from plans.rules.visiting import HELD

FIRST = 1


@transaction.atomic
def issue(
    actor: Actor, record: SessionRecord, *, ended_at: datetime, at: datetime, reason: str = ""
) -> AftercareSheet:
    """Compile the sheet of a signed record in the patient's language and issue it as the next number.

    `ended_at` is what every time counts from; `reason` says why a later number is issued. The patient is told
    that there is a sheet, in words that name no treatment; an unsent note about the number before is void.
    """
    visit, before = record.visit, record.sheets.order_by("-number").first()
    stand = ground(visit)
    if stand is None:
        raise ValueError("a session without a consultation has no aftercare")
    following = _next_visit(visit)
    sheet = _compiled(stand, record, ended_at, following)
    issued = AftercareSheet.objects.create(
        clinic=visit.clinic,
        patient=record.patient,
        record=record,
        number=before.number + 1 if before else FIRST,
        language=sheet.language.value,
        protocol_version_id=stand.version_id,
        ended_at=ended_at,
        content={"head": _head(stand, record, following), "sheet": sheet.to_data()},
        rule_ids=_rule_ids(sheet),
        reason=reason,
        signed_at=at,
        signed_by_id=person(actor),
    )
    if before is not None:
        outbox.void(before)
    _tell(issued, at)
    audit.record(actor, "issue", issued, at=at, patient_id=record.patient_id, reason=reason)
    return issued


def _compiled(stand: Ground, record: SessionRecord, ended_at: datetime, following: Visit | None) -> Sheet:
    areas, needling = needled(record)
    left = _sessions_left(stand.visit)
    treated = Treated(
        areas=areas,
        needling=needling,
        skin_type=stand.skin.skin_type,
        history=stand.skin.history,
        concerns=tuple(concern["id"] for concern in stand.consultation.concerns),
        session_number=stand.skin.session_number,
        sessions_left=left,
        last_session=stand.visit.series is not None and left == 0,
        clinic_products=tuple(record.handed_over),
        anaesthetic_used=bool(record.numbing),
    )
    clinic = stand.visit.clinic
    return compile_sheet(
        stand.protocol,
        treated,
        ended_at=ended_at,
        tz=clinic.zone,
        language=language_of(record.patient.language),
        clinic=ClinicTexts(clinic.phone, clinic.emergency_number, products(clinic)),
        next_session=following.starts_at if following else None,
    )


def _rule_ids(sheet: Sheet) -> list[str]:
    usual, warnings = (one.id for one in sheet.expect), (one.id for one in sheet.red_flags)
    return [*(one.id for one in sheet.items), *usual, *warnings]


def language_of(code: str) -> Language:
    """Return the language of the texts for a patient's language code."""
    return Language.ES if code.startswith("es") else Language.EN


def products(clinic: Clinic) -> dict[str, str]:
    """Return the products that a clinic hands out, by placeholder; the protocol names the others."""
    named = {
        "product_cleanser": clinic.cleanser,
        "product_moisturiser": clinic.moisturiser,
        "product_sunscreen": clinic.sunscreen,
    }
    return {placeholder: name for placeholder, name in named.items() if name}


def _sessions_left(visit: Visit) -> int:
    series = visit.series
    if series is None or series.state == Series.State.STOPPED:
        return 0
    return max(series.sessions - (visit.session_number or 1), 0)


def _next_visit(visit: Visit) -> Visit | None:
    """Return the next session of the series that has a date."""
    if visit.series_id is None:
        return None
    later = Visit.objects.filter(series_id=visit.series_id, state__in=HELD, starts_at__gt=visit.starts_at)
    return later.order_by("starts_at").first()


def _head(stand: Ground, record: SessionRecord, following: Visit | None) -> dict[str, Any]:
    """Return what stands above and below the lines, as it was on the day of issue."""
    language = language_of(record.patient.language)
    visit, clinic = stand.visit, stand.visit.clinic
    depths = sorted(needled(record)[1].depth_by_area.values())
    return {
        "session": visit.session_number,
        "sessions": visit.series.sessions if visit.series else None,
        "areas": [stand.protocol.area(area["area"]).label[language] for area in record.areas],
        "depths": [_millimetres(depths[0]), _millimetres(depths[-1])] if depths else [],
        "practitioner": record.practitioner.user.name,
        "clinic": clinic.name,
        "address": clinic.address,
        "phone": clinic.phone,
        "emergency_number": clinic.emergency_number,
        "next_session": following.starts_at.isoformat() if following else None,
        "next_number": following.session_number if following else None,
    }


def _millimetres(depth: Decimal) -> str:
    """Write a depth with one decimal, or two where it has them: 1.0, 1.25."""
    return f"{depth:.2f}".removesuffix("0")


def _tell(sheet: AftercareSheet, at: datetime) -> None:
    patient = sheet.patient
    outbox.queue(
        "plans/aftercare",
        sheet,
        patient,
        at=at,
        patient_id=patient.pk,
        clinic_id=sheet.clinic_id,
        context={"clinic": sheet.clinic, "patient_id": patient.pk, "is_correction": sheet.number > FIRST},
    )
