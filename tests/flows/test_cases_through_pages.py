"""Worked cases once more, this time through the database, the actions and the page that the desk uses."""

import datetime
import re
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from clinic.models import (
    Clinic,
    Closure,
    Leave,
    Membership,
    OpeningHours,
    Outage,
    Shift,
    SpecialOpening,
)
from clinic.rules.timegrid import clock, to_utc, utc_range
from plans.models import Occupancy, Series, Visit, VisitType
from tests.factories.clinic import (
    ClinicFactory,
    DeviceFactory,
    MembershipFactory,
    ResourceFactory,
    RoomFactory,
)
from tests.factories.patients import PatientFactory
from tests.factories.plans import SeriesFactory
from tests.people import as_staff
from tests.plans.rules.scheduling import cases

pytestmark = pytest.mark.django_db
# Those whose wishes the page can express: the first session may be on any of the first days.
CHOSEN = ("P01", "P04", "P07", "P08", "P09", "P11", "P14", "P15", "P17", "P19")
FOUND = {case["id"]: case for case in cases.load_cases()}


class Place:
    """The clinic of a case as rows."""

    def __init__(self, case: dict[str, Any]) -> None:
        found, self.request = case["clinic"], case["request"]
        self.clinic: Clinic = ClinicFactory.create(slug="case", time_zone=found["tz"], setup_minutes=0)
        self.clinic.grid_minutes = self.request["treatment"].get("grid", 15)
        self.clinic.save()
        self.hours(found)
        self.resources: dict[str, int] = {}
        self.people = [self.person(one, order) for order, one in enumerate(found["practitioners"])]
        for model, key in ((RoomFactory, "rooms"), (DeviceFactory, "devices")):
            for order, one in enumerate(found.get(key, ())):
                place = model.create(clinic=self.clinic, kind=one["kind"], position=order)
                self.resources[one["id"]] = place.pk
                self.absences(Outage, {"resource_id": place.pk}, one.get("out", ()))
        self.treatment(self.request["treatment"])
        self.desk = MembershipFactory.create(clinic=self.clinic, is_front_desk=True)

    def hours(self, found: dict[str, Any]) -> None:
        for weekday, spans in found["opening"].items():
            for start, end in spans:
                OpeningHours.objects.create(
                    clinic=self.clinic,
                    weekday=int(weekday),
                    start_minute=cases.minute(start),
                    end_minute=cases.minute(end),
                )
        for special in found.get("special_opening", ()):
            for start, end in special["hours"]:
                SpecialOpening.objects.create(
                    clinic=self.clinic,
                    day=special["date"],
                    start_minute=cases.minute(start),
                    end_minute=cases.minute(end),
                )
        for closure in found.get("closures", ()):
            last = closure.get("to", closure["date"])
            Closure.objects.create(clinic=self.clinic, first=closure["date"], last=last)

    def person(self, found: dict[str, Any], order: int) -> Membership:
        member: Membership = MembershipFactory.create(clinic=self.clinic, is_front_desk=True, position=order)
        member.is_practitioner = True
        member.save()
        member.user.resource = ResourceFactory.create(kind="practitioner")
        member.user.save()
        for shift in found["shifts"]:
            for weekday, spans in shift["week"].items():
                for start, end in spans:
                    Shift.objects.create(
                        membership=member,
                        since=shift.get("since", datetime.date(2020, 1, 1)),
                        weekday=int(weekday),
                        start_minute=cases.minute(start),
                        end_minute=cases.minute(end),
                    )
        self.absences(Leave, {"membership": member}, found.get("leave", ()))
        self.resources[found["id"]] = member.user.resource.pk
        return member

    def absences(self, model: Any, owner: dict[str, Any], rows: Any) -> None:
        for row in rows:
            model.objects.create(**owner, first=row["from"], last=row["to"])

    def treatment(self, found: dict[str, Any]) -> None:
        buffers = {
            f"{name}_{side}": minutes
            for name, key in (
                ("practitioner", "prac_buffer"),
                ("room", "room_buffer"),
                ("device", "device_buffer"),
            )
            for side, minutes in zip(("before", "after"), found.get(key, (0, 0)), strict=True)
        }
        VisitType.objects.create(
            clinic=self.clinic,
            kind="treatment",
            minutes=found["minutes"],
            room_kind=found["room_kind"],
            device_kind=found.get("device_kind") or "",
            **buffers,
        )

    def book(self, rows: Any, patient: Any) -> None:
        """Put the bookings of the case into the diary: whatever they hold, for somebody else."""
        self.resources["patient"] = patient.resource_id
        for row in rows:
            start, end = cases.minute(row["start"]), cases.minute(row["end"])
            day = cases.day(row["date"])
            starts_at, ends_at = utc_range(day, start, end, self.clinic.zone)
            visit = Visit.objects.create(
                clinic=self.clinic,
                kind="blocked",
                practitioner=self.people[0],
                day=day,
                start_minute=start,
                minutes=end - start,
                starts_at=starts_at,
                ends_at=ends_at,
                state_at=starts_at,
                booked_at=starts_at,
                reference=uuid4().hex[:8],
            )
            for resource in row.get("resources", ["patient"]):
                Occupancy.objects.create(
                    clinic=self.clinic,
                    resource_id=self.resources[resource],
                    visit=visit,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    day=day,
                    cell_from=start // 5,
                    cell_to=-(-end // 5),
                )

    def series(self) -> Series:
        steps = self.request["steps"]
        patient = PatientFactory.create(clinic=self.clinic)
        series: Series = SeriesFactory.create(
            patient=patient,
            practitioner=self.people[0],
            state="to_book",
            sessions=self.request["n"],
            min_days=steps[0][0],
            target_days=steps[0][1],
            max_days=steps[0][2],
        )
        return series


@pytest.mark.parametrize("name", CHOSEN, ids=[f"case-{name}" for name in CHOSEN])
def test_a_worked_case_is_proposed_and_booked_on_the_page(name: str, time_machine: Any) -> None:
    case = FOUND[name]
    place = Place(case)
    series, request = place.series(), case["request"]
    place.book(case["clinic"].get("bookings", ()), series.patient)
    place.book(request.get("patient_busy", ()), series.patient)
    first = cases.day(request["earliest"])
    time_machine.move_to(to_utc(first - datetime.timedelta(days=1), 600, place.clinic.zone))
    wishes = {"first": f"{first:%d/%m/%Y}", "finish": request.get("finish", "")}
    if request.get("practitioners"):
        wishes["who"] = f"only-{place.resources[request['practitioners'][0]]}"
    if request.get("daytime"):
        wishes["times"] = "evening"
    browser = as_staff(place.desk)
    page = reverse("plans:series_book", args=[place.clinic.slug, series.pk])
    html = browser.get(page, wishes).content.decode()
    token = re.findall(r'name="offer" value="([^"]+)"', html)[0]
    answer = browser.post(page, {"offer": token})
    assert answer.status_code == 302
    names = {number: person for person, number in place.resources.items()}
    booked = [
        [str(visit.day), names[visit.practitioner.user.resource_id or 0], clock(visit.start_minute)]
        for visit in Visit.objects.filter(series=series)
    ]
    expected = case["expected"]
    if expected["n_optimal"] <= 6:
        assert booked in expected["optimal"]
    else:
        assert [row[:2] for row in booked] in [[row[:2] for row in rows] for rows in expected["optimal"]]
    # The wall time of the first listed optimum and the instant that is stored agree across clock changes.
    zone, stored = place.clinic.zone, Visit.objects.filter(series=series)
    assert [visit.starts_at for visit in stored] == [
        to_utc(cases.day(day), cases.minute(start), zone) for day, _, start in booked
    ]
