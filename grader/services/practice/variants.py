"""The deployed practice variants of problems, and which of them a number is right for."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Variant
from grader.domain.comparing import within
from grader.domain.grading import AnswerKey, PartKey
from grader.services.keys.documents import variant_key
from grader.services.keys.provenance import lineage


@dataclass(frozen=True, slots=True)
class Sightings:
    """The keys of all variants by part, to tell staff when an answer is right for another variant.

    For staff alone: told to students it would say something of other students' numbers.
    """

    keys: Mapping[str, Sequence[tuple[int, PartKey]]]

    def right_for(self, part: str, value: Decimal) -> list[int]:
        """The numbers of the variants for which this value is right at this part."""
        return [
            number
            for number, key in self.keys.get(part, ())
            if within(value, key.expected, key.tolerance)
        ]


def deployed(session: Session, *, key_id: int) -> Sequence[AnswerKey]:
    """The key of each variant that was reviewed beside this key, or one it builds on, by number."""
    line = lineage(session, key_id)
    ids = session.scalars(
        select(Variant.id).where(Variant.key_id.in_(line)).order_by(Variant.number)
    )
    return [variant_key(session, variant_id) for variant_id in ids.all()]


def sightings(session: Session, *, problems: Collection[str]) -> Sightings:
    """What tells the right answers to these problems' variants, those out of use included."""
    rows = session.execute(
        select(Variant.id, Variant.number)
        .where(Variant.problem.in_(problems))
        .order_by(Variant.number)
    )
    keys: dict[str, list[tuple[int, PartKey]]] = defaultdict(list)
    for variant_id, number in rows.all():
        for part, key in variant_key(session, variant_id).parts.items():
            keys[part].append((number, key))
    return Sightings(keys)
