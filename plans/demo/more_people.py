"""More invented patients: those who have no visit on the planted day, and the second clinic's."""

from plans.demo.people import Person, _p
