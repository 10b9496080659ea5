"""Planning a regrade from a page: worked out while others write, and stored in a moment."""

from grader.db.session import reading, transaction
from grader.domain.problem import Problem
from grader.domain.regrade_scope import EVERYTHING, Rule, Scope
from grader.services.regrades import regrading
from grader.web.state import now, state


def planned(
    problem: Problem,
    version: int | None,
    scope: Scope = EVERYTHING,
    rule: Rule = Rule.ANY_CHANGE,
) -> int:
    """Plan the move of a problem to a version of its key; gives the number of the plan.

    Raises:
        NothingToDo, NotFound, InvalidRequest: as ``regrading.work_out`` tells.
    """
    with reading(state().engine) as session:
        made = regrading.work_out(
            session,
            course=state().course,
            problem=problem,
            version=version,
            scope=scope,
            rule=rule,
        )
    with transaction(state().engine) as session:
        return regrading.store_plan(session, made=made, now=now()).id
