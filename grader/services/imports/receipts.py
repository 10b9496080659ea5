"""Gives each answer of an import its receipt, chained as if it had been submitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.domain.problem import Course
from grader.domain.receipts import Signed
from grader.services.imports.grading import PEOPLE_CHUNK, NewAnswer
from grader.services.imports.standards import Standard
from grader.services.receipts.receipting import Link, receipt_for
from grader.services.receipts.sealing import seal_of
from grader.services.receipts.signing import Signer


@dataclass(frozen=True, slots=True)
class Receipted:
    """A new answer, the key that graded it, and its receipt."""

    answer: NewAnswer
    key_id: int
    receipt: Signed


def give_receipts(
    session: Session,
    *,
    course: Course,
    signer: Signer,
    answers: Sequence[NewAnswer],
    standards: Mapping[str, Standard],
) -> list[Receipted]:
    """The answers with their receipts, in the same order; the students' chains are moved on."""
    links = _links(session, sorted({answer.person_id for answer in answers}))
    receipted = []
    for answer in answers:
        key_id, link = standards[answer.row.part].key_id, links[answer.person_id]
        receipt = receipt_for(
            course,
            link,
            seal_of(session, key_id),
            part=answer.row.part,
            attempt=answer.attempt,
            text=answer.row.text,
            value=answer.row.value,
            verdict=answer.graded.verdict,
            submitted_at=answer.row.submitted_at,
            late_seconds=answer.late_seconds,
        )
        signed = signer.sign(receipt)
        links[answer.person_id] = replace(
            link, receipts=receipt.ordinal, last_receipt=signed.sha256
        )
        receipted.append(Receipted(answer, key_id, signed))
    moved: list[dict[str, Any]] = [
        {"id": person, "receipts": link.receipts, "last_receipt": link.last_receipt}
        for person, link in links.items()
    ]
    if moved:
        session.execute(update(Person), moved)
    return receipted


def _links(session: Session, people: Sequence[int]) -> dict[int, Link]:
    columns = Person.id, Person.login, Person.receipts, Person.last_receipt
    links = {}
    for start in range(0, len(people), PEOPLE_CHUNK):
        chunk = people[start : start + PEOPLE_CHUNK]
        for row in session.execute(select(*columns).where(Person.id.in_(chunk))):
            links[row.id] = Link(row.login, row.receipts, row.last_receipt)
    return links
