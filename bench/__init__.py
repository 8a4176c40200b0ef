"""Repeatable measurements: commands that print ratios, never tests that assert seconds."""
