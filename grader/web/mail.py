"""Sends a sign-in link: by mail, or on the console of an installation that has none."""

import smtplib
import ssl
import sys
import threading
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

import structlog

from grader.config import SMTP_PORTS, Settings
from grader.domain.problem import Course
from grader.services.identity import Principal

TIMEOUT_SECONDS = 20
_log = structlog.get_logger("grader.web")


def send_link(settings: Settings, course: Course, person: Principal, address: str) -> None:
    """Send someone the link that signs them in.

    A mail is sent behind the reply's back: a page that waits for it only if the person exists would tell
    who is on the roster. A failure is logged, without the link.
    """
    smtp_url = settings.smtp_url.get_secret_value()
    if not smtp_url:
        sys.stdout.write(f"Sign in as {person.login}: {address}\n")
        sys.stdout.flush()
        return
    if not person.email:
        _log.warning("mail_without_address", person=person.person_id)
        return
    message = _message(settings.mail_from, course, person, address)
    threading.Thread(target=_deliver, args=(urlsplit(smtp_url), message), name="mail").start()


def _message(sender: str, course: Course, person: Principal, address: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = person.email
    message["Subject"] = f"{course.title}: your link to sign in"
    message.set_content(
        f"Hello {person.name},\n\n"
        f"open this link and press the button to sign in to the {course.title} Pset Grader:\n\n"
        f"{address}\n\n"
        "It works once, and only for half an hour. If you did not ask for it, do nothing.\n"
    )
    return message


def _deliver(server: SplitResult, message: EmailMessage) -> None:
    try:
        with _connected(server) as smtp:
            if server.username:
                smtp.login(unquote(server.username), unquote(server.password or ""))
            smtp.send_message(message)
    except (OSError, ValueError, smtplib.SMTPException) as error:
        _log.error("mail_not_sent", error=type(error).__name__)  # Its text may name people.


def _connected(server: SplitResult) -> smtplib.SMTP:
    host, port = server.hostname or "", server.port or SMTP_PORTS[server.scheme]
    context = ssl.create_default_context()
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
    smtp = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    if server.username:  # A password never goes over an open line.
        smtp.starttls(context=context)
    return smtp
