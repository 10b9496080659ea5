"""Sends the letters about a run, each noted before and after in a transaction of its own.

It can break off at any point: what was sent stands there, and sending again goes on with the rest.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from grader.domain.errors import MailFailed, NotDelivered
from grader.domain.mail_server import MailServer
from grader.services.telling.mail import Connection, connected
from grader.services.telling.postings import Posting, claim, settle
from grader.services.telling.run_changes import RunChanges
from grader.services.telling.telling import Addressee

MOST_LOSSES = 3
"""So many connections in a row may break before it is given up."""

Writing = Callable[[], AbstractContextManager[Session]]
Clock = Callable[[], datetime]
Heard = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Sending:
    """Who writes to whom about what: ``writing`` opens a transaction that commits at its end."""

    run: RunChanges
    addressees: Sequence[Addressee]
    actor: str
    writing: Writing
    clock: Clock


def send_letters(
    sending: Sending, *, server: MailServer, heard: Heard = lambda _more: None
) -> list[tuple[Addressee, str]]:
    """Send all letters that nobody else has sent meanwhile; gives those that failed, and why.

    ``heard`` is told after each letter. Where the connection breaks, the letter that was on its way is left
    unclear, and another connection takes the rest.

    Raises:
        MailFailed: the server can't be used, or connections broke again and again.
    """
    failed: list[tuple[Addressee, str]] = []
    left, losses = list(sending.addressees), 0
    while left:
        with connected(server) as connection:
            before = len(left)
            try:
                _send(sending, connection, left, failed, heard)
            except MailFailed:
                # Some letters on a connection are worth another one.
                losses = 1 if before - len(left) > 1 else losses + 1
                if losses == MOST_LOSSES:
                    raise
    return failed


def _send(  # noqa: PLR0917 - one caller, above.
    sending: Sending,
    connection: Connection,
    left: list[Addressee],
    failed: list[tuple[Addressee, str]],
    heard: Heard,
) -> None:
    """Send letters until none is left, or the server has ended the connection."""
    while left and connection.open:
        addressee = left.pop(0)
        posting = Posting(sending.run, addressee.person_id, sending.actor)
        with sending.writing() as session:
            number = claim(session, posting=posting, now=sending.clock())
        if number is not None:
            why = _delivered(connection, addressee)
            with sending.writing() as session:
                settle(session, posting=posting, number=number, failed=why, now=sending.clock())
            if why:
                failed.append((addressee, why))
        heard(1)


def _delivered(connection: Connection, addressee: Addressee) -> str:
    """Why a letter was not taken; '' if it was."""
    written = addressee.letter
    try:
        connection.send(address=addressee.address, subject=written.subject, body=written.body)
    except NotDelivered as refusal:
        return str(refusal)
    return ""
