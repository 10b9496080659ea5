"""From an odd answer to a draft, its plan, the regrade and back: the staff's pages."""

import html
import re
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import Connection, delete, event, insert, select, update
from werkzeug.test import TestResponse

from grader.db.models import ActivePolicy, KeyCheck, Override, RegradeJob, RegradePlan
from grader.db.session import transaction
from grader.services.answers.submitting import submit_within
from grader.services.figures.insight import NAMED
from grader.services.regrades import jobs as jobs_service
from grader.web import regrade_jobs
from grader.web.listing import AT_ONCE
from grader.web.regrade_jobs import carry_out
from tests.support.classroom import arrive
from tests.support.people import add_person
from tests.support.school import School
from tests.support.statements import statements
from tests.support.unrecorded import by_the_test_itself
from tests.web.pages import Form, Reader, text_of

ANCESTRY, A = "pset7/ancestry", "pset7/ancestry/a"
PROBLEM, REGRADES, DRAFTS = "/staff/pset7/ancestry", "/staff/regrades", "/staff/drafts"
ODD = "0.123456"
FORMS = f"{DRAFTS}?part={A}&value={ODD}"


def drafted(school: School, who: str = "tia", **typed: str) -> str:
    """Accept the odd answer of Ada and Bob; gives the address of the plan."""
    for student in ("ada", "bob"):
        school.submit(A, ODD, who=student)
    return draft(Reader.of(school, who), "accept", reason="many gave it", **typed)


def in_page(address: str) -> str:
    return address.replace("&", "&amp;")


def draft(reader: Reader, edit: str, **typed: str) -> str:
    assert in_page(FORMS) in reader.open(PROBLEM)
    reply = send(reader, FORMS, edit, **typed)
    assert reply.status_code == 303, text_of(reply.get_data(as_text=True))
    return reply.headers["Location"]


def send(reader: Reader, page: str, edit: str, **typed: str) -> TestResponse:
    """Fill in the form that makes this edit, and send it."""
    markup = reader.open(page)
    forms = re.findall(r"<form.*?</form>", markup, re.DOTALL)
    wanted = next(form for form in forms if f'name="edit" value="{edit}"' in form)
    form = Form.on(wanted, "edit")
    return reader.client.post(form.action or "", data=form.fields | typed)


def press(reader: Reader, page: str, field: str = "reason", **typed: str) -> TestResponse:
    """Fill in the first form with this field, and send it."""
    form = Form.on(reader.open(page), field)
    return reader.client.post(form.action or page, data=form.fields | typed)


def override_ada(school: School) -> None:
    row = {"person_id": school.ids["ada"], "about": A, "number": 1, "kind": "excused"}
    row |= {"reason": "ill", "actor": "ina", "created_at": datetime.now(UTC)}
    with by_the_test_itself(), transaction(school.engine) as session:
        session.execute(insert(Override).values(row))


def points(school: School, who: str) -> str:
    page = text_of(Reader.of(school, "tia").open(f"/staff/students/{who}"))
    found = re.search(r"Points ([\d.]+) of", page)
    assert found is not None
    return found[1]


def test_an_odd_answer_is_accepted_planned_applied_and_taken_back(school: School) -> None:
    staff = Reader.of(school, "tia")
    plan = drafted(school)
    assert plan == f"{REGRADES}/plans/1"
    page = text_of(staff.open(plan))
    assert "2 students gain points. The verdict on 2 of 2 answers would be another one." in page
    assert f"{ODD} counts as correct too at part a" in page
    assert "Now after: correct after: not correct" in page
    assert "(a) 1 answer becomes correct (a) solved" in page
    assert points(school, "ada") == "0"
    reply = press(staff, plan)
    assert (reply.status_code, reply.headers["Location"]) == (303, f"{REGRADES}/runs/1")
    assert points(school, "ada") == points(school, "bob") == "5"
    page = text_of(staff.open(f"{REGRADES}/runs/1"))
    assert "Plan 1 was applied: version 2 grades since." in page
    assert "Reason: many gave it" in page
    assert "Run 1 applied it," in text_of(staff.open(plan))
    reply = press(staff, f"{REGRADES}/runs/1", reason="it was right")
    assert (reply.status_code, reply.headers["Location"]) == (303, f"{REGRADES}/runs/2")
    assert points(school, "ada") == "0"
    page = text_of(staff.open(f"{REGRADES}/runs/2"))
    assert "It took run 1 back: version 1 grades again." in page
    assert "To go there again, apply that plan again, or a new one once it is out of date." in page
    page = text_of(staff.open(REGRADES))
    assert "It graded once, and was taken back." in page
    assert "run 1 undone" in page
    assert "plan 1 applied and undone" in page


def test_a_plan_that_was_taken_back_names_its_runs_and_can_be_applied_again(school: School) -> None:
    staff, plan = Reader.of(school, "tia"), drafted(school)
    assert 'id="runs"' not in staff.open(plan)
    press(staff, plan)
    assert "can be applied again" not in text_of(staff.open(plan))
    press(staff, f"{REGRADES}/runs/1", reason="it was right")
    page = staff.open(plan)
    assert f'href="{REGRADES}/runs/1">Run 1</a> applied it' in page
    assert f'href="{REGRADES}/runs/2">Run 2</a> undid run 1' in page
    assert "It can be applied again, until something that it rests on changes." in text_of(page)
    assert press(staff, plan).headers["Location"] == f"{REGRADES}/runs/3"
    press(staff, f"{REGRADES}/runs/3", reason="once more")
    override_ada(school)
    page = text_of(staff.open(plan))
    assert "Run 4 undid run 3" in page
    assert "can be applied again" not in page


def test_a_button_that_is_pressed_twice_does_it_once(school: School) -> None:
    staff, plan = Reader.of(school, "tia"), drafted(school)
    form = Form.on(staff.open(plan), "reason")
    for _ in range(2):
        reply = staff.client.post(plan, data=form.fields)
        assert reply.headers["Location"] == f"{REGRADES}/runs/1"
    form = Form.on(staff.open(f"{REGRADES}/runs/1"), "reason")
    for _ in range(2):
        reply = staff.client.post(f"{REGRADES}/runs/1", data=form.fields | {"reason": "back"})
        assert reply.headers["Location"] == f"{REGRADES}/runs/2"
    assert school.rows()["regrade_runs"] == 2


def test_answers_that_came_since_a_plan_are_told_before_it_is_applied_and_after(
    school: School,
) -> None:
    staff, plan = Reader.of(school, "tia"), drafted(school)
    assert "came since" not in text_of(staff.open(plan))
    school.submit(A, "0.5")
    page = text_of(staff.open(plan))
    assert "1 answer came since it was planned; it is graded too" in page
    assert "Out of date" not in page
    assert press(staff, plan).headers["Location"] == f"{REGRADES}/runs/1"
    page = text_of(staff.open(f"{REGRADES}/runs/1"))
    assert "1 answer came since it was planned, and is graded too." in page
    press(staff, f"{REGRADES}/runs/1", reason="it was right")
    assert "The last try ended without effect" not in text_of(staff.open(plan))


def test_a_stale_plan_says_what_moved_and_is_made_again_by_a_button(school: School) -> None:
    staff, plan = Reader.of(school, "tia"), drafted(school)
    form = Form.on(staff.open(plan), "reason")
    override_ada(school)
    page = staff.open(plan)
    assert "Out of date. Plan 1 is out of date: overrides changed (1 more)." in text_of(page)
    assert "Apply plan 1" not in page
    reply = staff.client.post(plan, data=form.fields)
    assert reply.status_code == 409
    page = text_of(reply.get_data(as_text=True))
    assert "overrides changed (1 more)" in page
    assert "Your reason was: many gave it" in page
    again = press(staff, plan, "problem")
    assert again.headers["Location"] == f"{REGRADES}/plans/2"
    assert press(staff, f"{REGRADES}/plans/2").status_code == 303


@pytest.mark.parametrize("reason", ["", " ", "x" * 501])
def test_a_regrade_without_a_reason_is_refused_and_what_was_typed_stays(
    school: School, reason: str
) -> None:
    staff, plan = Reader.of(school, "tia"), drafted(school)
    reply = press(staff, plan, reason=reason)
    page = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert "Give a reason" in text_of(page)
    assert Form.on(page, "reason").fields["reason"] == reason
    press(staff, plan)
    reply = press(staff, f"{REGRADES}/runs/1", reason=reason)
    page = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert "Give a reason" in text_of(page)
    assert Form.on(page, "reason").fields["reason"] == reason


@pytest.mark.parametrize(
    ("edit", "more", "told"),
    [
        ("hint", {}, "0.123456 has the hint staff-1"),
        ("mistake", {"tag": "forgot-the-bias"}, "is the mistake staff-forgot-the-bias"),
    ],
)
def test_a_hint_reaches_students_by_a_regrade(
    school: School, edit: str, more: dict[str, str], told: str
) -> None:
    for answer in ("0.77", "0.88", ODD):
        school.submit(A, answer)
    staff = Reader.of(school, "tia")
    words = "You forgot <b>the</b> *bias*."
    reply = send(staff, f"{DRAFTS}?part={A}&value={ODD}", edit, reason="x", words=words, **more)
    plan = reply.headers["Location"]
    page = text_of(staff.open(plan))
    assert told in page
    assert (
        "No verdict would change. 1 wrong answer by 1 student would be explained otherwise" in page
    )
    student = Reader.of(school, "ada")
    assert "the bias" not in text_of(student.open("/pset7/ancestry"))
    press(staff, plan)
    page = student.open("/pset7/ancestry")
    assert "You forgot &lt;b&gt;the&lt;/b&gt; <em>bias</em>." in page
    assert "staff-" not in page


def test_what_can_t_be_drafted_is_refused_with_what_was_typed(school: School) -> None:
    staff = Reader.of(school, "tia")
    school.submit(A, ODD)
    right = school.expected(A)
    address = f"{DRAFTS}?part={A}&value={ODD}"
    for edit, typed, words in (
        ("accept", {"reason": ""}, "Give a reason"),
        ("accept", {"reason": "because", "value": "abc"}, "The value can't be read."),
        ("accept", {"reason": "because", "value": right}, "counts as correct already"),
        (
            "hint",
            {"reason": "because", "words": f"It is {right[:10]}"},
            "the words contain a value",
        ),
        ("hint", {"reason": "because", "words": r"See $\frac{1$"}, "can't be shown"),
        ("mistake", {"reason": "because", "words": "No.", "tag": "Two words"}, "short name"),
        ("none", {"reason": "because"}, "Choose what to do"),
        ("accept", {"reason": "because", "seen": "x"}, "Reload the page"),
    ):
        form = Form.on(staff.open(address), "edit")
        reply = staff.client.post(form.action or "", data=form.fields | typed | {"edit": edit})
        page = reply.get_data(as_text=True)
        assert reply.status_code == 422, typed
        assert words in html.unescape(text_of(page))
        for value in typed.values() if edit != "none" and "seen" not in typed else ():
            assert html.escape(value, quote=True) in page or html.escape(value) in page
    assert school.rows()["answer_keys"] == school.rows()["active_keys"]


def test_a_draft_is_committed_before_its_plan_is_worked_out_and_that_holds_no_writer_up(
    school: School,
) -> None:
    engine = school.app.extensions["grader"].engine
    with statements(engine) as sent:

        def begins(_connection: Connection) -> None:
            sent.append("BEGIN")

        event.listen(engine, "begin", begins)
        drafted(school)
        event.remove(engine, "begin", begins)
    transactions = " ".join(sent).split("BEGIN")
    (drafting,) = (each for each in transactions if "INSERT INTO ledger_bodies" in each)
    (storing,) = (each for each in transactions if "INSERT INTO regrade_plans" in each)
    for each in (drafting, storing):
        assert "JOIN grades" not in each
    assert any("JOIN grades" in each for each in transactions), "where it is worked out"
    assert transactions.index(drafting) < transactions.index(storing)


def test_what_can_t_be_planned_is_drafted_all_the_same_and_waits(school: School) -> None:
    staff = Reader.of(school, "tia")
    staff.open(PROBLEM)
    school.submit(A, ODD)
    form = staff.open(FORMS)
    with transaction(school.engine) as session:
        session.execute(delete(ActivePolicy))
    forms = re.findall(r"<form.*?</form>", form, re.DOTALL)
    filled = Form.on(next(each for each in forms if 'name="edit" value="accept"' in each), "edit")
    reply = staff.client.post(DRAFTS, data=filled.fields | {"reason": "many gave it"})
    assert (reply.status_code, reply.headers["Location"]) == (303, f"{REGRADES}#waiting")
    assert "version 2, a draft" in text_of(staff.open(REGRADES))


def test_who_drafts_on_an_old_page_is_told_what_came_meanwhile(school: School) -> None:
    staff = Reader.of(school, "ina")
    school.submit(A, ODD)
    (link,) = re.findall(f'href="({re.escape(in_page(FORMS))}[^"]*)"', staff.open(PROBLEM))
    drafted(school)
    form = Form.on(staff.open(html.unescape(link)), "edit")
    assert form.fields["seen"] == "1"
    reply = staff.client.post(DRAFTS, data=form.fields | {"reason": "also"})
    page = reply.get_data(as_text=True)
    assert reply.status_code == 409
    assert "Version 2 of this key was made meanwhile" in text_of(page)
    assert Form.on(page, "edit").fields["seen"] == "2"
    assert Form.on(page, "edit").fields["reason"] == "also"


@pytest.mark.parametrize("seen", ["", "&seen=1", "&seen=7", "&seen=0", "&seen=x", "&seen=-1"])
def test_a_page_can_be_older_than_the_newest_version_and_never_newer(
    school: School, seen: str
) -> None:
    staff = Reader.of(school, "tia")
    drafted(school)
    form = Form.on(staff.open(f"{FORMS}{seen}"), "edit")
    assert form.fields["seen"] == ("1" if seen == "&seen=1" else "2")


def test_what_is_known_of_an_answer_stands_above_the_forms(school: School) -> None:
    staff = Reader.of(school, "tia")
    for who in ("ada", "bob"):
        school.submit(A, ODD, who=who)
    school.submit(A, school.expected(A), who="bob")
    page = text_of(staff.open(FORMS))
    assert "biggest absolute value" in page
    assert f"The answer {ODD} The key {school.expected(A)}" in page
    assert "Given by 2 students of 2 who tried" in page
    assert "Given by 1 student of 2" in text_of(
        staff.open(f"{DRAFTS}?part={A}&value={school.expected(A)}")
    )
    for value in ("7", "abc", ""):
        page = text_of(staff.open(f"{DRAFTS}?part={A}&value={value}"))
        assert f"The answer {value}".strip() in page
        assert "Given by 0 students of 2 who tried" in page


def test_everybody_behind_an_answer_is_named_above_the_forms(school: School) -> None:
    with transaction(school.engine) as session:
        people = [
            add_person(session, f"s{number:02}", name=f"S. {number:02}")
            for number in range(NAMED + 2)
        ]
        for person in people:
            submit_within(
                session,
                course=school.catalog.course,
                arrival=arrive(person, A, ODD, datetime.now(UTC)),
                signer=school.signer,
            )
    staff = Reader.of(school, "tia")
    (more,) = re.findall(r'href="([^"]+)">and 2 more', staff.open(PROBLEM))
    page = staff.open(html.unescape(more))
    assert re.findall(r">(S\. \d\d)</a>", page) == [
        f"S. {number:02}" for number in range(NAMED + 2)
    ]


def test_the_mistake_that_explains_an_answer_stands_above_the_forms(school: School) -> None:
    staff, value = Reader.of(school, "tia"), f"-{school.expected(A)}"
    school.submit(A, value)
    page = text_of(staff.open(f"{DRAFTS}?part={A}&value={value}"))
    assert "You kept the sign." in page
    assert "signed_value" in page


@pytest.mark.parametrize("path", ["?part=pset7/ancestry/zz", "", "?part=x"])
def test_only_a_part_that_there_is_can_be_drafted_for(school: School, path: str) -> None:
    Reader.of(school, "tia").open(f"{DRAFTS}{path}", 404)


def test_a_draft_is_named_where_its_problem_is_and_can_be_put_aside(school: School) -> None:
    staff = Reader.of(school, "tia")
    plan = drafted(school)
    page = staff.open(PROBLEM)
    assert "Version 2 of the key waits: a draft by staff." in text_of(page)
    assert f'href="{plan}"' in page
    waiting = text_of(staff.open(REGRADES))
    assert "No key waits" not in waiting
    assert "Open plan 1 Make a new plan" in waiting
    for reason, status in (("", 422), ("it was a slip", 303)):
        forms = re.findall(r"<form.*?</form>", staff.open(REGRADES), re.DOTALL)
        form = Form.on(next(each for each in forms if "/discard" in each), "reason")
        reply = staff.client.post(form.action or "", data=form.fields | {"reason": reason})
        assert reply.status_code == status
        assert ("Give a reason" in reply.get_data(as_text=True)) == (status == 422)
    assert "No key waits" in text_of(staff.open(REGRADES))
    assert "Version 2 was put aside, so this plan" in text_of(staff.open(plan))
    assert "Apply plan 1" not in staff.open(plan)
    assert "waits" not in text_of(staff.open(PROBLEM))
    reply = staff.client.post(form.action or "", data=form.fields | {"reason": "x"})
    assert reply.status_code == 404
    for fields in ({"version": "1x"}, {"problem": "none"}):
        reply = staff.client.post(form.action or "", data=form.fields | fields)
        assert reply.status_code == 404


def test_students_are_filtered_sorted_and_shown_a_hundred_at_a_time(school: School) -> None:
    staff, _first = Reader.of(school, "tia"), drafted(school)
    fake_students(school, AT_ONCE + 1)
    page = staff.open(f"{REGRADES}/plans/2")
    assert "Page 1 of 2" in text_of(page)
    assert page.count("data-way") == 67
    assert "34 students lose points and 33 students stay the same." in text_of(page)
    assert "Student 100" in text_of(staff.open(f"{REGRADES}/plans/2?page=2"))
    assert "Student 100" in text_of(staff.open(f"{REGRADES}/plans/2?page=999"))
    shown = text_of(staff.open(f"{REGRADES}/plans/2?show=down&sort=most+lost"))
    assert "Student 001 5 0 −5" in shown
    assert "Student 000" not in shown
    assert "override of part (a): 3 points, by ina" in text_of(
        staff.open(f"{REGRADES}/plans/2?show=overridden")
    )
    assert "Nobody is among these" in text_of(staff.open(f"{REGRADES}/plans/2?show=crossing"))
    assert "Page 1 of 2" in text_of(staff.open(f"{REGRADES}/plans/2?show=x&sort=y&page=z"))


def fake_students(school: School, many: int) -> None:
    """A plan like the first, with invented students: a third gains, a third loses, a third neither."""
    ways = (("0", "5"), ("5", "0"), ("2", "2"))
    students = [
        {
            "student": f"s{number}",
            "name": f"Student {number:03}",
            "before": ways[number % 3][0],
            "after": ways[number % 3][1],
            "moves": {f"{A}: incorrect -> correct": 2},
        }
        for number in range(many)
    ]
    override = {"student": "s2", "name": "Student 002", "about": A, "kind": "points"}
    with transaction(school.engine) as session:
        first = session.get_one(RegradePlan, 1)
        content = {
            **first.content,
            "students": students,
            "overrides": [override | {"points": "3", "actor": "ina"}],
        }
        columns = {c.name: getattr(first, c.name) for c in RegradePlan.__table__.columns}
        session.execute(insert(RegradePlan).values({**columns, "id": 2, "content": content}))


def test_an_override_beside_a_verdict_that_changes_is_shown_and_never_touched(
    school: School,
) -> None:
    staff = Reader.of(school, "tia")
    override_ada(school)
    plan = drafted(school)
    page = text_of(staff.open(plan))
    assert "Overrides that stay" in page
    assert "Ada pset7/ancestry/a excused ina" in page
    press(staff, plan)
    assert school.rows()["overrides"] == 1


def test_a_long_regrade_runs_on_its_own_and_its_page_says_how_far_it_is(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = list[int]()

    def later(job_id: int, total: int) -> bool:
        started.append(job_id)
        assert total == 2
        return False

    monkeypatch.setattr("grader.web.regrade_jobs.carry_out", later)
    staff, plan = Reader.of(school, "tia"), drafted(school)
    reply = press(staff, plan)
    job = f"{REGRADES}/jobs/{started[0]}"
    assert (reply.status_code, reply.headers["Location"]) == (303, job)
    page = staff.open(job)
    assert 'hx-trigger="every 2s"' in page
    assert "0 of 2 answers are graded" in text_of(page)
    piece = staff.client.get(job, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "<html" not in piece
    assert "0 of 2 answers" in text_of(piece)
    for where in (REGRADES, plan):
        assert "0 of 2 answers are graded" in text_of(staff.open(where))
    form = Form.on(staff.open(job), "person")
    assert staff.client.post(plan, data=form.fields | {"reason": "x"}).headers["Location"] == job
    reply = staff.client.post(job, data=form.fields)
    assert reply.status_code == 303
    assert "Cancelled by tia; nobody’s" in text_of(staff.open(job)).replace("'", "’")
    assert "The last try ended without effect. Cancelled by tia" in text_of(staff.open(plan))
    monkeypatch.undo()
    assert press(staff, plan).headers["Location"] == f"{REGRADES}/runs/1"


def test_in_a_thread_of_its_own_it_comes_to_the_same_end(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regrade_jobs, "AT_ONCE", 0)
    threads = list[Thread]()

    class Watched(Thread):
        def start(self) -> None:
            threads.append(self)
            super().start()

    monkeypatch.setattr(regrade_jobs, "Thread", Watched)
    staff, plan = Reader.of(school, "tia"), drafted(school)
    reply = press(staff, plan)
    assert reply.headers["Location"] == f"{REGRADES}/jobs/1"
    threads[0].join(30)
    assert "Applied. What it did" in text_of(staff.open(f"{REGRADES}/jobs/1"))
    assert points(school, "ada") == "5"


def test_a_thread_that_breaks_off_leaves_a_word(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("a fault of ours")

    plan = drafted(school)
    monkeypatch.setattr("grader.services.regrades.running.finish", broken)
    with transaction(school.engine) as session:
        job = jobs_service.start_apply(
            session, plan_id=1, reason="x", actor="tia", now=datetime.now(UTC)
        ).id
    regrade_jobs._alone(school.engine, job)
    assert plan
    page = text_of(Reader.of(school, "tia").open(f"{REGRADES}/jobs/{job}"))
    assert "It could not be done. It broke off" in page


def test_a_job_that_died_is_shown_as_interrupted_and_starts_again(school: School) -> None:
    staff, plan = Reader.of(school, "tia"), drafted(school)
    long_ago = datetime.now(UTC) - timedelta(minutes=2)
    with transaction(school.engine) as session:
        job = jobs_service.start_apply(session, plan_id=1, reason="x", actor="tia", now=long_ago).id
    for page in (REGRADES, plan, f"{REGRADES}/jobs/{job}"):
        assert "interrupted : it gave no sign of life" in text_of(staff.open(page))
    assert press(staff, plan).headers["Location"] == f"{REGRADES}/runs/1"


def test_a_world_that_moves_at_the_last_moment_is_told_on_the_job_s_page(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff, plan = Reader.of(school, "tia"), drafted(school)

    def moving(job_id: int, total: int) -> bool:
        override_ada(school)
        return carry_out(job_id, total)

    monkeypatch.setattr("grader.web.regrade_jobs.carry_out", moving)
    reply = press(staff, plan)
    assert reply.headers["Location"] == f"{REGRADES}/jobs/1"
    page = text_of(staff.open(f"{REGRADES}/jobs/1"))
    assert "It could not be done. Plan 1 is out of date: overrides changed (1 more)." in page
    assert points(school, "bob") == "0"


@pytest.mark.parametrize("what", ["plans", "runs", "jobs"])
@pytest.mark.parametrize("number", ["7", "x", "-1", "9" * 30, "７"])
def test_what_is_not_there_is_not_found(school: School, what: str, number: str) -> None:
    staff = Reader.of(school, "tia")
    staff.open(f"{REGRADES}/{what}/{number}", 404)
    assert staff.client.post(f"{REGRADES}/{what}/{number}").status_code in {400, 404}


def test_who_signed_in_since_can_t_send_another_s_form(school: School) -> None:
    plan = drafted(school)
    staff = Reader.of(school, "ina")
    form = Form.on(staff.open(plan), "reason")
    reply = staff.client.post(plan, data=form.fields | {"person": str(school.ids["tia"])})
    assert reply.status_code == 401
    assert school.rows()["regrade_runs"] == 0


def test_planning_an_unknown_problem_or_the_active_key_is_refused(school: School) -> None:
    plan, staff = drafted(school), Reader.of(school, "tia")
    form = Form.on(staff.open(REGRADES), "version")
    for fields, status in (
        ({"problem": "x"}, 404),
        ({"version": "1"}, 409),
        ({"version": "9"}, 404),
    ):
        reply = staff.client.post(f"{REGRADES}/plans", data=form.fields | fields)
        assert reply.status_code == status
    assert plan


def test_the_pages_cost_the_same_whatever_the_class(school: School) -> None:
    staff, plan = Reader.of(school, "tia"), drafted(school)
    press(staff, plan)
    pages = (REGRADES, plan, f"{REGRADES}/runs/1", PROBLEM)
    costs: dict[str, set[int]] = {}
    for count in (0, 20):
        with transaction(school.engine) as session:
            for number in range(count):
                add_person(session, f"more{number}")
            session.execute(update(KeyCheck).values(state="current"))
        for page in pages:
            staff.open(page)
            with statements(school.app.extensions["grader"].engine) as made:
                staff.open(page)
            costs.setdefault(page, set()).add(len(made))
    assert all(len(each) == 1 for each in costs.values()), costs


def test_nothing_of_this_is_for_students(school: School) -> None:
    plan = drafted(school)
    student = Reader.of(school, "ada")
    for page in (REGRADES, plan, f"{DRAFTS}?part={A}"):
        student.open(page, 404)
    with transaction(school.engine) as session:
        assert session.scalars(select(RegradeJob)).all() == []
