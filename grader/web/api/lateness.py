"""The caller's own dates and late days, and what submitting now would cost."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from grader.domain.offers import Standing, offer
from grader.domain.problem import Assignment
from grader.services.scores.gradebook import student_standing
from grader.web.access import me
from grader.web.api import schemas
from grader.web.lateness import in_words
from grader.web.state import state


def own_standing(session: Session, assignment: Assignment) -> Standing:
    """Where the caller stands with an assignment.

    Raises:
        NoPolicy: none is published.
    """
    return student_standing(
        session, course=state().course, assignment=assignment, person_id=me().person_id
    )


def lateness_reply(
    standing: Standing, moment: datetime, *, parts: Iterable[str] | None = None
) -> schemas.LatenessReply:
    """The caller's dates, and what an answer to one of these parts costs (None: to any)."""
    found = offer(standing, moment, parts=parts)
    return schemas.LatenessReply(
        due=standing.policy.due,
        closes=standing.policy.closes,
        extension=standing.extension,
        late_days_left=max(found.left, 0),
        submitting_now=schemas.OfferReply(
            timing=found.ruling.timing.value,
            late_days=found.late_days,
            percent=found.ruling.percent,
            in_words=in_words(standing.policy, found),
        ),
    )
