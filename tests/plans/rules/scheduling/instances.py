"""Small random cases, odd in every way that the format allows: they are enumerated in milliseconds."""

from datetime import date, timedelta
from random import Random
from typing import Any

from clinic.rules.timegrid import clock

Json = dict[str, Any]
DAY = timedelta(days=1)
# Starting days whose following weeks hold a change of clocks, the end of a month or of a leap February.
STARTS = [date(2026, 3, 23), date(2026, 10, 21), date(2028, 2, 24), date(2026, 12, 28), date(2026, 6, 1)]


class Maker:
    """Draws one case from a seed."""

    def __init__(self, seed: int, night: float = 0.25) -> None:
        self.random = Random(seed)
        self.start = self.random.choice(STARTS)
        # At night a change of clocks falls into opening hours; around 13:00 half-days differ.
        self.hour = 1 if self.chance(night) else self.random.choice([9, 11])
        self.length = self.random.choice([90, 120, 180, 240, 300])
        self.people = ["Ana", "Ben", "Cyd"][: self.random.choice([1, 2, 2, 3])]
        self.rooms = ["R1", "R2"][: self.random.choice([1, 2])]
        self.devices = ["D1", "D2"][: self.random.choice([0, 1, 2])]

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def day(self, spread: int = 20) -> date:
        return self.start + self.random.randrange(spread) * DAY

    def days(self, longest: int = 4) -> tuple[str, str]:
        first = self.day()
        return first.isoformat(), (first + self.random.randrange(longest) * DAY).isoformat()

    def times(self, odd: bool = True) -> list[str]:
        """A span of times inside the opening hours, at any minute if odd."""
        unit = self.random.choice([1, 5, 15]) if odd else 15
        first = self.hour * 60 + self.random.randrange(0, self.length - 29) // unit * unit
        return [
            clock(first),
            clock(min(first + self.random.choice([20, 47, 60, 95]), self.hour * 60 + self.length)),
        ]

    def week(self, share: float) -> Json:
        whole = [clock(self.hour * 60), clock(self.hour * 60 + self.length)]
        return {
            str(weekday): [whole if self.chance(0.7) else self.times()]
            for weekday in range(7)
            if self.chance(share)
        }

    def absences(self, share: float) -> list[Json]:
        found = []
        while self.chance(share):
            first, last = self.days()
            found.append(
                {"from": first, "to": last, **({"hours": [self.times()]} if self.chance(0.4) else {})}
            )
        return found

    def closures(self) -> list[Json]:
        found: list[Json] = []
        while self.chance(0.25):
            first, last = self.days(3)
            start, end = self.times()
            hours = self.random.choice([{}, {"from": start}, {"until": end}, {"from": start, "until": end}])
            found.append({"date": first, **({"to": last} if self.chance(0.6) else {}), **hours})
        return found

    def practitioner(self, name: str) -> Json:
        shifts: list[Json] = [{"week": self.week(0.9)}]
        if self.chance(0.2):
            shifts.append({"since": self.day().isoformat(), "week": self.week(0.7)})
        return {"id": name, "shifts": shifts, "leave": self.absences(0.2)}

    def bookings(self) -> list[Json]:
        found = []
        things = self.people + self.rooms + self.devices
        for _ in range(self.random.randrange(0, 30)):
            start, end = self.times()
            chosen = self.random.sample(things, self.random.choice([1, 1, 2]) if len(things) > 1 else 1)
            found.append({"date": self.day().isoformat(), "start": start, "end": end, "resources": chosen})
        return found

    def clinic(self) -> Json:
        special = [
            {"date": self.day().isoformat(), "hours": [self.times()]}
            for _ in range(self.random.choice([0, 0, 1, 2]))
        ]
        return {
            "tz": self.random.choice(["Europe/Berlin", "Europe/Berlin", "Asia/Tokyo", "Australia/Lord_Howe"]),
            "opening": self.week(0.95),
            "special_opening": special,
            "closures": self.closures(),
            "practitioners": [self.practitioner(name) for name in self.people],
            "rooms": [{"id": one, "kind": "t", "out": self.absences(0.1)} for one in self.rooms],
            "devices": [{"id": one, "kind": "d", "out": self.absences(0.1)} for one in self.devices],
            "bookings": self.bookings(),
        }

    def treatment(self) -> Json:
        def buffer() -> list[int]:
            return [self.random.choice([0, 0, 5, 8]), self.random.choice([0, 0, 5, 10])]

        found = {
            "minutes": self.random.choice([30, 45, 52, 60]),
            "room_kind": "t",
            "grid": self.random.choice([15, 15, 30, 30, 60, 45, 20, 10]),
            "room_buffer": buffer(),
        }
        if self.chance(0.4):
            found["prac_buffer"] = buffer()
        if self.devices and self.chance(0.6):
            found |= {"device_kind": "d", "device_buffer": buffer()}
        return found

    def step(self) -> list[int]:
        least = self.random.choice([1, 2, 2, 5])
        most = least + self.random.choice([0, 1, 2, 3])
        return [least, self.random.randint(least, most), most]

    def weights(self) -> Json:
        choices = {
            "gap_day": [0, 1, 10, 40, 100], "change": [0, 5, 200], "not_preferred": [0, 60, 150],
            "weekday": [0, 50], "daytime": [0, 7, 50], "tod": [0, 1, 3], "tod_cap": [0, 2, 12, 40],
            "delay_day": [0, 2, 30], "frag": [0, 8, 13],
        }  # fmt: skip
        return {name: self.random.choice(values) for name, values in choices.items() if self.chance(0.6)}

    def wishes(self, hard: float) -> Json:
        found: Json = {}
        if self.chance(hard):
            found["weekdays"] = sorted(self.random.sample(range(7), self.random.choice([2, 4, 5])))
        if self.chance(hard):
            found["daytime"] = self.times()
        if self.chance(hard):
            found["practitioners"] = self.random.sample(self.people, self.random.randint(1, len(self.people)))
        if self.chance(hard):
            found["blackout"] = [list(self.days()) for _ in range(self.random.choice([1, 2]))]
        if self.chance(0.3):
            start, end = self.times()
            found["patient_busy"] = [{"date": self.day().isoformat(), "start": start, "end": end}]
        return found

    def request(self, hard: float) -> Json:
        n = self.random.choice([1, 2, 2, 3, 3])
        anchored = self.chance(0.3)
        earliest = self.day(5)
        found: Json = {
            "n": n,
            "earliest": earliest.isoformat(),
            "latest_first": (earliest + self.random.randrange(5) * DAY).isoformat(),
            "steps": [self.step() for _ in range(n if anchored else n - 1)],
            "treatment": self.treatment(),
            "same_practitioner": self.chance(0.3),
            **self.wishes(hard),
        }
        if anchored:
            done = earliest - self.random.randrange(4) * DAY
            start = self.hour * 60 + self.random.randrange(self.length)
            who = self.random.choice([*self.people, "Gone"])
            found["anchor"] = {"date": done.isoformat(), "practitioner": who, "start": clock(start)}
        if self.chance(0.15):
            found["finish"] = (earliest + self.random.randrange(9) * DAY).isoformat()
        if self.chance(0.3):
            found["preferred"] = self.random.choice(self.people)
        if self.chance(0.25):
            found["weekdays_pref"] = self.random.sample(range(7), 3)
        if self.chance(0.25):
            found["daytime_pref"] = self.times()
        if self.chance(0.5):
            found["weights"] = self.weights()
        return found


def propose_case(seed: int, hard: float = 0.15) -> Json:
    """A random case of kind `propose`; the more `hard` wishes, the more often nothing fits."""
    maker = Maker(seed)
    return {"id": f"seed {seed}", "kind": "propose", "clinic": maker.clinic(), "request": maker.request(hard)}


def replan_case(seed: int, count: int = 1) -> Json:
    """A random case of kind `replan` with so many series of one to three open sessions."""
    maker = Maker(seed, night=0.1)
    clinic = maker.clinic()
    costs = {
        "stay": 0, "other_practitioner": 40, "per_15min": 2, "per_15min_cap": 24, "same_day_move": 100,
        "other_day_move": 200, "per_day": 10, "per_day_cap": 15, "gap_per_day_off_target": 2, "unplaced": 100_000,
    }  # fmt: skip
    series = [_series(maker, number, count) for number in range(1, count + 1)]
    today = maker.start + maker.random.randrange(6) * DAY
    radius = maker.random.choice([1, 2, 3])
    return {
        "id": f"seed {seed}", "kind": "replan", "clinic": clinic, "today": today.isoformat(), "radius": radius,
        "series": series, "costs": costs,
    }  # fmt: skip


def _series(maker: Maker, number: int, count: int) -> Json:
    done = maker.random.choice([0, 1, 1])
    total = done + (maker.random.choice([1, 2, 3]) if count == 1 else maker.random.choice([1, 2]))
    steps = [[least, target, most + 1] for least, target, most in (maker.step() for _ in range(total - 1))]
    day, slots = maker.day(6), []
    for index in range(total):
        if index:
            day += steps[index - 1][1] * DAY
        start = maker.hour * 60 + maker.random.randrange(0, maker.length, 15)
        slots.append(
            {
                "date": day.isoformat(),
                "practitioner": maker.random.choice(maker.people),
                "start": clock(start),
            }
        )
    found: Json = {
        "id": number, "treatment": maker.treatment(), "done": done, "slots": slots, "steps": steps,
    }  # fmt: skip
    if maker.chance(0.2):
        found["daytime"] = maker.times()
    if maker.chance(0.2):
        found["weekdays"] = sorted(maker.random.sample(range(7), 5))
    if maker.chance(0.3):
        found["patient_blackout"] = [list(maker.days(2))]
    return found
