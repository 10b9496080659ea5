"""Which rows are whose: each table that leads to a person, how, and what of it a record shows.

A table that leads to a person and stands in none of these lists fails a test: so a record stays complete.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, select

from grader.db.models import (
    ApiToken,
    Base,
    BrowserSession,
    Draw,
    Explanation,
    ExplanationMark,
    Extension,
    GradeRow,
    Hold,
    LateDayCorrection,
    LedgerBody,
    Override,
    Person,
    RecordLook,
    RegradeRequest,
    Reply,
    RequestReply,
    SigninLink,
    SolutionRelease,
    Submission,
    Told,
)

Theirs = Callable[[int], ColumnElement[bool]]

SECRET = frozenset({"token_sha256", "salt"})
"""Never in a record: with one somebody could try tokens, with the other guess what the ledger binds."""


@dataclass(frozen=True, slots=True)
class Personal:
    """The rows of a table that are a person's.

    ``theirs`` selects them. ``staff_alone`` names the columns that students are not shown; where ``later``
    says why, they are shown no row (yet).
    """

    model: type[Base]
    theirs: Theirs
    staff_alone: frozenset[str] = field(default=frozenset())
    later: str = ""


def _of(model: type[Base], *staff_alone: str, later: str = "") -> Personal:
    column = model.__table__.columns["person_id"]
    return Personal(model, lambda person: column == person, frozenset(staff_alone), later)


def _through(model: type[Base], key: str, owner: type[Base], later: str = "") -> Personal:
    column, owned = model.__table__.columns[key], owner.__table__.columns
    return Personal(
        model,
        lambda person: column.in_(select(owned["id"]).where(owned["person_id"] == person)),
        later=later,
    )


PERSONAL: Mapping[str, Personal] = {
    each.model.__tablename__: each
    for each in (
        Personal(Person, lambda person: Person.id == person),
        _of(Submission),
        _through(
            GradeRow,
            "submission_id",
            Submission,
            later="The verdicts that stand are listed; grades under other keys are the staff's to show.",
        ),
        _through(
            Hold,
            "submission_id",
            Submission,
            later="What a regrade keeps shows in the verdicts that stand.",
        ),
        _of(Reply),
        _of(Explanation),
        _of(ExplanationMark, later="Marks are shown once staff have released them."),
        _of(Extension, "reason"),
        _of(Override, "reason"),
        _of(LateDayCorrection, "reason"),
        _of(RegradeRequest),
        _through(RequestReply, "request_id", RegradeRequest),
        _of(Draw),
        _of(Told, "why"),
        _of(RecordLook),
        _of(ApiToken),
        _of(BrowserSession),
        _of(SigninLink),
        _of(SolutionRelease),
        _of(LedgerBody, later="What staff noted for each other; the course staff have it."),
    )
}

OTHERS: frozenset[tuple[str, str]] = frozenset({("record_looks", "reader_id")})
"""Columns that name a person who is not whose row it is: their rows are others' records."""

DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    "regrade_plans": ("content",),
    "rescore_plans": ("content",),
    "rescore_runs": ("content",),
    "canvas_exports": ("content",),
}
"""The documents that name the whole class: of them a record has what is said of one person."""

IMPERSONAL: Mapping[str, tuple[str, ...]] = {
    "answer_keys": ("content", "provenance"),
    "key_checks": ("reasons",),
    "key_verifications": ("provenance",),
    "policies": ("content",),
    "regrade_plans": ("scope",),
    "solution_pages": ("content",),
    "variants": ("content", "provenance"),
}
"""The documents that say nothing of anybody; a regrade's scope at the most names whom it is limited to."""
