"""Rows for tests, as small as they can be. The demo story goes through the real actions instead."""
