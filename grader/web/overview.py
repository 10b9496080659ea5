"""An assignment as one student sees it in a list, or at the head of its own page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from grader.domain.errors import NoPolicy
from grader.domain.offers import offers
from grader.domain.policy import Policy
from grader.domain.problem import Assignment
from grader.domain.scoring import AssignmentScore
from grader.services.scores.gradebook import student_standing
from grader.web.access import me
from grader.web.lateness import Phase, phases
from grader.web.state import state


@dataclass(frozen=True, slots=True)
class Overview:
    """An assignment and where this person stands; without a policy nothing can be said yet.

    ``policy`` holds this person's dates; ``extended`` says that they have an extension.
    """

    assignment: Assignment
    policy: Policy | None
    score: AssignmentScore | None
    phases: tuple[Phase, ...] = ()
    late_days_left: int = 0
    extended: bool = False


def load_overview(session: Session, assignment: Assignment, moment: datetime) -> Overview:
    """The assignment at this moment, for who is signed in."""
    try:
        standing = student_standing(
            session, course=state().course, assignment=assignment, person_id=me().person_id
        )
    except NoPolicy:
        return Overview(assignment, None, None)
    score = standing.score
    return Overview(
        assignment,
        standing.policy,
        score,
        phases=phases(standing.policy, offers(standing, moment)),
        late_days_left=max(standing.late_days_left - score.late_days, 0),
        extended=standing.extension is not None,
    )
