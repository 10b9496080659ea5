"""The students' pages without scripts, as they are sent: what they say, keep, refuse and never tell."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import OperationalError

from grader.db.models import ActiveKey, ActivePolicy, Submission
from grader.db.session import reading, transaction
from grader.domain.grading import AnswerKey
from grader.services.answers.submitting import submit
from grader.web import access, sheet
from tests.support.school import School
from tests.support.statements import statements
from tests.web.in_force import change_course, change_key, change_policy
from tests.web.pages import Form, Reader, box, echo, result, text_of

ANCESTRY = "/pset7/ancestry"
PART = "pset7/ancestry/a"
PROBLEMS = ("logistic_regression", "ancestry", "calibration", "decision_tree_entropy")


def test_the_only_assignment_of_a_course_is_its_home(school: School) -> None:
    change_course(school, lambda first: [first], others=False)
    reply = Reader.of(school, "ada").client.get("/")
    assert (reply.status_code, reply.headers["Location"]) == (302, "/pset7")


def test_practice_counts_correct_parts_and_speaks_of_no_points(school: School) -> None:
    for slug in ("/", "/lecture_deep_learning", "/lecture_deep_learning/parameter_counts"):
        page = text_of(Reader.of(school, "ada").open(slug))
        practice = page.partition("Practice: the lecture Deep Learning")[2]
        assert "point" not in practice.partition("CS109 Probability")[0]
    part = "lecture_deep_learning/parameter_counts/a"
    school.submit(part, school.expected(part))
    page = text_of(Reader.of(school, "ada").open("/"))
    assert "1 of 35 parts correct For practice: not graded, no due date" in page
    page = text_of(Reader.of(school, "ada").open("/lecture_deep_learning"))
    assert "Parts correct 1 of 35 Due no due date Counts for practice only" in page
    assert "Counting Parameters 1 of 3 parts correct a correct b not tried" in page
    book = text_of(Reader.of(school, "tia").open("/staff/lecture_deep_learning"))
    assert "out of 35 parts each; practice, which gives no points" in book
    assert "Points" not in book
    of_ada = text_of(Reader.of(school, "tia").open("/staff/students/ada"))
    assert "Correct 1 of 35 parts, for practice" in of_ada


def test_several_assignments_are_shown_as_cards(school: School) -> None:
    change_course(school, lambda first: (first, replace(first, slug="pset8", title="Next")))
    page = text_of(Reader.of(school, "ada").open("/"))
    assert "0 of 50 points" in page
    assert "Next This assignment is being prepared." in page


def test_an_assignment_shows_problems_states_points_and_the_due_time(school: School) -> None:
    school.submit(PART, school.expected(PART))
    school.submit("pset7/ancestry/b", "0.5")
    page = text_of(Reader.of(school, "ada").open("/pset7"))
    assert "Points so far 5 of 50 Parts correct 1 of 10" in page
    assert re.search(r"Due \w{3} \d+ \w{3}, 11:59 pm P[SD]T in \d d", page)
    assert "Logistic Regression: Ancestry 5 of 10 points a correct b not correct yet" in page
    assert "Calibrating ChatGPT 0 of 10 points a not tried b not tried" in page
    assert "You have 4 late days for the term, and this assignment takes at most two" in page
    assert "After 5 wrong attempts at a part there is a pause of 30 s" in page


def test_a_problem_shows_the_active_key_s_parameters_and_files_to_download(school: School) -> None:
    page = Reader.of(school, "ada").open(ANCESTRY)
    assert "{{" not in page
    assert "1,000" in page
    assert "ancestry-train.csv training set, 283 rows" in text_of(page)
    assert "Five decimals; correct within 0.00001 of the reference value." in text_of(page)
    assert 'rel="prev"' in page
    assert 'rel="next"' in page


def test_a_data_file_is_the_one_that_the_key_was_computed_from(school: School) -> None:
    reader = Reader.of(school, "ada")
    reply = reader.client.get(f"{ANCESTRY}/data/ancestry-test.csv")
    digest = sha256(reply.data).hexdigest()
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert reply.headers["Content-Disposition"] == "attachment; filename=ancestry-test.csv"
    assert reply.headers["Cache-Control"] == "private, no-cache"
    assert reply.get_etag() == (digest, False)
    again = reader.client.get(
        f"{ANCESTRY}/data/ancestry-test.csv", headers={"If-None-Match": f'"{digest}"'}
    )
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/pset8",
        "/pset7/none",
        "/pset8/ancestry",
        f"{ANCESTRY}/data/none.csv",
        f"{ANCESTRY}/data/simple-train.csv",
        f"{ANCESTRY}/data/..%2fproblem.toml",
    ],
)
def test_what_does_not_exist_is_not_found(school: School, path: str) -> None:
    page = Reader.of(school, "ada").open(path, status=404)
    assert "Not found" in text_of(page)


def test_a_right_answer_is_stored_and_the_page_then_says_so_by_itself(school: School) -> None:
    reader = Reader.of(school, "ada")
    reply = reader.check(ANCESTRY, press="a", a=school.expected(PART))
    assert (reply.status_code, reply.headers["Location"]) == (303, f"{ANCESTRY}#part-a")
    page = reader.open(ANCESTRY)
    assert "Correct Attempt 1." in result(page, "a")
    assert box(page, "a") == school.expected(PART)
    assert "1 of 2 parts correct" in text_of(page)
    assert school.stored() == 1


def test_a_wrong_answer_says_how_it_was_read_and_warns_of_few_decimals(school: School) -> None:
    reader = Reader.of(school, "ada")
    assert reader.check(ANCESTRY, press="a", a="−0.46").status_code == 303
    page = reader.open(ANCESTRY)
    assert echo(page, "a") == "We read -0.46 , two decimals; five are asked."
    assert result(page, "a").startswith("Not correct yet Attempt 1.")
    assert result(page, "a").endswith("Read as -0.46 .")


def test_the_warning_of_few_decimals_depends_on_the_text_alone(school: School) -> None:
    def accepting(key: AnswerKey) -> AnswerKey:
        part = replace(key.parts[PART], accepted=(Decimal("0.91"),))
        return replace(key, parts={**key.parts, PART: part})

    change_key(school, "pset7/ancestry", accepting)
    reader = Reader.of(school, "ada")
    reader.check(ANCESTRY, press="a", a="0.91")
    page = reader.open(ANCESTRY)
    assert "Correct Attempt 1." in result(page, "a")
    assert echo(page, "a") == "We read 0.91 , two decimals; five are asked."


def test_an_unreadable_answer_costs_nothing_and_stays_in_its_box(school: School) -> None:
    reader = Reader.of(school, "ada")
    reply = reader.check(ANCESTRY, press="a", a=' 0,5"<b>')
    page = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert "Can’t read this as a number" in result(page, "a")
    assert "This cost no attempt." in result(page, "a")
    assert box(page, "a") == ' 0,5"<b>'
    assert "<b>" not in page.partition("<main")[2].partition('id="result-a"')[0]
    assert school.stored() == 0


def test_each_field_stands_alone_and_keeps_what_was_typed(school: School) -> None:
    reader = Reader.of(school, "ada")
    reply = reader.check(ANCESTRY, a="0,5", b="0.5")
    page = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert "Can’t read" in result(page, "a")
    assert "Not correct yet" in result(page, "b")
    assert (box(page, "a"), box(page, "b")) == ("0,5", "0.5")
    assert school.stored() == 1


def test_a_part_s_button_checks_that_part_alone_and_keeps_the_other_text(school: School) -> None:
    reader = Reader.of(school, "ada")
    reply = reader.check(ANCESTRY, press="b", a="0.1", b="0.2")
    page = reply.get_data(as_text=True)
    assert reply.status_code == 200  # A redirect would lose what stands in the other box.
    assert (box(page, "a"), box(page, "b")) == ("0.1", "0.2")
    assert result(page, "a") == ""
    assert school.stored() == 1


def test_enter_checks_what_is_new(school: School) -> None:
    reader = Reader.of(school, "ada")
    assert reader.check(ANCESTRY, a="0.1", b="0.2").status_code == 303
    assert reader.check(ANCESTRY, a="0.1", b="0.3").status_code == 303
    assert reader.check(ANCESTRY, a="0.1", b="0.3").status_code == 303
    assert school.stored() == 3


def test_pressing_check_on_an_empty_box_says_what_to_do(school: School) -> None:
    reply = Reader.of(school, "ada").check(ANCESTRY, press="a", a="")
    assert reply.status_code == 422
    assert "Nothing was typed; type a number." in result(reply.get_data(as_text=True), "a")


def test_the_same_number_again_is_not_counted(school: School) -> None:
    reader = Reader.of(school, "ada")
    reader.check(ANCESTRY, press="a", a="0.5")
    reply = reader.check(ANCESTRY, press="a", a=".50")
    assert reply.status_code == 200
    said = result(reply.get_data(as_text=True), "a")
    assert "You gave this number before, as attempt 1. Nothing was counted." in said
    assert school.stored() == 1


def test_a_page_sent_twice_is_one_submission_and_may_be_sent_with_another_text(
    school: School,
) -> None:
    reader = Reader.of(school, "ada")
    page = reader.open(ANCESTRY)
    for _ in range(2):
        assert reader.check(ANCESTRY, press="a", page=page, a="0.5").status_code == 303
    assert school.stored() == 1
    assert reader.check(ANCESTRY, press="a", page=page, a="0.6").status_code == 303
    assert school.stored() == 2


def test_a_part_once_right_stays_right(school: School) -> None:
    reader = Reader.of(school, "ada")
    reader.check(ANCESTRY, press="a", a=school.expected(PART))
    reply = reader.check(ANCESTRY, press="a", a="7")
    said = result(reply.get_data(as_text=True), "a")
    assert "Not correct Attempt 2. Your earlier answer is correct, and it still counts." in said
    page = reader.open(ANCESTRY)
    assert "Correct Attempt 1." in result(page, "a")
    assert "5 of 10 points a correct" in text_of(reader.open("/pset7"))


def test_the_history_holds_text_reading_time_and_verdict_of_each_attempt(school: School) -> None:
    reader = Reader.of(school, "ada")
    reader.check(ANCESTRY, press="a", a=" 5e-1 ")
    reader.check(ANCESTRY, press="a", a="+.7")
    page = reader.open(ANCESTRY)
    history = text_of(page.partition('id="history-a"')[2].partition("</details>")[0])
    assert re.search(
        r"2 attempts \+\.7 not correct yet Read as 0\.7 \. \w{3} \d+ \w{3}, [\d:]+ [ap]m P[SD]T \. "
        r"Receipt 2 5e-1 not correct yet Read as 0\.5 \.",
        history,
    )


def test_a_pause_says_when_the_next_attempt_is_taken(school: School) -> None:
    reader = Reader.of(school, "ada")
    for number in range(5):
        reader.check(ANCESTRY, press="a", a=f"0.{number}")
    said = result(reader.open(ANCESTRY), "a")
    assert re.search(r"The next attempt is taken in \d+ s , at \w{3} \d+ \w{3}, [\d:]+ [ap]m", said)
    reply = reader.check(ANCESTRY, press="a", a="0.9")
    assert reply.status_code == 429
    assert 0 < int(reply.headers["Retry-After"]) <= 30
    page = reply.get_data(as_text=True)
    assert "A short pause" in result(page, "a")
    assert box(page, "a") == "0.9"
    assert school.stored() == 5


@pytest.mark.parametrize(("left", "told"), [(1, True), (0, False), (-1, False)])
def test_a_pause_is_told_until_the_instant_at_which_it_is_over(
    school: School, monkeypatch: pytest.MonkeyPatch, left: int, *, told: bool
) -> None:
    reader = Reader.of(school, "ada")
    for number in range(5):
        reader.check(ANCESTRY, press="a", a=f"0.{number}")
    with reading(school.engine) as session:
        last = session.scalars(select(func.max(Submission.submitted_at))).one()
    over = last + timedelta(seconds=30)
    monkeypatch.setattr("grader.web.student.now", lambda: over - timedelta(microseconds=left))
    said = result(reader.open(ANCESTRY), "a")
    assert "Not correct yet" in said
    assert ("The next attempt is taken in" in said) is told


def test_after_a_pause_the_same_page_sends_the_same_text_anew(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Reader.of(school, "ada")
    for number in range(5):
        reader.check(ANCESTRY, press="a", a=f"0.{number}")
    page = reader.open(ANCESTRY)
    assert reader.check(ANCESTRY, press="a", page=page, a="0.9").status_code == 429
    monkeypatch.setattr("grader.web.student.now", lambda: datetime.now(UTC) + timedelta(seconds=31))
    for _ in range(2):
        assert reader.check(ANCESTRY, press="a", page=page, a="0.9").status_code == 303
    assert school.stored() == 6


def test_attempts_left_are_said_when_they_are_limited(school: School) -> None:
    change_policy(school, lambda one: replace(one, attempts=replace(one.attempts, limit=1)))
    reader = Reader.of(school, "ada")
    assert "1 attempt left." in text_of(reader.open(ANCESTRY))
    reader.check(ANCESTRY, press="a", a="0.5")
    assert "1 attempt, 0 left" in text_of(reader.open(ANCESTRY))
    reply = reader.check(ANCESTRY, press="a", a="0.6")
    assert reply.status_code == 403
    assert "No attempts left The one attempt at this part is used." in result(
        reply.get_data(as_text=True), "a"
    )
    assert "You have 1 attempt at each part." in text_of(reader.open("/pset7"))


def test_late_work_says_before_the_press_what_it_would_cost_and_after_it_what_it_did(
    school: School,
) -> None:
    due = datetime.now(UTC) - timedelta(hours=3, minutes=5, seconds=30)
    change_policy(school, lambda one: replace(one, due=due))
    reader = Reader.of(school, "ada")
    told = "Submitting now uses 1 of your 4 late days if it raises your score. 3 will be left."
    for page in (ANCESTRY, "/pset7"):
        assert told in text_of(reader.open(page))
    reader.check(ANCESTRY, press="a", a="0.1")
    assert told in text_of(reader.open(ANCESTRY))
    assert "Attempt 1, 3 h 5 min late, cost no late day." in result(reader.open(ANCESTRY), "a")
    assert "Late days left 4 of 4" in text_of(reader.open("/pset7"))
    reply = reader.check(
        ANCESTRY, press="a", headers={"HX-Request": "true"}, a=school.expected(PART)
    )
    assert "Submitting now uses no further late day" in text_of(reply.get_data(as_text=True))
    page = reader.open(ANCESTRY)
    assert "Correct Attempt 2, 3 h 5 min late, used 1 late day." in result(page, "a")
    assert "You have 3 late days left." in text_of(page)
    assert "Late days left 3 of 4, 1 used here" in text_of(reader.open("/pset7"))


def test_a_due_time_to_come_stands_ready_in_the_page_for_when_it_has_come(school: School) -> None:
    due, closes = (datetime.now(UTC) + timedelta(hours=hours) for hours in (1, 2))
    change_policy(school, lambda one: replace(one, due=due, closes=closes))
    page = Reader.of(school, "ada").open(ANCESTRY)
    ready = re.findall(r'<p class="notice[^>]*data-appears="([^"]+)" hidden>([^<]+)</p>', page)
    assert [moment for moment, _ in ready] == [due.isoformat(), closes.isoformat()]
    assert ready[0][1] == (
        "The due time has passed. Submitting now uses 1 of your 4 late days if it raises your score. "
        "3 will be left."
    )
    assert re.fullmatch(r"Closed on .*: no more answers are taken\.", ready[1][1])
    assert "Submitting now is on time. You have 4 late days left." in text_of(page)
    change_policy(school, lambda one: replace(one, due=due, closes=closes, max_late_days=0))
    assert (
        "This assignment takes no late days: submitting now is stored and checked, but gives no points."
    ) in text_of(Reader.of(school, "ada").open(ANCESTRY))
    change_policy(school, lambda one: replace(one, due=None, closes=None))
    assert "data-appears" not in Reader.of(school, "ada").open(ANCESTRY)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
def test_an_answer_from_a_page_that_somebody_else_left_open_is_not_taken(
    school: School, headers: dict[str, str]
) -> None:
    left_open = Reader.of(school, "ada").open(ANCESTRY)
    bob = Reader.of(school, "bob")
    token = Form.on(bob.open(ANCESTRY), "answer.a").fields["csrf_token"]
    page = re.sub(r'(name="csrf_token" value=")[^"]*', rf"\g<1>{token}", left_open)
    reply = bob.check(ANCESTRY, page=page, press="a", headers=headers, a="0.46832")
    assert reply.status_code == 401
    assert "Somebody else has signed in in this browser" in reply.get_data(as_text=True)
    assert "0.46832" not in reply.get_data(as_text=True)
    assert school.stored() == 0
    assert bob.check(ANCESTRY, press="a", a="0.46832").status_code == 303
    assert school.stored() == 1


def test_work_beyond_the_late_days_is_stored_and_said_not_to_count(school: School) -> None:
    change_policy(school, lambda one: replace(one, due=datetime.now(UTC) - timedelta(days=5)))
    reader = Reader.of(school, "ada")
    assert (
        "This assignment takes at most two late days: submitting now is stored and checked, but gives no"
    ) in text_of(reader.open("/pset7"))
    reader.check(ANCESTRY, press="a", a=school.expected(PART))
    assert "late, too late to count." in result(reader.open(ANCESTRY), "a")
    assert "0 of 10 points a right, but too late" in text_of(reader.open("/pset7"))


def test_a_closed_assignment_says_so_at_the_box(school: School) -> None:
    closed = datetime.now(UTC) - timedelta(days=1)
    change_policy(school, lambda one: replace(one, due=None, closes=closed))
    reader = Reader.of(school, "ada")
    assert "no due date" in text_of(reader.open("/pset7"))
    reply = reader.check(ANCESTRY, press="a", a="0.5")
    assert reply.status_code == 403
    assert "Closed This assignment closed on" in result(reply.get_data(as_text=True), "a")
    assert school.stored() == 0


def test_before_it_opens_students_see_when_and_staff_see_the_problems(school: School) -> None:
    opens = datetime.now(UTC) + timedelta(days=1)
    change_policy(school, lambda one: replace(one, opens=opens))
    student, staff = Reader.of(school, "ada"), Reader.of(school, "tia")
    overview = text_of(student.open("/pset7"))
    assert "This assignment opens on" in overview
    assert "Ancestry" not in overview
    assert "opens on" in student.open(ANCESTRY, status=403)
    student.open(f"{ANCESTRY}/data/ancestry-test.csv", status=403)
    page = staff.open(ANCESTRY)
    assert student.check(ANCESTRY, press="a", page=page, a="1").status_code in {400, 403}
    staff.open(f"{ANCESTRY}/data/ancestry-test.csv")
    reply = staff.check(ANCESTRY, press="a", a="1")
    assert "Not open yet" in result(reply.get_data(as_text=True), "a")


def test_a_problem_that_the_rules_do_not_know_yet_is_prepared_everywhere(school: School) -> None:
    reader = Reader.of(school, "ada")
    before = reader.open(ANCESTRY)
    change_policy(
        school,
        lambda it: replace(
            it, problems=tuple(p for p in it.problems if p.slug != ANCESTRY.strip("/"))
        ),
    )
    assert "soon This problem is being prepared." in text_of(reader.open("/pset7"))
    page = reader.open(ANCESTRY)
    assert "This problem is being prepared." in text_of(page)
    assert 'class="statement"' not in page
    reader.open(f"{ANCESTRY}/data/ancestry-test.csv", status=404)
    assert reader.check(ANCESTRY, press="a", page=before, a="0.5").status_code == 409
    assert school.get("/problems/pset7/ancestry").status_code == 409
    assert school.submit("pset7/ancestry/a", "0.5").status_code == 409
    assert school.explain("pset7/ancestry", "Why.").status_code == 409
    assert reader.check(ANCESTRY, page=before, a="0.5").status_code == 409
    reader.open(f"{ANCESTRY}/explanation", status=200)
    assert school.rows()["explanations"] == school.stored() == 0
    reader.open("/pset7/calibration")


@pytest.mark.parametrize("pointer", [ActiveKey, ActivePolicy])
def test_what_is_not_published_yet_is_said_to_be_prepared(school: School, pointer: Any) -> None:
    reader = Reader.of(school, "ada")
    before = reader.open(ANCESTRY)
    with transaction(school.engine) as session:
        session.execute(delete(pointer))
    assert "This problem is being prepared." in text_of(reader.open(ANCESTRY))
    assert "is being prepared" in text_of(reader.open("/pset7"))
    reader.open(f"{ANCESTRY}/data/ancestry-test.csv", status=404)
    reply = reader.check(ANCESTRY, press="a", page=before, a="0.5")
    assert reply.status_code == 409
    assert box(reply.get_data(as_text=True), "a") == "0.5"


def test_staff_may_try_problems_and_find_the_way_to_their_pages(school: School) -> None:
    page = Reader.of(school, "tia").open(ANCESTRY)
    assert 'href="/staff/"' in page
    assert 'href="/staff/"' not in Reader.of(school, "ada").open(ANCESTRY)


def test_a_part_that_the_key_does_not_cover_is_refused_at_its_box(school: School) -> None:
    reader = Reader.of(school, "ada")
    page = reader.open(ANCESTRY)
    change_key(
        school,
        "pset7/ancestry",
        lambda key: replace(key, parts={"pset7/ancestry/b": key.parts["pset7/ancestry/b"]}),
    )
    reply = reader.check(ANCESTRY, press="a", page=page, a="0.5")
    assert reply.status_code == 409
    assert "does not cover pset7/ancestry/a" in result(reply.get_data(as_text=True), "a")


@pytest.mark.parametrize("pressed", ["z", "", "a.b"])
def test_a_button_that_is_not_there_is_refused(school: School, pressed: str) -> None:
    reply = Reader.of(school, "ada").check(ANCESTRY, press=pressed, a="0.5")
    assert reply.status_code == 422
    assert box(reply.get_data(as_text=True), "a") == "0.5"
    assert school.stored() == 0


def test_a_malformed_idempotency_key_is_refused_at_its_box(school: School) -> None:
    reader = Reader.of(school, "ada")
    page = re.sub(r'(name="key.a" value=")[^"]*', r"\1a b", reader.open(ANCESTRY))
    reply = reader.check(ANCESTRY, press="a", page=page, a="0.5")
    assert reply.status_code == 422
    assert "idempotency key" in result(reply.get_data(as_text=True), "a")


def test_htmx_gets_only_what_changed_and_the_box_is_not_among_it(school: School) -> None:
    reader = Reader.of(school, "ada")
    headers = {"HX-Request": "true"}
    reply = reader.check(ANCESTRY, press="a", a="0,5", b="0.7", headers=headers)
    page = reply.get_data(as_text=True)
    assert reply.status_code == 200
    assert re.findall(r'<hx-partial id="([^"]+)"', page) == [
        "key-a", "state-a", "result-a", "history-a", "timing", "progress",
    ]  # fmt: skip
    assert "Can’t read" in result(page, "a")
    assert "answer.a" not in page


def test_another_site_s_form_is_refused_and_hands_back_what_was_typed(school: School) -> None:
    client = school.browser("ada")
    reply = client.post(ANCESTRY, data={"answer.a": "0.5", "check": "a"})
    assert reply.status_code == 400
    assert box(reply.get_data(as_text=True), "a") == "0.5"
    assert school.stored() == 0


def test_signed_out_between_typing_and_pressing_nothing_typed_is_lost(school: School) -> None:
    reader = Reader.of(school, "ada")
    page = reader.open(ANCESTRY)
    reader.client.delete_cookie("session")
    reply = reader.check(ANCESTRY, press="a", page=page, a="0.5", b="0.7")
    kept = reply.get_data(as_text=True)
    assert reply.status_code == 401
    assert (box(kept, "a"), box(kept, "b")) == ("0.5", "0.7")
    assert 'href="/signin?next=/pset7/ancestry"' in kept
    reader.client.set_cookie("session", str(school.browser("ada").get_cookie("session").value))  # type: ignore[union-attr]
    again = reader.check(ANCESTRY, page=kept, a="0.5", b="0.7")
    assert again.status_code == 200
    assert school.stored() == 1  # The button that was pressed is kept, too.


def _down(*_: object, **__: object) -> None:
    raise OperationalError("SELECT 1", {}, ConnectionError("away"))


@pytest.mark.parametrize("where", [access, sheet])
def test_while_the_database_is_away_nothing_typed_is_lost(
    school: School, monkeypatch: pytest.MonkeyPatch, where: Any
) -> None:
    reader = Reader.of(school, "ada")
    page = reader.open(ANCESTRY)
    name = "looking" if where is access else "submit"
    with monkeypatch.context() as broken:
        broken.setattr(where, name, _down)
        reply = reader.check(ANCESTRY, press="a", page=page, a="0.5", b="0,7")
    kept = reply.get_data(as_text=True)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    assert (box(kept, "a"), box(kept, "b")) == ("0.5", "0,7")
    assert reader.check(ANCESTRY, page=kept, a="0.5", b="0,7").status_code == 200
    assert school.stored() == 1


def test_what_was_stored_before_the_database_went_away_is_not_denied(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Reader.of(school, "ada")
    page = reader.open(ANCESTRY)
    with monkeypatch.context() as broken:
        broken.setattr(
            sheet,
            "submit",
            lambda *args, **how: _down() if school.stored() else submit(*args, **how),
        )
        reply = reader.check(ANCESTRY, page=page, a="0.5", b="0.7")
    kept = reply.get_data(as_text=True)
    assert reply.status_code == 503
    assert school.stored() == 1
    assert "nothing was stored" not in text_of(kept).lower()
    assert "What was stored stays stored." in text_of(kept)
    assert "an answer that did arrive is not counted twice" in text_of(kept)
    assert (box(kept, "a"), box(kept, "b")) == ("0.5", "0.7")
    assert reader.check(ANCESTRY, page=kept, a="0.5", b="0.7").status_code == 303
    assert school.stored() == 2


def test_a_body_that_is_too_large_is_refused_with_a_page(school: School) -> None:
    reader = Reader.of(school, "ada")
    reply = reader.check(ANCESTRY, press="a", a="1" * 70_000)
    assert reply.status_code == 413
    assert "too large" in reply.get_data(as_text=True)


def test_near_and_far_wrong_answers_look_the_same(school: School) -> None:
    right = Decimal(school.expected(PART)).quantize(Decimal("0.00001"))
    near, far = f"{right + Decimal('0.00002')}", "7.12345"
    assert len(near) == len(far)
    replies = []
    for who, typed in (("ada", near), ("bob", far)):
        reader = Reader.of(school, who)
        reply = reader.check(ANCESTRY, press="a", a=typed, headers={"HX-Request": "true"})
        page = reply.get_data(as_text=True).replace(typed, "TYPED")
        page = page.replace(typed.rstrip("0").rstrip("."), "TYPED")
        page = re.sub(r'value="[0-9a-f-]{36}"', "KEY", page)
        page = re.sub(r"<time.*?</time>", "TIME", page)
        replies.append((reply.status_code, sorted(reply.headers.keys()), page))
    assert replies[0] == replies[1]


def test_no_page_of_any_state_holds_an_expected_value(school: School) -> None:
    reader = Reader.of(school, "ada")
    pages = []
    for problem in PROBLEMS:
        path = f"/pset7/{problem}"
        pages.append(reader.open(path))
        reader.check(path, press="a", a="0.12345")
        pages += [
            reader.check(path, press="a", a=text).get_data(as_text=True)
            for text in ("0,5", "0.12345", "77")
        ]
        pages.append(reader.open(path))
    pages.append(reader.open("/pset7"))
    parts = [part.slug for each in school.catalog.course.problems for part in each.parts]
    for slug in parts:
        # Too short a value would be found by chance.
        value = school.expected(slug)[:7]
        assert len(value) < 6 or not any(value in page for page in pages), slug


def test_another_student_sees_nothing_of_one_s_answers(school: School) -> None:
    Reader.of(school, "ada").check(ANCESTRY, press="a", a="0.7182818")
    for path in ("/pset7", ANCESTRY):
        page = Reader.of(school, "bob").open(path)
        assert "0.7182818" not in page
        assert "not correct yet" not in text_of(page)


def test_no_page_has_anything_that_the_policy_forbids(school: School) -> None:
    reader = Reader.of(school, "ada")
    anonymous = Reader(school.client())
    pages = [reader.open(f"/pset7/{name}") for name in PROBLEMS]
    pages += [reader.open("/pset7"), reader.open("/none", status=404), anonymous.open("/signin")]
    for page in pages:
        assert not re.search(r"<[^>]*\s(style|on[a-z]+)=", page)
        assert "<style" not in page
        assert not re.search(r"<script(?![^>]*\ssrc=)", page)
        assert not re.search(r"https?://(?!www\.w3\.org)", page)


def test_signed_in_pages_are_not_kept_and_static_files_are(school: School) -> None:
    reader = Reader.of(school, "ada")
    page = reader.client.get("/pset7")
    assert page.headers["Cache-Control"] == "no-store"
    found = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.get_data(as_text=True))
    assert len(found) == 3
    for address in found:
        reply = reader.client.get(address)
        assert reply.status_code == 200
        assert "max-age=31536000" in reply.headers["Cache-Control"]
        reply.close()


def test_the_first_page_is_under_a_hundred_kilobytes(school: School) -> None:
    reader = Reader.of(school, "ada")
    for name in PROBLEMS:
        page = reader.open(f"/pset7/{name}")
        size = len(page.encode())
        for address in re.findall(r'(?:href|src|data-grammar)="(/static/[^"]+)"', page):
            if "/fonts/" not in address:
                reply = reader.client.get(address, headers={"Accept-Encoding": "gzip"})
                size += len(reply.data)
                reply.close()
        assert size < 100_000, name


def test_the_number_of_queries_does_not_grow_with_the_attempts(school: School) -> None:
    reader = Reader.of(school, "ada")
    counts = []
    engine = school.app.extensions["grader"].engine
    for attempts in range(3):
        if attempts:
            reader.check(ANCESTRY, a=f"0.{attempts}", b=f"0.{attempts}")
        reader.open(ANCESTRY)
        with statements(engine) as sent:
            reader.open(ANCESTRY)
        counts.append(len(sent))
    assert counts[0] == counts[1] == counts[2]


def test_a_press_of_check_costs_a_submission_and_one_reading_of_the_page(school: School) -> None:
    reader = Reader.of(school, "ada")
    page = reader.open(ANCESTRY)
    engine = school.app.extensions["grader"].engine
    with statements(engine) as reading:
        reader.open(ANCESTRY)
    with statements(engine) as submitting:
        assert school.submit(PART, "0.1", who="bob").status_code == 201
    with statements(engine) as pressing:
        assert reader.check(ANCESTRY, press="b", page=page, b="0.2").status_code == 303
    # Each request looks up who sent it, so the sum has room for asking first whether the assignment is open.
    assert len(pressing) <= len(reading) + len(submitting)
    assert not any("data_blobs" in statement for statement in pressing + reading)


def test_nothing_is_stored_of_an_answer_before_the_assignment_opens(school: School) -> None:
    reader = Reader.of(school, "ada")
    page = reader.open(ANCESTRY)
    change_policy(school, lambda one: replace(one, opens=datetime.now(UTC) + timedelta(days=1)))
    before = school.rows()
    for press in ("a", None):
        reply = reader.check(ANCESTRY, press=press, page=page, a="0.5")
        assert reply.status_code == 403
        assert box(reply.get_data(as_text=True), "a") == "0.5"
    assert school.rows() == before


def test_a_form_without_boxes_is_no_form_of_ours(school: School) -> None:
    reader = Reader.of(school, "ada")
    token = Form.on(reader.open(ANCESTRY), "answer.a").fields["csrf_token"]
    reply = reader.client.post(ANCESTRY, data={"csrf_token": token})
    assert reply.status_code == 303
    assert school.stored() == 0
