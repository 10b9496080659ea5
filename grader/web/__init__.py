"""The web door: pages for students and staff, and the API. It can't reach ``reference/``."""
