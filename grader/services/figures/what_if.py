"""What another tolerance of a part would change for a class; nothing is written."""

from sqlalchemy.orm import Session

from grader.db.models import Submission
from grader.domain.grading import PartKey, Verdict
from grader.domain.problem import Part, Problem
from grader.domain.what_if import Answered, WhatIf, what_if
from grader.services.figures.given_values import given_values
from grader.services.figures.selected import of_students


def part_what_if(session: Session, *, problem: Problem, part: Part, key: PartKey) -> WhatIf:
    """What active students answered to a part, beside the grades that stand, and how far it is from a key."""
    theirs = of_students(session).where(Submission.part == part.slug)
    given = given_values(session, problems=[problem.slug], selected=theirs)
    return what_if(
        key,
        [
            Answered(each.value, verdict == Verdict.CORRECT, each.people, each.submissions)
            for (verdict, _tag), alike in given[part.slug].items()
            for each in alike
        ],
    )
