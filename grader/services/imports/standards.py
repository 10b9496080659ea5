"""What grades each part now: the active key, and the policy."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import ActiveKey
from grader.domain.grading import AnswerKey
from grader.domain.policy import Policy
from grader.domain.problem import Course
from grader.services.keys.documents import load_key, load_policy


@dataclass(frozen=True, slots=True)
class Standard:
    """What grades a part."""

    key_id: int
    key: AnswerKey
    policy: Policy


def standards_of(session: Session, course: Course, *, lock: bool) -> dict[str, Standard]:
    """What grades each part; parts without an active key, or a policy that knows them, are absent.

    With ``lock`` the active keys stay the active ones until the transaction ends.
    """
    standards: dict[str, Standard] = {}
    for problem in sorted(course.problems, key=lambda problem: problem.slug):
        query = queries.pointers(problem.slug, problem.slug.partition("/")[0])
        if lock:
            query = query.with_for_update(read=True, of=ActiveKey)
        for key_id, policy_id in session.execute(query):
            if policy_id is not None:
                key, policy = load_key(session, key_id), load_policy(session, policy_id)
                standard = Standard(key_id, key, policy)
                standards |= {part: standard for part in key.parts if part in policy.points}
    return standards
