"""Features created, replaced, changed and deleted."""
