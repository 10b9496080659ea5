"""Answers as the web's doors submit them: on a connection of their own, committed when they return."""

from sqlalchemy import Engine

from grader.db.session import looking_up
from grader.domain.problem import Course
from grader.services.answers import submitting
from grader.services.answers.arriving import Arrival, Refused, Submitted
from grader.services.receipts.signing import Signer


def submit(
    engine: Engine, *, course: Course, signer: Signer, arrival: Arrival
) -> Submitted | Refused:
    """Submit one answer, as a request would."""
    with looking_up(engine) as connection:
        return submitting.submit(connection, course=course, signer=signer, arrival=arrival)
