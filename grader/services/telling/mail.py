"""Hands mail in at a server; many messages go over one connection."""

import smtplib
import ssl
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage

from grader.domain.errors import MailFailed, NotDelivered
from grader.domain.mail_server import MailServer

TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection to a mail server, for as many messages as one likes."""

    server: MailServer
    smtp: smtplib.SMTP

    @property
    def open(self) -> bool:
        """Whether it still stands; a server may end it after an answer."""
        return self.smtp.sock is not None

    def send(self, *, address: str, subject: str, body: str) -> None:
        """Hand a message of plain text in.

        Raises:
            NotDelivered: it can't be sent, or the server refused it; others may go through.
            MailFailed: the connection broke; nobody knows whether this message was taken.
        """
        try:
            message = EmailMessage()
            message["From"] = self.server.sender
            message["To"] = address
            message["Subject"] = subject
            # Not every server takes eight bits.
            message.set_content(body, cte=None if body.isascii() else "quoted-printable")
            self.smtp.send_message(message)
        except (
            smtplib.SMTPRecipientsRefused,
            smtplib.SMTPResponseException,
            smtplib.SMTPNotSupportedError,
            ValueError,
        ) as error:
            raise NotDelivered(f"The mail was refused: {_why(error)}.") from error
        except OSError as error:  # All of smtplib's are of this kind.
            raise MailFailed(f"The connection to the mail server broke: {_why(error)}.") from error


@contextmanager
def connected(server: MailServer) -> Generator[Connection]:
    """Open a connection, and close it in the end.

    Raises:
        MailFailed: the server can't be reached, or does not let us in. The text names no password.
    """
    try:
        smtp = _open(server)
    except (OSError, ValueError) as error:
        raise MailFailed(f"The mail server {server.host} can't be used: {_why(error)}.") from error
    try:
        yield Connection(server, smtp)
    finally:
        # What was handed in is there, however it takes its leave.
        with suppress(OSError):
            smtp.quit()
        smtp.close()


def _open(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.closed:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        if server.user:
            if not server.closed:  # A password never goes over an open line.
                smtp.starttls(context=context)
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _why(error: Exception) -> str:
    """A reason that names nobody: what servers answer may repeat addresses."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({code for code, _answer in error.recipients.values()})
        return f"its address is not taken (code {', '.join(map(str, codes))})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the server answered with code {error.smtp_code}"
    return type(error).__name__
