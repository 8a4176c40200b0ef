"""The stories: how a patient comes to the clinic, is seen, is treated, and what happens on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from plans.actions import series as whole
from plans.actions import treat
from plans.demo import acts, dates
from plans.demo.dates import Aim
from plans.demo.people import Person
from plans.demo.stage import Stage, Story
from plans.models import Kind, Patient, Series, Visit
from plans.rules.scheduling.model import Slot
from plans.rules.visiting import State
