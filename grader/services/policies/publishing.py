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
from grader.services.keys.documents import load_policy, policy_document, policy_from
from grader.services.ledger.ledger import record
from grader.services.ledger.pins import policy_digest


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
) -> PolicyStatus:
    """Store the files' policy as the next version, unless the newest already says the same.

    It is active at once while the assignment has no submissions; from then on a rescore makes it so.
    """
    policy = policy_of(course, assignment)
    pointer = lock_pointer(session, assignment.slug)
    newest, created = _stored(session, policy, now)
    before = pointer and pointer.policy_id
    if pointer is None:
        pointer = ActivePolicy(assignment=assignment.slug, policy_id=newest.id)
        session.add(pointer)
    elif not _used(session, assignment):
        pointer.policy_id = newest.id
    session.flush()
    status = policy_status(session, course=course, assignment=assignment)
    if created or pointer.policy_id != before:
        _record(session, status, newest, actor, now)
    return status


def _stored(session: Session, policy: Policy, now: datetime) -> tuple[PolicyRow, bool]:
    """The newest version if it says this, else the next one; and whether it was made."""
    newest = newest_policy(session, policy.assignment)
    if newest is not None and not policy_changes(policy_from(newest.content), policy):
        return newest, False
    made = PolicyRow(
        assignment=policy.assignment,
        version=newest.version + 1 if newest else 1,
        content=policy_document(policy),
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made, True


def lock_pointer(session: Session, assignment: str) -> ActivePolicy | None:
    """The pointer of an assignment, alone until the transaction ends; None before its first policy.

    Pointers move one after another: what a move of one changes depends on the others.
    """
    wait_for_turn(session, "publishing policies")
    return session.execute(
        select(ActivePolicy)
        .where(ActivePolicy.assignment == assignment)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def policy_status(session: Session, *, course: Course, assignment: Assignment) -> PolicyStatus:
    """Compare the assignment's files with its active policy, and where they differ with the newest."""
    newest = newest_policy(session, assignment.slug)
    if newest is None:
        return PolicyStatus(
            assignment.slug, None, None, "missing", ("no policy is published",), "never"
        )
    active = session.execute(
        select(PolicyRow)
        .join(ActivePolicy, ActivePolicy.policy_id == PolicyRow.id)
        .where(ActivePolicy.assignment == assignment.slug)
    ).scalar_one()
    stated, scoring = policy_of(course, assignment), policy_from(active.content)
    changes = policy_changes(policy_from(newest.content), stated)
    state = "stale" if changes else "inactive"
    if not policy_changes(scoring, stated):
        state, changes = "current", []
    return PolicyStatus(
        assignment.slug, newest.version, active.version, state, tuple(changes), scoring.hints
    )


def active_policies(session: Session) -> dict[str, Policy]:
    """By assignment the policy that scores it now."""
    pointers = select(ActivePolicy.assignment, ActivePolicy.policy_id)
    return {slug: load_policy(session, number) for slug, number in session.execute(pointers)}


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


def not_asked(slug: str) -> NoPolicy:
    """The refusal of a problem or part that the active policy does not know."""
    return NoPolicy(f"The published rules do not know {slug}. Please tell the course staff.")


def _record(  # noqa: PLR0917 - one caller.
    session: Session, status: PolicyStatus, newest: PolicyRow, actor: str, now: datetime
) -> None:
    record(
        session,
        act=Act.POLICY_PUBLISHED,
        actor=actor,
        about=status.assignment,
        reason="Taken from the files of the assignment.",
        now=now,
        detail={
            "version": status.version,
            "active version": status.active_version,
            "sha256": policy_digest(newest),
        },
    )


def newest_policy(session: Session, assignment: str) -> PolicyRow | None:
    """The version of an assignment's policy that was published last, whether or not it scores."""
    return session.execute(
        select(PolicyRow)
        .where(PolicyRow.assignment == assignment)
        .order_by(PolicyRow.version.desc())
        .limit(1)
    ).scalar_one_or_none()


def _used(session: Session, assignment: Assignment) -> bool:
    slugs = [problem.slug for problem in assignment.problems]
    return bool(session.execute(select(exists().where(Submission.problem.in_(slugs)))).scalar())
