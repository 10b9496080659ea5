"""The solution page: when staff and students may read it, and what stands on it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from grader.db.models import ActiveKey, SolutionPage, SolutionRelease
from grader.db.session import reading, transaction
from grader.domain.worked import BarsFigure, Step, Worked
from grader.services.keys.solution_pages import tell
from tests.support.school import School
from tests.web.in_force import change_key, change_policy
from tests.web.pages import Form, text_of

ANCESTRY = "/pset7/ancestry"
SOLUTION, STAFF = f"{ANCESTRY}/solution", f"/staff{ANCESTRY}/solution"
PROBLEMS = ["logistic_regression", "ancestry", "calibration", "decision_tree_entropy"]
CANARY = "canary-7315026"
BARS = BarsFigure("bars", CANARY, CANARY, CANARY, CANARY, ((CANARY, 0.7315026),), CANARY, 7)


def end(school: School) -> None:
    """Let all work on the assignment be over."""
    over = datetime.now(UTC) - timedelta(seconds=1)
    change_policy(school, lambda it: replace(it, closes=over))


def press(browser: FlaskClient, button: str, path: str = STAFF) -> TestResponse:
    page = browser.get(path).get_data(as_text=True)
    form = Form.on(page, "students")
    return browser.post(form.action or path, data={**form.fields, "students": button})


def send(school: School, button: str, who: str = "ina") -> TestResponse:
    """Press a button that the page may not show."""
    browser = school.browser(who)
    page = browser.get("/pset7/ancestry").get_data(as_text=True)
    token = Form.on(page, "answer.a").fields["csrf_token"]
    return browser.post(STAFF, data={"csrf_token": token, "students": button})


def release(school: School, who: str = "ina") -> None:
    end(school)
    assert press(school.browser(who), "show").status_code == 303


def read(browser: FlaskClient, path: str, status: int = 200) -> str:
    reply = browser.get(path)
    assert reply.status_code == status, path
    return reply.get_data(as_text=True)


def plain(page: str) -> str:
    """A page without what differs between any two requests."""
    page = re.sub(r'name="csrf_token" value="[^"]*"', "", page)
    return re.sub(r"\b[0-9a-f]{16}\b", "", page)


def releases(school: School) -> int:
    with reading(school.engine) as session:
        return len(session.scalars(select(SolutionRelease.id)).all())


@pytest.mark.parametrize("name", PROBLEMS)
def test_staff_read_the_values_at_full_precision_and_every_figure(
    school: School, name: str
) -> None:
    page = read(school.browser("tia"), f"/staff/pset7/{name}/solution")
    course = school.catalog.course
    problem = course.problem(f"pset7/{name}")
    assert problem is not None
    for part in problem.parts:
        assert f">{school.expected(part.slug)}<" in page
    assert page.count('<svg class="drawing"') == page.count('<details class="figure__numbers"') > 0
    assert " style=" not in page
    assert "<math" in page
    assert f"/staff/pset7/{name}/solution" in read(school.browser("tia"), f"/staff/pset7/{name}")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "logistic_regression",
            ["Training log likelihood by step", "Weights after training", "θ₁"],
        ),
        ("ancestry", ["Training log likelihood by step", "Weights of the features", "θ₂₀"]),
        ("calibration", ["Reliability of the predictions", "mean prediction", "gap"]),
        ("decision_tree_entropy", ["Entropy before and after the split", "expected", "gain"]),
    ],
)
def test_each_problem_has_the_figures_that_tell_it(
    school: School, name: str, words: list[str]
) -> None:
    page = text_of(read(school.browser("tia"), f"/staff/pset7/{name}/solution"))
    assert [word for word in words if word not in page] == []


def test_the_table_beside_a_plot_holds_its_numbers(school: School) -> None:
    page = read(school.browser("tia"), STAFF)
    (first, weights) = re.findall(r"<details.*?</details>", page, re.DOTALL)
    assert len(re.findall(r"<tr>", first)) == 12  # A header, and steps 0, 100, ... 1,000.
    rows = re.findall(r'<th scope="row">(.*?)</th><td class="num">(.*?)</td>', weights)
    biggest = max(abs(float(value)) for _, value in rows)
    assert len(rows) == 20
    assert f"{biggest:.5f}" == f"{float(school.expected('pset7/ancestry/a')):.5f}"


def test_before_the_release_a_student_s_page_can_not_be_told_from_an_absent_one(
    school: School,
) -> None:
    for who in ("ada", "tia", "ina"):
        browser = school.browser(who)
        there = read(browser, SOLUTION, 404)
        absent = read(browser, f"{ANCESTRY}/solutiom", 404)
        assert plain(there) == plain(absent).replace("solutiom", "solution")
    end(school)
    assert read(school.browser("ada"), SOLUTION, 404)


def test_a_release_shows_all_solutions_of_the_assignment_and_links_to_them(school: School) -> None:
    ada = school.browser("ada")
    assert "/solution" not in read(ada, ANCESTRY)
    release(school)
    for name in PROBLEMS:
        assert f'href="/pset7/{name}/solution"' in read(ada, f"/pset7/{name}")
        assert "<svg" in read(ada, f"/pset7/{name}/solution")
    page = text_of(read(ada, SOLUTION))
    assert f"{float(school.expected('pset7/ancestry/a')):.5f}" in page
    assert school.expected("pset7/ancestry/a") not in page


def test_a_withdrawal_takes_pages_and_links_away_at_once(school: School) -> None:
    release(school)
    assert press(school.browser("ina"), "hide").status_code == 303
    ada = school.browser("ada")
    assert "/solution" not in read(ada, ANCESTRY)
    read(ada, SOLUTION, 404)
    assert "Ina withdrew the solutions" in text_of(read(school.browser("tia"), STAFF))
    assert press(school.browser("ina"), "show").status_code == 303
    read(ada, SOLUTION)
    assert releases(school) == 3


def test_the_staff_s_page_says_who_released_what(school: School) -> None:
    ina = school.browser("ina")
    end(school)
    before = text_of(read(ina, STAFF))
    assert "Only staff see this." in before
    assert "the solutions of 4 problems" in before
    press(ina, "show")
    after = text_of(read(ina, STAFF))
    assert "Students see this. Ina released the solutions of Pset 7" in after
    assert "Withdraw" in after


def test_a_ta_reads_the_page_and_an_instructor_decides(school: School) -> None:
    end(school)
    page = read(school.browser("tia"), STAFF)
    assert "An instructor releases them." in page
    assert 'name="students"' not in page
    assert send(school, "show", "tia").status_code == 403
    assert releases(school) == 0
    assert send(school, "show").status_code == 303
    page = read(school.browser("tia"), STAFF)
    assert "An instructor withdraws them." in page
    assert 'name="students"' not in page


def test_while_work_counts_there_is_no_button_and_its_press_is_refused_with_the_reason(
    school: School,
) -> None:
    page = text_of(read(school.browser("tia"), STAFF))
    assert "Work can still count or be handed in until" in page
    assert "Release to students" not in page
    reply = send(school, "show")
    assert reply.status_code == 409
    assert "can still count or be handed in until" in text_of(reply.get_data(as_text=True))
    assert releases(school) == 0


def test_a_policy_that_opens_the_assignment_again_hides_what_was_released(school: School) -> None:
    release(school)
    later = datetime.now(UTC) + timedelta(days=1)
    change_policy(school, lambda it: replace(it, closes=later))
    read(school.browser("ada"), SOLUTION, 404)
    page = text_of(read(school.browser("ina"), STAFF))
    assert "Released, but hidden from students for now." in page
    assert "Withdraw" in page


@pytest.mark.parametrize("button", ["", "delete"])
def test_a_form_without_a_known_button_changes_nothing(school: School, button: str) -> None:
    end(school)
    assert send(school, button).status_code == 422
    assert releases(school) == 0


def test_a_student_can_release_nothing(school: School) -> None:
    end(school)
    assert send(school, "show", "ada").status_code == 404
    assert school.client().post(STAFF, data={"students": "show"}).status_code in {303, 400, 401}
    assert releases(school) == 0


def test_a_problem_that_nobody_told_has_its_values_alone_and_says_so(school: School) -> None:
    release(school)
    change_key(school, "pset7/ancestry", lambda key: key)  # A key without a page of its own.
    for who, path in (("tia", STAFF), ("ada", SOLUTION)):
        page = read(school.browser(who), path)
        assert "written no worked solution" in page
        assert '<svg class="drawing"' not in page
        assert f"{float(school.expected('pset7/ancestry/a')):.5f}"[:6] in page


def test_a_part_that_the_key_does_not_cover_is_said_to_be_so(school: School) -> None:
    release(school)

    part = "pset7/ancestry/a"
    change_key(
        school,
        "pset7/ancestry",
        lambda key: replace(key, parts={s: p for s, p in key.parts.items() if s != part}),
    )
    assert "the key does not cover this part" in read(school.browser("tia"), STAFF)
    assert "not asked any more" in read(school.browser("ada"), SOLUTION)


def test_without_a_key_there_is_no_solution(school: School) -> None:
    release(school)
    with transaction(school.engine) as session:
        session.delete(session.get_one(ActiveKey, "pset7/ancestry"))
    assert "There is no such page." in read(school.browser("ada"), SOLUTION, 404)
    assert "There is no key" in read(school.browser("tia"), STAFF, 404)


@pytest.mark.parametrize("path", ["/pset7/none/solution", "/none/ancestry/solution"])
def test_a_problem_that_does_not_exist_has_no_solution(school: School, path: str) -> None:
    release(school)
    for who, where in (("ada", path), ("tia", path), ("tia", f"/staff{path}")):
        read(school.browser(who), where, 404)


def plant(school: School) -> None:
    """Tell every problem by a word that stands nowhere else."""
    worked = Worked((Step(CANARY, f"{CANARY} $x$", (BARS,)),))
    with transaction(school.engine) as session:
        for key_id in session.scalars(select(ActiveKey.key_id)).all():
            tell(session, key_id=key_id, worked=worked, now=datetime.now(UTC))
        assert session.scalars(select(SolutionPage.id)).all()


def everything(school: School) -> str:
    """All that a student can read, by pages and by the API, before and after an answer."""
    ada = school.browser("ada")
    paths = ["/", "/pset7", STAFF]
    paths += [f"/pset7/{name}{more}" for name in PROBLEMS for more in ("", "/solution")]
    asked = ["/course", "/assignments/pset7", "/problems/pset7/ancestry", "/submissions"]
    school.submit("pset7/ancestry/a", "0.5")
    replies = [ada.get(path) for path in paths] + [school.get(path) for path in asked]
    return "".join(f"{reply.headers}{reply.get_data(as_text=True)}" for reply in replies)


def test_no_byte_of_a_solution_reaches_a_student_unless_it_is_released(school: School) -> None:
    plant(school)
    assert CANARY in read(school.browser("tia"), STAFF)
    assert CANARY not in everything(school)
    end(school)
    assert CANARY not in everything(school)
    press(school.browser("ina"), "show")
    assert CANARY in everything(school)
    press(school.browser("ina"), "hide")
    assert CANARY not in everything(school)


def test_what_an_author_writes_is_shown_as_text(school: School) -> None:
    attack = "<script>alert(1)</script>"
    figure = replace(BARS, title=attack, bars=((attack, 1.0),), marked=None)
    with transaction(school.engine) as session:
        key_id = session.get_one(ActiveKey, "pset7/ancestry").key_id
        worked = Worked((Step(attack, attack, (figure,)),))
        tell(session, key_id=key_id, worked=worked, now=datetime.now(UTC))
    assert "<script>alert" not in read(school.browser("tia"), STAFF)


def test_a_wide_table_scrolls_in_a_box_that_the_keyboard_reaches(school: School) -> None:
    page = read(school.browser("tia"), "/staff/pset7/calibration/solution")
    assert (
        '<div class="statement__table" tabindex="0" role="region" aria-label="Table"><table>'
        in page
    )
