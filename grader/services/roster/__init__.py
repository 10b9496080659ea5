"""The roster: read from a file, planned, and made true as a whole."""
