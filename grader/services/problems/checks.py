"""What a problem has to pass before it is published: a table of small checks, and their results."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from grader.content.catalog import Catalog
from grader.content.checking import check_data, check_texts
from grader.content.failing import place_of
from grader.content.findings import Finding
from grader.content.stated_rules import check_stated_rules
from grader.domain.errors import ContentError, SolutionError
from grader.domain.problem import Problem
from grader.services.keys.checks import CHECKS, too_close
from grader.services.keys.clean_processes import instabilities
from grader.services.keys.drafting import Draft, draft_key

FileCheck = Callable[[Catalog, Problem], Iterable[Finding]]

OF_FILES: dict[str, tuple[str, FileCheck]] = {
    "texts": ("the statement and the prompts can be shown", check_texts),
    "data": ("every data file can be read", check_data),
    "rule": ("texts and checker state the same decimals and tolerance", check_stated_rules),
}
SOLUTION = "solution", "the solution and its misconceptions give numbers"
CLEAN = "clean", "clean processes find the same numbers"
OF_KEYS = (*CHECKS, CLEAN[0])


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a check; one that needs a solution is not run while there is none."""

    check: str
    says: str
    findings: tuple[Finding, ...] = ()
    ran: bool = True

    @property
    def state(self) -> str:
        """``passed``, ``failed`` or ``not run``."""
        return "not run" if not self.ran else "failed" if self.findings else "passed"


def check_everything(catalog: Catalog, problem: Problem) -> tuple[Result, ...]:
    """Put a problem through all checks, in the order of the tables."""
    results = [
        Result(name, says, tuple(check(catalog, problem)))
        for name, (says, check) in OF_FILES.items()
    ]
    try:
        draft = draft_key(catalog, problem)
    except (SolutionError, ContentError) as error:
        failed = Result(*SOLUTION, (_failure(problem, error),))
        skipped = [Result(name, says, ran=False) for name, (says, _) in CHECKS.items()]
        return (*results, failed, *skipped, Result(*CLEAN, ran=False))
    results += [Result(*SOLUTION)]
    known = too_close(draft.key)
    for name, (says, check) in CHECKS.items():
        found = tuple(check(problem, draft))
        but = f"; too close to it to be told of: {', '.join(known)}"
        results += [Result(name, says + but if known and name == "misconceptions" else says, found)]
    return (*results, Result(*CLEAN, tuple(check_clean_processes(catalog, problem, draft))))


def check_clean_processes(catalog: Catalog, problem: Problem, draft: Draft) -> Iterator[Finding]:
    """The key comes out the same in clean processes."""
    for where, what in instabilities(catalog, problem, draft.key):
        yield Finding(
            where,
            f"{what}.",
            "Take out what varies: the order of a set, a random number without a seed, the clock, a file.",
        )


def _failure(problem: Problem, error: SolutionError | ContentError) -> Finding:
    module = f"reference/{problem.slug}.py"
    place = place_of(error) if isinstance(error, SolutionError) else None
    what = str(error).removeprefix(module).lstrip(": ")
    return Finding(place or module, f"{what}.", "Mend it; the other checks need a key.")
