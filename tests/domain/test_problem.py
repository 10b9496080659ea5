import pytest

from tests.support.courses import COURSE, PROBLEMS


@pytest.mark.parametrize(
    ("slug", "problem", "part"), [("set/sum/a", "set/sum", "a"), ("set/last/b2", "set/last", "b2")]
)
def test_a_part_knows_its_letter_and_its_problem_from_its_slug(
    slug: str, problem: str, part: str
) -> None:
    found = COURSE.part(slug)
    assert found is not None
    assert (found.slug, found.problem, found.id) == (slug, problem, part)


def test_a_course_finds_its_assignments_problems_and_parts_by_slug() -> None:
    assignment = COURSE.assignment("set")
    assert assignment is COURSE.assignments[0]
    assert COURSE.problem("set/last") is assignment.problems[1]
    assert COURSE.part("set/last/a") is assignment.problems[1].parts[0]


@pytest.mark.parametrize(
    "slug",
    [
        "", "/", "//", "set", "set/", "set/sum", "set/sum/", "set/sum/z", "set/none/a", "none/sum/a",
        "/sum/a", "set//a", "set/sum/a/", "/set/sum/a", "set/sum/a/a", "SET/sum/a", "later/sum/a",
    ],
)  # fmt: skip
def test_what_is_not_there_is_none_and_never_an_error(slug: str) -> None:
    assert COURSE.part(slug) is None


@pytest.mark.parametrize("slug", ["", "/", "set", "set/", "set/none", "none/sum", "set/sum/a"])
def test_a_problem_is_found_by_its_whole_slug_only(slug: str) -> None:
    assert COURSE.problem(slug) is None


def test_a_course_lists_every_problem_in_the_order_of_its_assignments() -> None:
    assert [problem.slug for problem in COURSE.problems] == ["set/sum", "set/last", "later/only"]


def test_a_data_file_is_known_to_solutions_without_its_ending() -> None:
    assert [file.key for file in PROBLEMS[0].data] == ["sum-train"]
