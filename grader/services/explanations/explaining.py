"""Saving an explanation: each save adds a version, and takes none away.

A save names the version that its writer had seen. If another tab or device saved in between, both are
kept, the later one is the newest, and it remembers what it had not seen.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from grader.db.models import Explanation, Reply, table
from grader.db.turns import wait_for_turn
from grader.domain.deadlines import check_open, late_seconds
from grader.domain.errors import CoolingDown, IdempotencyConflict, InvalidRequest, NotFound
from grader.domain.explanations import DAY, GAP, MOST_A_DAY, check_length, next_save, tidy
from grader.domain.policy import Policy
from grader.domain.problem import Course
from grader.services.answers.replies import check_idempotency_key
from grader.services.explanations.versions import Version, find_version, newest_version
from grader.services.policies.extensions import own_dates
from grader.services.policies.publishing import no_policy, not_asked

AUTOMATIC = ("autosave", "leaving")
"""How a page saves by itself: after a pause in typing, or as it is left."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A text on its way in: whose, about what, through which door, and after which version (0: none)."""

    person_id: int
    problem: str
    text: str
    based_on: int
    source: str
    now: datetime
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """The newest version is this text. ``stored`` is False if it was so before; None: an empty beginning."""

    version: Version | None
    stored: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """An automatic save that came too soon after the one before: nothing was stored, and when it will be."""

    until: datetime


def save(session: Session, *, course: Course, writing: Writing) -> Saved | Waiting:
    """Store a text as the next version, unless it is the newest already.

    Raises:
        NotFound: there is no such problem.
        NoPolicy: none is published for its assignment, or it does not know the problem.
        NotOpen, Closed: the assignment takes no work now.
        InvalidRequest: the text is too long, it is said to follow a version that is not there, or the
            idempotency key is malformed.
        CoolingDown: as many versions as there may be in a day were saved.
        IdempotencyConflict: the idempotency key was used with another text.
    """
    problem = course.problem(writing.problem)
    if problem is None:
        raise NotFound("There is no such problem.")
    check_idempotency_key(writing.idempotency_key)
    text = tidy(writing.text)
    check_length(text)
    wait_for_turn(session, f"explanation {writing.person_id} {writing.problem}")
    again = _replay(session, writing)
    if again is not None:
        return again
    assignment = problem.slug.partition("/")[0]
    dates = own_dates(session, assignment, writing.person_id)
    if dates is None:
        raise no_policy(assignment)
    policy, _extension = dates
    if not policy.asks(problem):
        raise not_asked(problem.slug)
    check_open(policy, writing.now)
    newest = newest_version(session, person_id=writing.person_id, problem=writing.problem)
    if writing.based_on > (newest.number if newest else 0):
        raise InvalidRequest(
            f"There is no version {writing.based_on} that this text could follow. Nothing was stored."
        )
    if text == (newest.text if newest else ""):
        saved = Saved(newest, stored=False)
    else:
        until = _until(session, writing)
        if until is not None:
            return Waiting(until)
        saved = Saved(_add(session, writing, text=text, newest=newest, policy=policy), stored=True)
    _remember(session, writing, saved)
    return saved


def _until(session: Session, writing: Writing) -> datetime | None:
    """When an automatic save may come again; one by hand is refused if it may not come now."""
    recent = session.scalars(
        select(Explanation.saved_at)
        .where(
            Explanation.person_id == writing.person_id,
            Explanation.problem == writing.problem,
            Explanation.saved_at > writing.now - DAY,
        )
        .order_by(Explanation.number)
    ).all()
    automatic = writing.source in AUTOMATIC
    gap = GAP if writing.source == "autosave" else timedelta(0)
    until = next_save(recent, writing.now, automatic=automatic, gap=gap)
    if until is not None and not automatic:
        raise CoolingDown(
            f"This explanation was saved {MOST_A_DAY} times within a day, which is as often as we keep. "
            "Nothing was stored now: keep your text, and save it again later.",
            retry_at=until,
        )
    return until


def _add(
    session: Session, writing: Writing, *, text: str, newest: Version | None, policy: Policy
) -> Version:
    version = Version(
        number=newest.number + 1 if newest else 1,
        text=text,
        based_on=writing.based_on,
        source=writing.source,
        late_seconds=late_seconds(policy, writing.now),
        saved_at=writing.now,
    )
    row = {name: getattr(version, name) for name in Version.__slots__}
    whose = {"person_id": writing.person_id, "problem": writing.problem}
    session.execute(insert(table(Explanation)), whose | row)
    return version


def _replay(session: Session, writing: Writing) -> Saved | None:
    """What the same request led to before, or None if it is new."""
    if writing.idempotency_key is None:
        return None
    # A problem's slug is no part's, so that explanations share the table with answers.
    where = (writing.person_id, writing.problem, writing.idempotency_key)
    reply = session.get(Reply, where)
    if reply is None:
        return None
    if reply.answer_sha256 != _hash(writing):
        raise IdempotencyConflict("This idempotency key was used before with another text.")
    number = reply.content["explanation"]
    if number is None:
        return Saved(None, stored=False)
    version = find_version(
        session, person_id=writing.person_id, problem=writing.problem, number=str(number)
    )
    return Saved(version, stored=reply.content["stored"])


def _remember(session: Session, writing: Writing, saved: Saved) -> None:
    """Keep for a replay what was saved. Refusals are judged anew: by then the text may be taken."""
    if writing.idempotency_key is None:
        return
    content = {"explanation": saved.version and saved.version.number, "stored": saved.stored}
    row = {
        "person_id": writing.person_id,
        "part": writing.problem,
        "idempotency_key": writing.idempotency_key,
        "answer_sha256": _hash(writing),
        "content": content,
        "created_at": writing.now,
    }
    session.execute(insert(table(Reply)), row)


def _hash(writing: Writing) -> str:
    told = f"{writing.based_on}:{writing.text}"
    return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
