"""Publishing answer keys: compare the draft with the newest version, and store the next one."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import ActiveKey, AnswerKeyRow, KeyVerification, Submission
from grader.db.turns import wait_for_turn
from grader.domain.grading import same_key
from grader.domain.ledger import Act
from grader.domain.staff_edits import additions, carried
from grader.services.keys.documents import key_document, key_from
from grader.services.keys.drafting import Draft
from grader.services.keys.provenance import edits_in, fingerprint, verified
from grader.services.keys.published import record_check
from grader.services.keys.solution_pages import tell
from grader.services.keys.staleness import settled
from grader.services.keys.stored_data import keep_data
from grader.services.keys.waiting import DraftEdit, edits_between
from grader.services.ledger.ledger import record
from grader.services.ledger.pins import seal_of_row

REASON = "Solved from the reference solution and the data as they stood."


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did: a new version, or none because the newest key already says the same.

    ``active`` tells whether that version grades now; if not, a regrade has to be applied first. ``carried``
    are the edits of staff in it that the active key lacks.
    """

    problem: str
    version: int
    created: bool
    active: bool
    dropped: tuple[str, ...] = ()
    carried: tuple[DraftEdit, ...] = ()


def publish(session: Session, *, draft: Draft, actor: str, now: datetime) -> Published:
    """Store the next version of a problem's key, unless the newest already says the same.

    What staff added to the newest one, accepted values and mistakes with their words, is carried forward, and
    the provenance says whose edits those are; ``dropped`` names what no longer fits. A key is active at once
    while its problem has no submissions: then only what grades already is carried, since nobody applied the
    rest. It is drafted beforehand, since solving takes its time and a transaction keeps students waiting.
    """
    problem = draft.key.problem
    wait_for_turn(session, "publishing keys")
    pointer = session.get(ActiveKey, problem, with_for_update=True, populate_existing=True)
    newest = session.execute(queries.newest_key(problem)).scalar_one_or_none()
    used = session.execute(select(exists().where(Submission.problem == problem))).scalar_one()
    dropped: tuple[str, ...] = ()
    if newest is not None and pointer is not None:
        base = newest if used else session.get_one(AnswerKeyRow, pointer.key_id)
        key, dropped = carried(key_from(base.content), draft.key)
        draft = _carrying(session, base, replace(draft, key=key))
        if same_key(key_from(base.content), draft.key):
            _verify(session, base, draft, now)
            mended = tell(session, key_id=base.id, worked=draft.worked, now=now)
            current = pointer.key_id == newest.id
            record_check(session, problem, settled(active=current), (), now)
            active = pointer.key_id == base.id
            if mended:
                _record_words(session, base, actor, now)
            return Published(problem, base.version, created=False, active=active)
        unapplied = edits_between(session, from_key_id=base.id, to_key_id=newest.id)
        dropped += tuple(
            f"version {each.version}, which nobody applied: {each.words}" for each in unapplied
        )
    version = session.execute(queries.next_version(problem)).scalar_one()
    row = _store(session, draft, version, now)
    active = _activate_if_unused(session, pointer, row, used=used)
    record_check(session, problem, settled(active=active), (), now)
    session.flush()
    record(
        session,
        act=Act.KEY_PUBLISHED,
        actor=actor,
        about=problem,
        reason=REASON,
        now=now,
        detail={
            "version": row.version,
            "state": settled(active=active),
            "seal": seal_of_row(row),
        }
        | ({"accepted values dropped": len(dropped)} if dropped else {}),
    )
    grading = row.id if pointer is None else pointer.key_id
    edits = edits_between(session, from_key_id=grading, to_key_id=row.id)
    return Published(
        problem, row.version, created=True, active=active, dropped=dropped, carried=edits
    )


def _record_words(session: Session, base: AnswerKeyRow, actor: str, now: datetime) -> None:
    session.flush()
    record(
        session,
        act=Act.SOLUTION_TOLD,
        actor=actor,
        about=base.problem,
        reason="The words or figures of the worked solution changed, and nothing that grades.",
        now=now,
        detail={"version": base.version},
    )


def _store(session: Session, draft: Draft, version: int, now: datetime) -> AnswerKeyRow:
    keep_data(session, draft.data.values())
    row = AnswerKeyRow(
        problem=draft.key.problem,
        version=version,
        content=key_document(draft.key),
        provenance=draft.provenance,
        created_at=now,
    )
    session.add(row)
    session.flush()
    tell(session, key_id=row.id, worked=draft.worked, now=now)
    return row


def _carrying(session: Session, base: AnswerKeyRow, draft: Draft) -> Draft:
    """The draft with the versions in its provenance whose edits it has from the key ``base``."""
    rows = session.scalars(select(AnswerKeyRow).where(AnswerKeyRow.problem == base.problem))
    known = {row.version: row for row in rows}
    added = {version: additions(key_from(row.content)) for version, row in known.items()}
    told = {version: row.provenance for version, row in known.items()}
    here = additions(draft.key)
    carries = [
        version
        for version in sorted(edits_in(told, base.version))
        if (added[version] - added[told[version]["based_on"]]) & here
    ]
    if not carries:
        return draft
    return replace(draft, provenance={**draft.provenance, "carries": carries})


def _activate_if_unused(
    session: Session, pointer: ActiveKey | None, row: AnswerKeyRow, *, used: bool
) -> bool:
    if pointer is None:
        session.add(ActiveKey(problem=row.problem, key_id=row.id))
        return True
    if not used:
        pointer.key_id = row.id
    return not used


def _verify(session: Session, newest: AnswerKeyRow, draft: Draft, now: datetime) -> None:
    known = verified(session, newest)
    if any(fingerprint(provenance) == draft.fingerprint for provenance in known):
        return
    session.add(
        KeyVerification(
            key_id=newest.id,
            fingerprint=draft.fingerprint,
            provenance=draft.provenance,
            created_at=now,
        )
    )
