"""The table of pages: every URL pattern with the person it is for, the right it needs and its methods.

The middleware answers nobody on a pattern that is not listed here, and a test that starts from the URL
resolver fails on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from clinic.rules.roles import Right


class Audience(StrEnum):
    """Whom a page is for."""

    PUBLIC = "anybody"
    SIGNED_IN = "anybody who is signed in"
    STAFF = "a member of the clinic in the address who holds the right"
    PATIENT = "a patient, for rows of their own"
    DEMO = "anybody, in the demo alone"


@dataclass(frozen=True, slots=True)
class Page:
    """One row of the table."""

    audience: Audience
    right: Right | None = None
    methods: tuple[str, ...] = ("GET",)


BOTH = ("GET", "POST")
POST = ("POST",)


def _public(*methods: str) -> Page:
    return Page(Audience.PUBLIC, None, methods or ("GET",))


def _staff(right: Right, methods: tuple[str, ...] = ("GET",)) -> Page:
    return Page(Audience.STAFF, right, methods)


def _mine(methods: tuple[str, ...] = ("GET",)) -> Page:
    return Page(Audience.PATIENT, Right.OWN_PLAN, methods)


def _each(names: Iterable[str], page: Page) -> dict[str, Page]:
    return dict.fromkeys(names, page)


PAGES: dict[str, Page] = {
    "home": _public(),
    "health": _public(),
    "set_language": _public("POST"),
    # Staff sign in with a password and a second factor.
    **_each(
        (
            "account_login",
            "account_logout",
            "account_reset_password",
            "account_reset_password_from_key",
            "mfa_authenticate",
        ),
        _public(*BOTH),
    ),
    **_each(
        ("account_inactive", "account_reset_password_done", "account_reset_password_from_key_done"), _public()
    ),
    **_each(
        (
            "account_reauthenticate",
            "account_change_password",
            "mfa_reauthenticate",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_generate_recovery_codes",
            "usersessions_list",
        ),
        Page(Audience.SIGNED_IN, None, BOTH),
    ),
    **_each(("mfa_index", "mfa_view_recovery_codes"), Page(Audience.SIGNED_IN)),
    "clinic:theme": _public("POST"),
    "clinic:shortcuts": Page(Audience.SIGNED_IN, None, POST),
    # Pages that exist in the demo alone.
    "clinic:demo_mail": Page(Audience.DEMO),
    # The day, patients and bookings.
    "plans:today": _staff(Right.SEE_DIARY),
    "plans:day": _staff(Right.SEE_DIARY),
    "plans:day_print": _staff(Right.SEE_DIARY),
    "plans:week": _staff(Right.SEE_DIARY),
    "plans:worklist": _staff(Right.BOOK),
    "patients:list": _staff(Right.SEE_IDENTITY, BOTH),
    "patients:new": _staff(Right.EDIT_IDENTITY, BOTH),
    "patients:edit": _staff(Right.EDIT_IDENTITY, BOTH),
    "patients:access": _staff(Right.EDIT_IDENTITY, POST),
    "plans:patient": _staff(Right.SEE_IDENTITY),
    "plans:visit_new": _staff(Right.BOOK, BOTH),
    "plans:caller_new": _staff(Right.BOOK, BOTH),
    "plans:visit": _staff(Right.SEE_DIARY),
    "plans:visit_state": _staff(Right.BOOK, POST),
    "plans:visit_move": _staff(Right.BOOK, BOTH),
    "plans:visit_cancel": _staff(Right.BOOK, BOTH),
    "plans:failed_mail": _staff(Right.BOOK, POST),
    "plans:waiting": _staff(Right.BOOK),
    "plans:waiting_new": _staff(Right.BOOK, BOTH),
    "plans:waiting_leave": _staff(Right.BOOK, POST),
    "plans:waiting_offer": _staff(Right.BOOK, POST),
    "plans:waiting_answer": _staff(Right.BOOK, POST),
    "plans:series": _staff(Right.SEE_DIARY),
    "plans:series_book": _staff(Right.BOOK, BOTH),
    "plans:series_booked": _staff(Right.BOOK),
    "plans:series_undo": _staff(Right.BOOK, POST),
    "plans:series_plan": _staff(Right.SEE_DIARY),
    "plans:series_pause": _staff(Right.WRITE_CLINICAL, BOTH),
    "plans:series_resume": _staff(Right.WRITE_CLINICAL, POST),
    "plans:series_stop": _staff(Right.WRITE_CLINICAL, BOTH),
    "plans:series_add": _staff(Right.WRITE_CLINICAL, BOTH),
    "plans:series_remove": _staff(Right.WRITE_CLINICAL, BOTH),
    "plans:series_skip": _staff(Right.WRITE_CLINICAL, BOTH),
    # What takes time away from visits that stand, and what becomes of them.
    "plans:absences": _staff(Right.MANAGE_CLINIC),
    "plans:absence_new": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:absence": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:absence_apply": _staff(Right.MANAGE_CLINIC, POST),
    "plans:absence_withdraw": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:holidays": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:hours": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:special_hours": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:shifts": _staff(Right.MANAGE_CLINIC),
    "plans:shifts_of": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:calls": _staff(Right.BOOK),
    "plans:visit_call": _staff(Right.BOOK, POST),
    # Clinical work.
    "plans:consultation_new": _staff(Right.WRITE_CLINICAL, POST),
    "plans:consultation": _staff(Right.READ_CLINICAL, BOTH),
    "plans:consultation_flag": _staff(Right.WRITE_CLINICAL, POST),
    "plans:consultation_sign": _staff(Right.WRITE_CLINICAL, POST),
    "plans:consent": _staff(Right.WRITE_CLINICAL, POST),
    "plans:record": _staff(Right.READ_CLINICAL, BOTH),
    "plans:record_flag": _staff(Right.WRITE_CLINICAL, POST),
    "plans:record_sign": _staff(Right.WRITE_CLINICAL, POST),
    "plans:record_end": _staff(Right.WRITE_CLINICAL, POST),
    "plans:addendum": _staff(Right.WRITE_CLINICAL, POST),
    "plans:sheet": _staff(Right.READ_CLINICAL),
    "plans:sheet_print": _staff(Right.READ_CLINICAL),
    "plans:protocol": _staff(Right.READ_CLINICAL),
    "plans:reports": _staff(Right.MANAGE_CLINIC),
    "plans:report_csv": _staff(Right.MANAGE_CLINIC),
    "plans:protocol_version": _staff(Right.READ_CLINICAL),
    "plans:protocol_draft": _staff(Right.PUBLISH_PROTOCOL),
    "plans:protocol_line": _staff(Right.PUBLISH_PROTOCOL, BOTH),
    "plans:protocol_publish": _staff(Right.PUBLISH_PROTOCOL, BOTH),
    "plans:protocol_discard": _staff(Right.PUBLISH_PROTOCOL, POST),
    "plans:protocol_carry_over": _staff(Right.PUBLISH_PROTOCOL, POST),
    # The clinic itself.
    "clinic:settings": _staff(Right.MANAGE_CLINIC),
    "clinic:details": _staff(Right.MANAGE_CLINIC, BOTH),
    "clinic:person_new": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:place_new": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:place": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:visit_types": _staff(Right.MANAGE_CLINIC),
    "plans:visit_type": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:transfer": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:bring_in": _staff(Right.MANAGE_CLINIC, POST),
    "plans:patients_file": _staff(Right.MANAGE_CLINIC),
    "plans:diary": _staff(Right.SEE_DIARY),
    "plans:diary_file": _staff(Right.SEE_DIARY),
    "plans:merge_find": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:merge": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:unmerge": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:zone": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:member": _staff(Right.MANAGE_CLINIC, BOTH),
    "plans:member_departure": _staff(Right.MANAGE_CLINIC, POST),
    "plans:member_comeback": _staff(Right.MANAGE_CLINIC, POST),
    "plans:member_invitation": _staff(Right.MANAGE_CLINIC, POST),
    "clinic:audit": _staff(Right.READ_AUDIT),
    # A patient's own pages.
    "patients:sign_in": _public(*BOTH),
    "patients:code": _public(*BOTH),
    "patients:sign_out": _mine(POST),
    "patients:mine": _mine(),
    "patients:confirm": _mine(BOTH),
    "plans:my_plan": _mine(),
    "plans:my_aftercare": _mine(),
    "plans:my_sheet": _mine(),
    "plans:my_calendar": _mine(),
    "plans:my_visit": _mine(POST),
    "plans:my_offer": _mine(POST),
}
