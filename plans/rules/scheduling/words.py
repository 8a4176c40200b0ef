"""What the codes of the engine say, as English keys for translation with named places; no sentence is built here."""

COST_PARTS = {
    "gap": "%(amount)+d days from the best interval",
    "change": "another practitioner than at the session before",
    "not_preferred": "not with the preferred practitioner",
    "weekday": "not on a preferred weekday",
    "daytime": "not at a preferred time of day",
    "tod": "another time of day than at the session before (%(amount)d quarter hours)",
    "delay": "%(amount)d days after the earliest date",
    "frag before": "leaves a gap of %(amount)d minutes before it",
    "frag after": "leaves a gap of %(amount)d minutes after it",
}

REASONS = {
    "too short": "The sessions do not fit before the latest date: %(days)d days are missing.",
    "blocked": "Session %(session)d has no free time.",
}

BLOCKERS = {
    "closed": "the clinic is closed",
    "blackout": "the patient is away or has an event",
    "weekday": "not one of the patient's weekdays",
    "practitioner away": "no practitioner is working",
    "time of day": "nothing at the patient's time of day",
    "practitioner full": "the practitioner is fully booked",
    "no room": "no room is free",
    "no device": "no device is free",
    "ok": "free, but it does not fit the rest of the series",
}

RELAXATIONS = {
    "weekdays": "on any weekday",
    "daytime": "at any time of day",
    "same_practitioner": "with more than one practitioner",
    "practitioner": "with any practitioner",
    "blackout": "on days that the patient keeps free",
    "max_gap": "with intervals up to %(days)d days longer",
    "finish": "if it may end %(days)d days later",
    "first": "if it may begin %(days)d days later",
}

MOVES = {
    "kept": "unchanged",
    "practitioner": "other practitioner",
    "time": "other time",
    "day": "other day",
    "none": "no place",
}

VIOLATIONS = {
    "number of sessions": "the number of sessions is not the one asked for",
    "before the earliest date": "before the earliest date",
    "first session too late": "the first session is too late",
    "after the latest finish": "after the latest finish",
    "too early": "earlier than the interval allows",
    "too late": "later than the interval allows",
    "another practitioner": "not the same practitioner throughout",
    "weekday": "not one of the patient's weekdays",
    "blackout": "the patient is away or has an event",
    "practitioner not wanted": "not one of the practitioners asked for",
    "time of day": "not at the patient's time of day",
    "off the grid": "not at a time at which visits start",
    "closed": "the clinic is closed",
    "practitioner not able": "the practitioner does not do this treatment",
    "practitioner away": "the practitioner is not working",
    "practitioner busy": "the practitioner is booked",
    "room not of the kind": "the room is not of the kind that is needed",
    "room out": "the room cannot be used",
    "room busy": "the room is booked",
    "device not of the kind": "the device is not of the kind that is needed",
    "device out": "the device cannot be used",
    "device busy": "the device is booked",
    "patient busy": "the patient has another visit",
}
