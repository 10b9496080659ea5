"""Logins and e-mail addresses are compared in one spelling."""

from unicodedata import normalize


def fold(text: str) -> str:
    """The spelling that is stored and compared: no space around, small letters, composed accents.

    It is done here and not by the databases, since SQLite's ``lower()`` knows only ASCII.
    """
    return normalize("NFC", text.strip().lower())
