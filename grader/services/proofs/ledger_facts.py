"""Whether what staff decided is what the ledger says: every row has its entry, and every entry its row.

The chain shows that no entry was changed; this shows the same of the rows that scores are folded from.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import (
    AnswerKeyRow,
    Explanation,
    ExplanationMark,
    Extension,
    KeyDiscard,
    LateDayCorrection,
    LedgerBody,
    LedgerLink,
    MarkRelease,
    Override,
    Person,
    RegradePlan,
    RegradeRequest,
    RegradeRun,
    RequestReply,
    RescorePlan,
    RescoreRun,
    RubricItem,
    SolutionRelease,
)
from grader.domain.grammar import canonical
from grader.domain.ledger import Act
from grader.domain.receipts import stamp

OVERRIDES = {
    "points": Act.OVERRIDE,
    "excused": Act.EXCUSED,
    "withdrawn": Act.OVERRIDE_WITHDRAWN,
}
ACTS: Mapping[str, tuple[Act, ...]] = {
    "overrides": tuple(OVERRIDES.values()),
    "extensions": (Act.EXTENSION, Act.EXTENSION_WITHDRAWN),
    "late_day_corrections": (Act.LATE_DAYS,),
    "explanation_marks": (Act.MARK,),
    "request_replies": (Act.REQUEST_ANSWERED,),
    "rubric_items": (Act.RUBRIC,),
    "mark_releases": (Act.MARKS_RELEASED, Act.MARKS_WITHDRAWN),
    "solution_releases": (Act.SOLUTIONS_RELEASED, Act.SOLUTIONS_WITHDRAWN),
    "key_discards": (Act.KEY_DISCARDED,),
    "regrade_runs": (Act.REGRADE, Act.REGRADE_UNDONE),
    "rescore_runs": (Act.RESCORE, Act.RESCORE_UNDONE),
}
"""The tables of what staff decided, and the acts that stand for their rows."""
_TABLE_OF = {act: name for name, acts in ACTS.items() for act in acts}


@dataclass(frozen=True, slots=True)
class Fact:
    """A decision, as a row or an entry has it; of an entry's ``detail`` a row need not have everything."""

    act: str
    actor: str
    about: str
    person: int | None
    reason: str
    at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)
    number: int = 0

    def says(self, row: "Fact") -> bool:
        """Whether this entry stands for the row."""
        plain = ("act", "actor", "about", "person", "reason", "at")
        return all(getattr(self, each) == getattr(row, each) for each in plain) and all(
            self.detail.get(name) == value for name, value in row.detail.items()
        )


Group = tuple[str, int | None, str]


def fact_faults(session: Session) -> Iterator[tuple[int, str]]:
    """What does not fit, with the number of the entry that it shows at; 0 where there is none."""
    rows, entries = _grouped(_rows(session)), _grouped(_entries(session))
    for group in sorted({*rows, *entries}, key=str):
        name, person, about = group
        whose = f" of person {person}" if person is not None else ""
        # Both in the order in which they were made: which decision is the newest is part of it.
        for row, entry in zip_longest(rows[group], entries[group]):
            if row is None:
                yield entry.number, f"says what no row of {name} says any more"
            elif entry is None:
                yield 0, f"A row of {name} about {about}{whose} stands in no entry of the ledger."
            elif not entry.says(row):
                yield entry.number, f"says another thing than its row of {name}"


def _grouped(facts: Iterator[tuple[str, Fact]]) -> dict[Group, list[Fact]]:
    found: dict[Group, list[Fact]] = defaultdict(list)
    for name, fact in facts:
        found[name, fact.person, fact.about].append(fact)
    return found


def _entries(session: Session) -> Iterator[tuple[str, Fact]]:
    query = select(LedgerLink, LedgerBody).join(LedgerBody, LedgerBody.number == LedgerLink.number)
    for link, body in session.execute(
        query.where(LedgerLink.act.in_(_TABLE_OF)).order_by(LedgerLink.number)
    ):
        yield (
            _TABLE_OF[Act(link.act)],
            Fact(
                link.act,
                body.actor,
                body.about,
                body.person_id,
                body.reason,
                link.at,
                body.detail,
                link.number,
            ),
        )


def _rows(session: Session) -> Iterator[tuple[str, Fact]]:
    yield from _about_students(session)
    yield from _about_marks(session)
    yield from _about_the_class(session)
    yield from _moves(session)


def _about_students(session: Session) -> Iterator[tuple[str, Fact]]:
    for override in session.scalars(select(Override).order_by(Override.id)):
        points = {"points": None if override.points is None else canonical(override.points)}
        yield "overrides", _own(override, OVERRIDES[override.kind], override.about, points)
    for each in session.scalars(select(Extension).order_by(Extension.id)):
        act = Act.EXTENSION if each.until else Act.EXTENSION_WITHDRAWN
        until = {"until": stamp(each.until)} if each.until else {}
        yield "extensions", _own(each, act, each.assignment, until)
    for days in session.scalars(select(LateDayCorrection).order_by(LateDayCorrection.id)):
        told = {"days": days.days}
        yield "late_day_corrections", _own(days, Act.LATE_DAYS, "late days", told)


def _own(row: Any, act: Act, about: str, detail: Mapping[str, Any]) -> Fact:  # noqa: ANN401 - of 3 models.
    return Fact(act, row.actor, about, row.person_id, row.reason, row.created_at, detail)


def _about_marks(session: Session) -> Iterator[tuple[str, Fact]]:
    marks = select(ExplanationMark, Explanation.number).join(
        Explanation, Explanation.id == ExplanationMark.explanation_id
    )
    for mark, version in session.execute(marks.order_by(ExplanationMark.id)):
        items = " ".join(map(str, sorted(mark.items["applied"])))
        said = {"mark": mark.number, "version": version, "items": items}
        yield (
            "explanation_marks",
            Fact(Act.MARK, mark.actor, mark.problem, mark.person_id, "", mark.created_at, said),
        )
    replies = select(RequestReply, RegradeRequest.about, RegradeRequest.person_id).join(
        RegradeRequest, RegradeRequest.id == RequestReply.request_id
    )
    for reply, about, person in session.execute(replies.order_by(RequestReply.id)):
        said = {
            "request": reply.request_id,
            "answer": reply.number,
            "decision": reply.decision,
        }
        at = reply.created_at
        yield (
            "request_replies",
            Fact(Act.REQUEST_ANSWERED, reply.actor, about, person, reply.words, at, said),
        )


def _about_the_class(session: Session) -> Iterator[tuple[str, Fact]]:
    for item in session.scalars(select(RubricItem).order_by(RubricItem.id)):
        said = {
            "item": item.item,
            "revision": item.revision,
            "words": item.words,
            "points": canonical(item.points),
            "retired": int(item.retired),
        }
        at = item.created_at
        yield "rubric_items", Fact(Act.RUBRIC, item.actor, item.problem, None, "", at, said)
    for marks in session.scalars(select(MarkRelease).order_by(MarkRelease.id)):
        act = Act.MARKS_RELEASED if marks.released else Act.MARKS_WITHDRAWN
        at = marks.created_at
        yield "mark_releases", Fact(act, marks.actor, marks.assignment, None, "", at)
    shown = select(SolutionRelease, Person.login).join(Person)
    for row, login in session.execute(shown.order_by(SolutionRelease.id)):
        act = Act.SOLUTIONS_RELEASED if row.released else Act.SOLUTIONS_WITHDRAWN
        reason = "Decided on the page of a solution."
        at = row.created_at
        yield "solution_releases", Fact(act, login, row.assignment, None, reason, at)


def _moves(session: Session) -> Iterator[tuple[str, Fact]]:
    gone = select(KeyDiscard, AnswerKeyRow.problem, AnswerKeyRow.version).join(AnswerKeyRow)
    for row, problem, version in session.execute(gone.order_by(KeyDiscard.key_id)):
        said = {"version": version}
        at = row.created_at
        yield (
            "key_discards",
            Fact(Act.KEY_DISCARDED, row.actor, problem, None, row.reason, at, said),
        )
    regrades = select(RegradeRun, RegradePlan.problem).join(
        RegradePlan, RegradePlan.id == RegradeRun.plan_id
    )
    for run, about in session.execute(regrades.order_by(RegradeRun.id)):
        act = Act.REGRADE if run.undoes_id is None else Act.REGRADE_UNDONE
        yield "regrade_runs", _run(run, act, about, {"graded": run.graded})
    rescores = select(RescoreRun, RescorePlan.assignment).join(
        RescorePlan, RescorePlan.id == RescoreRun.plan_id
    )
    for move, about in session.execute(rescores.order_by(RescoreRun.id)):
        act = Act.RESCORE if move.undoes_id is None else Act.RESCORE_UNDONE
        yield "rescore_runs", _run(move, act, about, {})


def _run(run: Any, act: Act, about: str, more: Mapping[str, Any]) -> Fact:  # noqa: ANN401 - of 2 models.
    said = {"plan": run.plan_id, "run": run.id, **more}
    return Fact(act, run.actor, about, None, run.reason, run.created_at, said)
