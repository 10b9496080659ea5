"""What a problem has to pass before it is published: a table of small checks, and their results."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from grader.content.catalog import Catalog
from grader.content.checking import check_data, check_texts
from grader.content.failing import place_of
from grader.content.findings import Finding
from grader.content.stated_rules import check_stated_rules
from grader.domain.errors import ContentError, SolutionError
from grader.domain.problem import Problem
from grader.services import key_checks
from grader.services.drafting import Draft, draft_key

FileCheck = Callable[[Catalog, Problem], Iterable[Finding]]
KeyCheck = Callable[[Catalog, Problem, Draft], Iterable[Finding]]

OF_FILES: dict[str, tuple[str, FileCheck]] = {
    "texts": ("the statement and the prompts can be shown", check_texts),
    "data": ("every data file can be read", check_data),
    "rule": ("texts and checker state the same decimals and tolerance", check_stated_rules),
}
SOLUTION = "solution", "the solution and its misconceptions give numbers"
OF_KEYS: dict[str, tuple[str, KeyCheck]] = {
    "displayed": ("the rounded answer is read and is correct", key_checks.check_displayed),
    "truncated": ("the answer cut off instead of rounded is correct", key_checks.check_truncated),
    "misconceptions": (
        "no mistake passes as correct, unless keys check reports it",
        key_checks.check_misconceptions,
    ),
    "hints": ("the statement has each section that a hint names", key_checks.check_hints),
    "reading": ("any text is read or refused with a reason", key_checks.check_reading),
    "clean": ("clean processes find the same numbers", key_checks.check_clean_processes),
}


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
        skipped = [Result(name, says, ran=False) for name, (says, _) in OF_KEYS.items()]
        return (*results, failed, *skipped)
    results += [Result(*SOLUTION)]
    results += [
        Result(name, says, tuple(check(catalog, problem, draft)))
        for name, (says, check) in OF_KEYS.items()
    ]
    return tuple(results)


def _failure(problem: Problem, error: SolutionError | ContentError) -> Finding:
    module = f"reference/{problem.slug}.py"
    place = place_of(error) if isinstance(error, SolutionError) else None
    what = str(error).removeprefix(module).lstrip(": ")
    return Finding(place or module, f"{what}.", "Mend it; the other checks need a key.")
