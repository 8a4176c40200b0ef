"""Proposes, explains and repairs whole treatment series on the free time of people, rooms and devices."""
