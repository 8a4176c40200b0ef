"""What the demo's start and its story both know."""

# Open on purpose: it opens invented people only, and a production start refuses to run with demo accounts.
PASSWORD = "invented-people-only"  # noqa: S105
