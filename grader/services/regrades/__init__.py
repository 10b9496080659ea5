"""Regrades: planned, shown, applied as one switch in as many chunks as it takes, undone."""
