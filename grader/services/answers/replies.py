"""Idempotency: the same request again gets the same reply, whatever happened in between.

An accepted answer is its own memory, by its row and the key that graded it first. Refusals and repeats
store no submission, so they are remembered in ``replies``.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects import postgresql, sqlite

from grader.db.models import GradeRow, Reply, table
from grader.domain.errors import (
    AttemptsUsedUp,
    Closed,
    CoolingDown,
    GraderError,
    IdempotencyConflict,
    InvalidRequest,
    NotOpen,
    UnreadableAnswer,
)
from grader.services.answers.arriving import Arrival, Refused, Submitted, submitted

_KEY = re.compile(r"[!-~]{1,200}")
_DIALECTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}


def check_idempotency_key(key: str | None) -> None:
    """Let a well-formed key, or none, pass.

    Raises:
        InvalidRequest: it is empty, too long, or has other characters.
    """
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidRequest(
            "An idempotency key is 1 to 200 printable ASCII characters without spaces."
        )


def replay(
    connection: Connection, arrival: Arrival, earlier: Sequence[Row[*tuple[Any, ...]]]
) -> Submitted | Refused | None:
    """The reply that this request got before, or None if it is new.

    Raises:
        IdempotencyConflict: the key came with another answer then.
    """
    if arrival.idempotency_key is None:
        return None
    for row in earlier:
        if row.idempotency_key == arrival.idempotency_key:
            _check_same(row.text == arrival.text)
            # The verdict that was told then, whatever key is active now.
            first = select(GradeRow.verdict).where(
                GradeRow.submission_id == row.id, GradeRow.key_id == row.key_id
            )
            return submitted(row, connection.execute(first).scalar_one(), counted=True)
    remembered = select(Reply.answer_sha256, Reply.content).where(
        Reply.person_id == arrival.person_id,
        Reply.part == arrival.part,
        Reply.idempotency_key == arrival.idempotency_key,
    )
    reply = connection.execute(remembered).one_or_none()
    if reply is None:
        return None
    _check_same(reply.answer_sha256 == _answer_hash(arrival.text))
    if "submission" not in reply.content:
        return Refused(_error_from(reply.content))
    row = next(row for row in earlier if row.id == reply.content["submission"])
    return submitted(row, reply.content["verdict"], counted=False)


def remember(connection: Connection, arrival: Arrival, outcome: Submitted | Refused) -> bool:
    """Keep a refusal or a repeat for a replay; False if the same request was faster."""
    if isinstance(outcome, Refused):
        content = _content_of(outcome.error)
    else:
        content = {"submission": outcome.id, "verdict": outcome.verdict}
    row = {
        "person_id": arrival.person_id,
        "part": arrival.part,
        "idempotency_key": arrival.idempotency_key,
        "answer_sha256": _answer_hash(arrival.text),
        "content": content,
        "created_at": arrival.now,
    }
    adding = _DIALECTS[connection.dialect.name].insert(table(Reply)).on_conflict_do_nothing()
    return bool(connection.execute(adding.values(row)).rowcount == 1)


def _check_same(same: object) -> None:
    if not same:
        raise IdempotencyConflict("This idempotency key was used before with another answer.")


def _content_of(error: GraderError) -> dict[str, Any]:
    content: dict[str, Any] = {"code": error.code, "message": str(error)}
    if isinstance(error, UnreadableAnswer):
        content["reason"] = error.reason
    if isinstance(error, CoolingDown):
        content["retry_at"] = error.retry_at.isoformat()
    return content


def _error_from(content: dict[str, Any]) -> GraderError:
    message = content["message"]
    match content["code"]:
        case UnreadableAnswer.code:
            return UnreadableAnswer(message, reason=content["reason"])
        case CoolingDown.code:
            return CoolingDown(message, retry_at=datetime.fromisoformat(content["retry_at"]))
        case code:
            plain = {cls.code: cls for cls in (NotOpen, Closed, AttemptsUsedUp)}
            return plain[code](message)


def _answer_hash(answer: str) -> str:
    # A refused text may hold half a character that no database takes; its hash is enough to compare.
    return sha256(answer.encode("utf-8", "surrogatepass")).hexdigest()
