"""One person's record: exported, forgotten, and who of the staff looked at it."""
