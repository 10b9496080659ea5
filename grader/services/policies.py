"""Publishing policies: a numbered copy of what decides scores, taken from the assignment's files."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grader.db.models import ActivePolicy, PolicyRow, Submission
from grader.db.turns import wait_for_turn
from grader.domain.errors import NoPolicy
from grader.domain.ledger import Act
from grader.domain.policy import Policy, policy_changes, policy_of
from grader.domain.problem import Assignment, Course
from grader.services.documents import load_policy, policy_document, policy_from
from grader.services.ledger import record


@dataclass(frozen=True, slots=True)
class PolicyStatus:
    """Whether the published policy still says what the files say; ``changes`` names the fields.

    ``hints`` says when the active version lets students see hints.
    """

    assignment: str
    version: int | None
    active_version: int | None
    state: str
    changes: tuple[str, ...]
    hints: str


def publish_policy(
    session: Session,
    *,
    course: Course,
    assignment: Assignment,
    actor: str,
    now: datetime,
    activate: bool,
) -> PolicyStatus:
    """Store the files' policy as the next version, unless the newest already says the same.

    It is active at once while the assignment has no submissions, or when ``activate`` asks for it.
    """
    policy = policy_of(course, assignment)
    wait_for_turn(session, "publishing policies")
    pointer = session.execute(
        select(ActivePolicy).where(ActivePolicy.assignment == assignment.slug).with_for_update()
    ).scalar_one_or_none()
    newest = _newest(session, assignment.slug)
    created = newest is None or bool(policy_changes(policy_from(newest.content), policy))
    if newest is None or created:
        newest = PolicyRow(
            assignment=assignment.slug,
            version=newest.version + 1 if newest else 1,
            content=policy_document(policy),
            created_at=now,
        )
        session.add(newest)
        session.flush()
    before = pointer and pointer.policy_id
    if pointer is None:
        pointer = ActivePolicy(assignment=assignment.slug, policy_id=newest.id)
        session.add(pointer)
    elif activate or not _used(session, assignment):
        pointer.policy_id = newest.id
    session.flush()
    status = policy_status(session, course=course, assignment=assignment)
    if created or pointer.policy_id != before:
        _record(session, status, actor, now)
    return status


def policy_status(session: Session, *, course: Course, assignment: Assignment) -> PolicyStatus:
    """Compare the assignment's files with its newest policy."""
    newest = _newest(session, assignment.slug)
    if newest is None:
        return PolicyStatus(
            assignment.slug, None, None, "missing", ("no policy is published",), "never"
        )
    active = session.execute(
        select(PolicyRow)
        .join(ActivePolicy, ActivePolicy.policy_id == PolicyRow.id)
        .where(ActivePolicy.assignment == assignment.slug)
    ).scalar_one()
    changes = policy_changes(policy_from(newest.content), policy_of(course, assignment))
    state = "stale" if changes else "current" if active.id == newest.id else "inactive"
    hints = policy_from(active.content).hints
    return PolicyStatus(
        assignment.slug, newest.version, active.version, state, tuple(changes), hints
    )


def active_policy(session: Session, assignment: str) -> Policy | None:
    """The policy that scores an assignment now, or None before the first is published."""
    policy_id = session.execute(
        select(ActivePolicy.policy_id).where(ActivePolicy.assignment == assignment)
    ).scalar_one_or_none()
    return None if policy_id is None else load_policy(session, policy_id)


def require_policy(session: Session, assignment: str) -> Policy:
    """The active policy.

    Raises:
        NoPolicy: none is published.
    """
    policy = active_policy(session, assignment)
    if policy is None:
        raise no_policy(assignment)
    return policy


def no_policy(assignment: str) -> NoPolicy:
    """The refusal while none is published."""
    return NoPolicy(f"No policy is published for {assignment} yet, so nothing is scored.")


def _record(session: Session, status: PolicyStatus, actor: str, now: datetime) -> None:
    record(
        session,
        act=Act.POLICY_PUBLISHED,
        actor=actor,
        about=status.assignment,
        reason="Taken from the files of the assignment.",
        now=now,
        detail={"version": status.version, "active version": status.active_version},
    )


def _newest(session: Session, assignment: str) -> PolicyRow | None:
    return session.execute(
        select(PolicyRow)
        .where(PolicyRow.assignment == assignment)
        .order_by(PolicyRow.version.desc())
        .limit(1)
    ).scalar_one_or_none()


def _used(session: Session, assignment: Assignment) -> bool:
    slugs = [problem.slug for problem in assignment.problems]
    return bool(session.execute(select(exists().where(Submission.problem.in_(slugs)))).scalar())
