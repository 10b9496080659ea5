"""Keys that staff draft from what the class answered. A draft grades nothing until a regrade is applied.

Each builds on the newest key that was not discarded, so that several edits go into one regrade.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from grader.content.text import render_inline
from grader.db import queries
from grader.db.collisions import ChangedMeanwhile
from grader.db.models import ActiveKey, AnswerKeyRow, KeyDiscard
from grader.db.turns import wait_for_turn
from grader.domain.errors import ContentError, InvalidRequest, NotFound
from grader.domain.grading import AnswerKey
from grader.domain.grammar import canonical
from grader.domain.ledger import Act
from grader.domain.misconceptions import Misconception
from grader.domain.reasons import checked_reason
from grader.domain.staff_edits import accepting, explaining
from grader.services.keys.documents import key_document, key_from
from grader.services.keys.provenance import fingerprint, verified
from grader.services.keys.published import follow_pointer, record_check
from grader.services.keys.solution_pages import tell_likewise
from grader.services.keys.tags import checked_words, free_tag, staff_tag
from grader.services.ledger.ledger import record
from grader.services.ledger.pins import seal_of_row

_PUT_ASIDE = "the key that its files gave was put aside; publish it again"

Edit = Callable[[AnswerKey], tuple[AnswerKey, str]]


@dataclass(frozen=True, slots=True)
class Author:
    """Who drafts a key and why; ``seen`` is the version that they took for the newest, if that counts."""

    actor: str
    reason: str
    seen: int | None = None


def accept_value(
    session: Session, *, part: str, value: Decimal, author: Author, now: datetime
) -> AnswerKeyRow:
    """Draft the key under which this value counts as correct too.

    Raises:
        NotFound: there is no key of this part.
        InvalidRequest: no reason is given, or the value counts as correct already.
        ChangedMeanwhile: there is a newer key than the author has seen.
    """

    def edit(key: AnswerKey) -> tuple[AnswerKey, str]:
        wider, dropped = accepting(key, part, value)
        gone = "".join(f"; without {each}" for each in dropped)
        return wider, f"{canonical(value)} counts as correct too at {_named(part)}{gone}"

    return _draft(session, part, edit, author, now)


def add_misconception(
    session: Session,
    *,
    part: str,
    value: Decimal,
    tag: str,
    words: str,
    author: Author,
    now: datetime,
) -> AnswerKeyRow:
    """Draft the key that knows one more mistake: its short name, its number, and what students are told.

    Raises:
        NotFound, ChangedMeanwhile: as ``accept_value`` tells.
        InvalidRequest: no reason is given, the name or the words can't be taken, the words tell a value that
            counts as correct, or the number can't be told apart from a truth or from another mistake.
    """
    checked = staff_tag(tag)

    def edit(key: AnswerKey) -> tuple[AnswerKey, str]:
        said = _checked(words)
        told = explaining(key, part, Misconception(checked, value), said)
        return told, f"{canonical(value)} is the mistake {checked} at {_named(part)}: {said}"

    return _draft(session, part, edit, author, now)


def write_hint(
    session: Session, *, part: str, value: Decimal, words: str, author: Author, now: datetime
) -> AnswerKeyRow:
    """Draft the key that tells these words to whoever gives exactly this value, within the tolerance.

    Raises:
        NotFound, InvalidRequest, ChangedMeanwhile: as ``add_misconception`` tells.
    """

    def edit(key: AnswerKey) -> tuple[AnswerKey, str]:
        said, told = _checked(words), Misconception(free_tag(key), value)
        edited = explaining(key, part, told, said)
        return edited, f"{canonical(value)} has the hint {told.tag} at {_named(part)}: {said}"

    return _draft(session, part, edit, author, now)


def discard(
    session: Session, *, problem: str, version: int, reason: str, actor: str, now: datetime
) -> None:
    """Put the newest key of a problem aside, unless it grades: it is no candidate for a regrade any more.

    A published one can be put aside too, since it may carry what staff drafted by mistake.

    Raises:
        NotFound: there is no such key, or it was discarded already.
        InvalidRequest: no reason is given, the key is active, or another was made after it.
    """
    said = checked_reason(reason)
    wait_for_turn(session, "publishing keys")
    pointer = session.get(ActiveKey, problem, with_for_update=True, populate_existing=True)
    newest = session.execute(queries.newest_key(problem)).scalar_one_or_none()
    row = session.execute(queries.kept_key(problem, version)).scalar_one_or_none()
    if row is None or newest is None or pointer is None:
        raise NotFound(f"There is no version {version} of the key of {problem} to discard.")
    if row.id == pointer.key_id:
        raise InvalidRequest(
            f"Version {version} is active: only a key that waits can be discarded."
        )
    if row.id != newest.id:
        raise InvalidRequest(
            f"Version {newest.version} was made after version {version}: only the newest can be discarded."
        )
    session.add(KeyDiscard(key_id=row.id, actor=actor, reason=said, created_at=now))
    session.flush()
    _check_what_is_left(session, row, pointer, now)
    record(
        session,
        act=Act.KEY_DISCARDED,
        actor=actor,
        about=problem,
        reason=said,
        now=now,
        detail={"version": version},
    )


def _draft(  # noqa: PLR0917 - three callers, all above.
    session: Session, part: str, edit: Edit, author: Author, now: datetime
) -> AnswerKeyRow:
    said, problem = checked_reason(author.reason), part.rpartition("/")[0]
    wait_for_turn(session, "publishing keys")
    newest = session.execute(queries.newest_key(problem)).scalar_one_or_none()
    key = key_from(newest.content) if newest else None
    if newest is None or key is None or part not in key.parts:
        raise NotFound(f"There is no answer key of {part[:100]}.")
    if author.seen not in {None, newest.version}:
        raise ChangedMeanwhile(
            f"Version {newest.version} of this key was made meanwhile. Look at the problem again first."
        )
    edited, words = edit(key)
    own = {"based_on": newest.version, "edit": words, "reason": said, "actor": author.actor}
    row = AnswerKeyRow(
        problem=problem,
        version=session.execute(queries.next_version(problem)).scalar_one(),
        content=key_document(edited),
        provenance={**verified(session, newest)[-1], **own},
        created_at=now,
    )
    session.add(row)
    session.flush()
    tell_likewise(session, key_id=row.id, like=newest.id, now=now)
    pointer = session.get_one(ActiveKey, problem)
    follow_pointer(session, problem=problem, key_id=pointer.key_id)
    record(
        session,
        act=Act.KEY_DRAFTED,
        actor=author.actor,
        about=problem,
        reason=said,
        now=now,
        detail={
            "version": row.version,
            "based_on": newest.version,
            "edit": words,
            "seal": seal_of_row(row),
        },
    )
    return row


def _check_what_is_left(
    session: Session, gone: AnswerKeyRow, pointer: ActiveKey, now: datetime
) -> None:
    """Say whether the key that is the newest now still belongs to the files which gave the one put aside."""
    newest = session.execute(queries.newest_key(gone.problem)).scalar_one()
    known = {fingerprint(each) for each in verified(session, newest)}
    if known.isdisjoint(fingerprint(each) for each in verified(session, gone)):
        record_check(session, gone.problem, "stale", (_PUT_ASIDE,), now)
    else:
        follow_pointer(session, problem=gone.problem, key_id=pointer.key_id)


def _named(part: str) -> str:
    return f"part {part.rpartition('/')[2]}"


def _checked(words: str) -> str:
    said = checked_words(words)
    try:
        render_inline(said)
    except ContentError as error:
        raise InvalidRequest(f"The words can't be shown: {error}") from None
    return said
