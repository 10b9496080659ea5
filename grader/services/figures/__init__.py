"""The class in figures: what it answered, how far it is, and which key may be wrong."""
