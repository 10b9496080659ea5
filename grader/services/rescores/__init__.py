"""The same for policies: an assignment's scores are folded anew, planned, applied, undone."""
