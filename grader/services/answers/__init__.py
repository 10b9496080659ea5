"""Taking an answer: what it is decided on, the decision, what is stored, and what is told of it."""
