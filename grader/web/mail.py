"""Sends a sign-in link: by mail, or on the console of an installation that has none."""

import sys
import threading

import structlog

from grader.config import Settings, mail_server
from grader.domain.errors import MailFailed, NotDelivered
from grader.domain.letters import Letter
from grader.domain.mail_server import MailServer
from grader.domain.problem import Course
from grader.services.people.identity import Principal
from grader.services.telling.mail import connected

_log = structlog.get_logger("grader.web")


def send_link(settings: Settings, course: Course, person: Principal, address: str) -> None:
    """Send someone the link that signs them in.

    A mail is sent behind the reply's back: a page that waits for it only if the person exists would tell
    who is on the roster. A failure is logged, without the link.
    """
    server = mail_server(settings)
    if server is None:
        sys.stdout.write(f"Sign in as {person.login}: {address}\n")
        sys.stdout.flush()
        return
    if not person.email:
        _log.warning("mail_without_address", person=person.person_id)
        return
    letter = _letter(course, person, address)
    threading.Thread(target=_deliver, args=(server, person.email, letter), name="mail").start()


def _letter(course: Course, person: Principal, address: str) -> Letter:
    return Letter(
        f"{course.title}: your link to sign in",
        f"Hello {person.name},\n\n"
        f"open this link and press the button to sign in to the {course.title} Pset Grader:\n\n"
        f"{address}\n\n"
        "It works once, and only for half an hour. If you did not ask for it, do nothing.\n",
    )


def _deliver(server: MailServer, address: str, letter: Letter) -> None:
    try:
        with connected(server) as connection:
            connection.send(address=address, subject=letter.subject, body=letter.body)
    except (MailFailed, NotDelivered) as error:
        _log.error("mail_not_sent", error=str(error))  # It names nobody.
