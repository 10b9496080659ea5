"""Sign-in links that a person makes for another: whoever opens one acts as them, so each is recorded."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from grader.domain.errors import NotAllowed, NotFound
from grader.domain.ledger import Act
from grader.domain.receipts import stamp
from grader.domain.roles import Role
from grader.services.ledger.ledger import record
from grader.services.people.signin_links import make_signin_link

REASON = "Made by hand, for somebody who could not sign in by themselves."


def hand_out_link(
    session: Session,
    *,
    login: str,
    lifetime: timedelta,
    actor: str,
    now: datetime,
    students_only: bool,
) -> str:
    """A new one-time token that signs this person in; it is never shown again.

    Raises:
        NotFound: nobody active has this login or address.
        NotAllowed: with ``students_only``, it is one of the staff, whose powers would come with the link.
    """
    made = make_signin_link(
        session, login_or_email=login, now=now, lifetime=lifetime, limited=False
    )
    if made is None:
        raise NotFound(f"Nobody active on the roster is {login[:100]!r}.")
    person, token = made
    if students_only and person.role is not Role.STUDENT:
        raise NotAllowed(
            "A link for one of the staff would give away what they may do. An operator can make it: "
            "grader roster signin-link"
        )
    record(
        session,
        act=Act.SIGNIN_LINK,
        actor=actor,
        about=person.login,
        reason=REASON,
        now=now,
        person_id=person.person_id,
        detail={"works until": stamp(now + lifetime)},
    )
    return token
