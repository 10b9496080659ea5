"""The rules, as pure functions over frozen values. Knows the standard library only."""
