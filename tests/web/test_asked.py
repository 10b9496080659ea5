"""What is asked is found in one place: the API, the answer sheet and the staff's page say the same of it."""

import pytest

from grader.web.asked import find_problem
from tests.support.courses import COURSE
from tests.support.school import School


@pytest.mark.parametrize("path", ["pset7/none", "none/ancestry", "pset7/pset7"])
def test_every_door_refuses_a_problem_that_is_not_there_in_the_same_words(
    school: School, path: str
) -> None:
    said = [
        school.get(f"/problems/{path}"),
        school.browser("ada").get(f"/{path}"),
        school.browser("tia").get(f"/staff/{path}"),
    ]
    assert [reply.status_code for reply in said] == [404, 404, 404]
    assert all("There is no such problem." in reply.get_data(as_text=True) for reply in said)


def test_a_problem_is_found_with_its_assignment() -> None:
    assignment, problem = find_problem(COURSE, "set", "last")
    assert (assignment.slug, problem.slug) == ("set", "set/last")
