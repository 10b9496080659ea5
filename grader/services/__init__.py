"""The verbs of the product. Each takes a session first, never commits, and gets ``now`` passed in."""
