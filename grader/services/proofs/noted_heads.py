"""Heads of the ledger that are noted night by night, where the service's machine can't change them."""

import os
from datetime import datetime
from pathlib import Path

from grader.domain.ledger_heads import Head, head_line
from grader.domain.letters import Letter


def append_head(file: Path, head: Head, *, now: datetime) -> None:
    """Add a head at the end of a file, which is on the disk then; lines that are there stay as they are.

    Raises:
        OSError: the file can't be written.
    """
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, head_line(head, now).encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def head_letter(head: Head, *, course: str, now: datetime) -> Letter:
    """A mail that keeps the head in a mailbox, out of reach of whoever holds the database."""
    return Letter(
        " ".join(f"{course}: ledger, entry {head.number}".split()),
        "The head of the ledger, to be kept:\n\n"
        f"{head_line(head, now)}\n"
        "It proves that no entry up to it was rewritten:\n\n"
        f"grader ledger verify --head {head}\n",
    )
