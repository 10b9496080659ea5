import pytest

from grader.domain.errors import ImportRefused
from grader.services.files.row_problems import MOST_PROBLEMS, Problems


def refusal(problems: Problems) -> tuple[str, ...]:
    with pytest.raises(ImportRefused) as refused:
        problems.refuse_if_any()
    return refused.value.problems


def test_without_a_problem_nothing_is_refused() -> None:
    Problems().refuse_if_any()


def test_problems_are_told_in_the_order_of_their_rows() -> None:
    problems = Problems()
    for row in (7, 3, 10):
        problems.add(row, "bad")
    assert refusal(problems) == ("row 3: bad", "row 7: bad", "row 10: bad")


def test_problems_beyond_the_bound_are_counted() -> None:
    problems = Problems()
    for row in range(MOST_PROBLEMS + 2):
        problems.add(row, "bad")
    assert len(refusal(problems)) == MOST_PROBLEMS + 1
    assert refusal(problems)[-1] == "and 2 more rows"
