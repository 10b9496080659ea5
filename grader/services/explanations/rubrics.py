"""The rubric of a problem's explanations as it stands, and how it grows while they are marked.

An item that is edited or retired gets another revision, which holds for every mark that names it. Who changes
an item says which effect they were shown; if by now it would be another one, nothing happens.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.models import RubricItem, table
from grader.db.turns import wait_for_turn
from grader.domain.errors import InvalidRequest, NotFound
from grader.domain.grammar import canonical
from grader.domain.ledger import Act
from grader.domain.marks import (
    MOST_ITEMS,
    Effect,
    Item,
    checked_item,
    effect_of,
    next_revision,
)
from grader.services.explanations.standing_marks import standing_marks
from grader.services.ledger import ledger


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an item of a problem's rubric is to say, as it was typed."""

    problem: str
    words: str
    points: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """An item as it stands and as it would be, and what that changes."""

    item: Item
    changed: Item
    effect: Effect


def rubrics(session: Session, *, problems: Collection[str]) -> dict[str, tuple[Item, ...]]:
    """The rubric of each of these problems in order, retired items included; in one query."""
    newest = (
        select(RubricItem.problem, RubricItem.item, func.max(RubricItem.revision).label("revision"))
        .where(RubricItem.problem.in_(problems))
        .group_by(RubricItem.problem, RubricItem.item)
        .subquery()
    )
    rows = session.scalars(
        select(RubricItem)
        .join(
            newest,
            (newest.c.problem == RubricItem.problem)
            & (newest.c.item == RubricItem.item)
            & (newest.c.revision == RubricItem.revision),
        )
        .order_by(RubricItem.item)
    )
    found: dict[str, list[Item]] = {problem: [] for problem in problems}
    for row in rows:
        item = Item(row.item, row.revision, row.words, row.points, row.retired)
        found[row.problem].append(item)
    return {problem: tuple(items) for problem, items in found.items()}


def rubric(session: Session, *, problem: str) -> tuple[Item, ...]:
    """The rubric of one problem in order, retired items included."""
    return rubrics(session, problems=[problem])[problem]


def add_item(session: Session, *, wanted: Wanted, actor: str, now: datetime) -> Item:
    """Add an item at the end; no mark names it yet, so nothing changes by it.

    Raises:
        InvalidRequest: its words or points can't be taken, it is there already, or there are too many.
    """
    wait_for_turn(session, f"rubric {wanted.problem}")
    there = rubric(session, problem=wanted.problem)
    item = checked_item(len(there) + 1, wanted.words, wanted.points)
    _check_new(there, item)
    if len(there) >= MOST_ITEMS:
        raise InvalidRequest(
            f"A rubric has at most {MOST_ITEMS} items; edit one of those that are there."
        )
    _store(session, wanted.problem, item, actor, now)
    _record(session, wanted.problem, item, None, actor, now)
    return item


def plan(session: Session, *, wanted: Wanted, number: int, possible: Decimal) -> Change:
    """What it would change if an item said this. Nothing is stored.

    Raises:
        NotFound: there is no such item.
        InvalidRequest: the words or points can't be taken, or another item says the same.
    """
    there = rubric(session, problem=wanted.problem)
    item = next((each for each in there if each.number == number), None)
    if item is None:
        raise NotFound("There is no such item in this rubric.")
    said = checked_item(number, wanted.words, wanted.points)
    changed = next_revision(item, said, retired=wanted.retired)
    if not changed.retired:
        _check_new([each for each in there if each.number != number], changed)
    marks = [each.items for each in standing_marks(session, problems=[wanted.problem])]
    return Change(item, changed, effect_of(there, changed, marks, possible))


def revise(
    session: Session,
    *,
    wanted: Wanted,
    number: int,
    possible: Decimal,
    seen: tuple[int, str],
    actor: str,
    now: datetime,
) -> Change:
    """Change an item for every mark; ``seen`` is the revision and the effect's stamp that were looked at.

    Raises:
        NotFound: there is no such item.
        InvalidRequest: the words or points can't be taken, or another item says the same.
        ChangedMeanwhile: the item, or what the change would do, is another by now.
    """
    wait_for_turn(session, f"rubric {wanted.problem}")
    change = plan(session, wanted=wanted, number=number, possible=possible)
    if seen[0] != change.item.revision:
        raise ChangedMeanwhile("Somebody else has changed this item meanwhile. Look at it first.")
    if seen[1] != change.effect.stamp:
        raise ChangedMeanwhile("More was marked meanwhile, so this changes something else now.")
    if next_revision(change.item, change.item, retired=change.item.retired) == change.changed:
        return change
    _store(session, wanted.problem, change.changed, actor, now)
    _record(session, wanted.problem, change.changed, change.effect, actor, now)
    return change


def _check_new(others: Collection[Item], item: Item) -> None:
    if any(each.words == item.words and not each.retired for each in others):
        raise InvalidRequest("The rubric has an item with just these words already.")


def _store(  # noqa: PLR0917 - two callers.
    session: Session, problem: str, item: Item, actor: str, now: datetime
) -> None:
    row = {
        "problem": problem,
        "item": item.number,
        "revision": item.revision,
        "words": item.words,
        "points": item.points,
        "retired": item.retired,
        "actor": actor,
        "created_at": now,
    }
    session.execute(insert(table(RubricItem)), row)


def _record(  # noqa: PLR0917 - two callers.
    session: Session, problem: str, item: Item, effect: Effect | None, actor: str, now: datetime
) -> None:
    detail = {
        "item": item.number,
        "revision": item.revision,
        "words": item.words,
        "points": canonical(item.points),
        "retired": int(item.retired),
        "marks": effect.marks if effect else 0,
        "students": effect.students if effect else 0,
    }
    ledger.record(
        session, act=Act.RUBRIC, actor=actor, about=problem, reason="", now=now, detail=detail
    )
