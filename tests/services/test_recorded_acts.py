"""What staff and operators do stands in the ledger, in the transaction of what was done."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from grader.db.models import AnswerKeyRow, PolicyRow, SigninLink
from grader.db.session import transaction
from grader.domain.errors import ImportRefused, NotAllowed, NotFound
from grader.domain.policy import policy_of
from grader.domain.problem import RequestRules
from grader.domain.receipts import stamp
from grader.domain.requests import Decision
from grader.domain.worked import Step, Worked
from grader.services.keys.publishing import REASON, publish
from grader.services.ledger.ledger import Entry, list_entries
from grader.services.ledger.pins import policy_digest, seal_of_row
from grader.services.people.handed_links import hand_out_link
from grader.services.people.signin_links import peek_link
from grader.services.people.token_issuing import issue_token
from grader.services.people.token_list import revoke_token
from grader.services.policies.publishing import publish_policy
from grader.services.policies.releasing import release
from grader.services.practice.deploying import deploy
from grader.services.requests.requesting import answer, ask
from grader.services.requests.standing import list_requests
from grader.services.rescores import rescoring
from grader.services.roster.applying import apply_roster
from tests.support import classroom
from tests.support.classroom import (
    NOW,
    add_key,
    add_policy,
    add_student,
    count,
    make_key,
    open_course,
)
from tests.support.courses import COURSE, SET
from tests.support.people import add_person
from tests.support.rosters import plan
from tests.support.values import DUE
from tests.support.variants import make_draft


def only(session: Session) -> Entry:
    (entry,) = list_entries(session)
    assert entry.at
    return entry


def told(entry: Entry) -> tuple[Any, ...]:
    return entry.act, entry.actor, entry.about, entry.login, entry.detail


def test_a_published_key_stands_there_once_with_its_version_and_state(
    session: Session,
) -> None:
    draft = make_draft(make_key("set/sum", {"set/sum/a": "0.5"}))
    for _ in range(2):
        publish(session, draft=draft, actor="cli:op", now=NOW)
    entry = only(session)
    pinned = seal_of_row(session.scalars(select(AnswerKeyRow)).one())
    detail = {"version": 1, "state": "current", "seal": pinned}
    assert told(entry) == ("key published", "cli:op", "set/sum", None, detail)
    assert entry.reason == REASON
    add_policy(session, policy_of(COURSE, SET))
    classroom.answer(session, add_student(session), "set/sum/a", "0.5")
    other = make_draft(make_key("set/sum", {"set/sum/a": "0.75"}))
    publish(session, draft=other, actor="cli:op", now=NOW)
    newest, _first = list_entries(session)
    assert newest.detail["seal"] != pinned
    assert (newest.detail["version"], newest.detail["state"]) == (2, "inactive")


def test_a_policy_stands_there_when_it_is_stored_and_when_it_begins_to_count(
    session: Session,
) -> None:
    def go(course: Any = COURSE) -> list[dict[str, Any]]:
        publish_policy(
            session, course=course, assignment=course.assignments[0], actor="cli:op", now=NOW
        )
        return [each.detail for each in list_entries(session)]

    pinned = go()[0]["sha256"]
    assert pinned == policy_digest(session.scalars(select(PolicyRow)).one())
    first = {"version": 1, "active version": 1, "sha256": pinned}
    assert go() == [first]
    assert go() == [first]
    assert told(only(session)) == ("policy published", "cli:op", "set", None, first)
    add_key(session, make_key("set/sum", {"set/sum/a": "0.5"}), active=True)
    classroom.answer(session, add_student(session), "set/sum/a", "0.5")
    changed = replace(
        COURSE, assignments=(replace(SET, hints_after_wrong=5), *COURSE.assignments[1:])
    )
    waiting = go(changed)[0]
    assert waiting["sha256"] != pinned
    assert (waiting["version"], waiting["active version"]) == (2, 1)
    assert go(changed) == [waiting, first]
    first_set = changed.assignments[0]
    made = rescoring.plan(session, course=changed, assignment=first_set, now=NOW).id
    run = rescoring.apply(
        session, course=changed, plan_id=made, reason="so", actor="ina", now=NOW
    ).id
    newest = list_entries(session)[0]
    detail = {"plan": made, "run": run, "from": 1, "to": 2, "students": 0}
    assert told(newest) == ("rescore", "ina", "set", None, detail)
    assert newest.reason == "so"
    assert len(go(changed)) == 3


def test_a_roster_stands_there_with_its_counts_and_only_if_it_changed_somebody(
    session: Session,
) -> None:
    add_person(session, "ada")
    add_person(session, "bob")
    text = "login,name\nada,Ada\nbob,Robert\ncleo,Cleo\n"
    for _ in range(2):
        apply_roster(session, plan=plan(session, text), actor="ina", now=NOW)
    counts = {"added": 1, "changed": 1, "dropped": 0, "unchanged": 1}
    assert told(only(session)) == ("roster", "ina", "roster", None, counts)


def test_a_roster_that_is_refused_leaves_no_entry(session: Session) -> None:
    for login in ("ada", "bob", "cleo"):
        add_person(session, login)
    with pytest.raises(ImportRefused):
        apply_roster(session, plan=plan(session, "login,name\nx,X\n"), actor="ina", now=NOW)
    assert list_entries(session) == []


def test_a_token_stands_there_when_it_is_issued_and_when_it_is_ended(session: Session) -> None:
    add_person(session, "ada")
    issued = issue_token(
        session, login="ada", name="laptop", lifetime=timedelta(days=1), actor="ada", now=NOW
    )
    prefix = issued.info.prefix
    for _ in range(2):
        revoke_token(session, prefix=prefix, actor="ina", now=NOW)
    revoked, made = list_entries(session)
    assert told(revoked) == ("token revoked", "ina", prefix, "ada", {})
    assert told(made)[:4] == ("token issued", "ada", prefix, "ada")
    assert made.detail["name"] == "laptop"
    assert made.detail["scopes"] == "read submit"
    everything = f"{made}{revoked}"
    assert issued.token.partition("_")[2] not in everything


def test_solutions_stand_there_when_they_are_shown_and_when_they_are_hidden(
    session: Session,
) -> None:
    policy = policy_of(COURSE, SET)
    assert policy.closes is not None
    add_policy(session, policy)
    ina = add_person(session, "ina", role="instructor")
    for released in (True, True, False, False):
        release(
            session,
            assignment="set",
            person_id=ina,
            actor="ina",
            released=released,
            now=policy.closes,
        )
    assert [told(each)[:4] for each in list_entries(session)] == [
        ("solutions withdrawn", "ina", "set", None),
        ("solutions released", "ina", "set", None),
    ]


def test_an_answer_to_a_request_stands_there_with_its_words_and_whom_it_concerns(
    session: Session,
) -> None:
    course = replace(
        COURSE,
        assignments=(replace(SET, requests=RequestRules(days=7, limit=2)), *COURSE.assignments[1:]),
    )
    open_course(session, course)
    ada = add_student(session)
    classroom.answer(session, ada, "set/sum/a", "0.1")
    ask(session, course=course, person_id=ada, about="set/sum/a", reason="It is right.", now=DUE)
    (waiting,) = list_requests(session)
    answer(
        session,
        request_id=waiting.id,
        decision=Decision.KEPT,
        words="We solved it again.",
        actor="tia",
        person_id=None,
        seen=0,
        now=DUE,
    )
    entry = only(session)
    detail = {"request": waiting.id, "answer": 1, "decision": "kept"}
    assert told(entry) == ("request answered", "tia", "set/sum/a", "ada", detail)
    assert entry.reason == "We solved it again."


def test_each_deployed_variant_stands_there(session: Session) -> None:
    key = make_key("set/sum", {"set/sum/a": "0.5"})
    key_id = add_key(session, key, active=True)
    deploy(session, draft=make_draft(key), key_id=key_id, actor="cli:op", now=NOW)
    assert told(only(session)) == ("variant deployed", "cli:op", "set/sum", None, {"variant": 1})


@pytest.mark.parametrize("role", ["student", "ta"])
def test_a_sign_in_link_made_by_hand_stands_there_without_its_secret(
    session: Session, role: str
) -> None:
    add_person(session, "ada", role=role)
    token = hand_out_link(
        session,
        login="Ada",
        lifetime=timedelta(hours=1),
        actor="ina",
        now=NOW,
        students_only=role == "student",
    )
    assert peek_link(session, token=token, now=NOW).login == "ada"
    entry = only(session)
    detail = {"works until": stamp(NOW + timedelta(hours=1))}
    assert told(entry) == ("sign-in link", "ina", "ada", "ada", detail)
    assert token not in str(entry)


@pytest.mark.parametrize(
    ("login", "refusal"), [("tia", NotAllowed), ("gone", NotFound), ("eve", NotFound)]
)
def test_a_link_that_is_not_made_leaves_nothing(
    engine: Engine, login: str, refusal: type[Exception]
) -> None:
    with transaction(engine) as session:
        add_person(session, "tia", role="ta")
        add_person(session, "gone", active=False)
    with pytest.raises(refusal), transaction(engine) as session:
        hand_out_link(
            session,
            login=login,
            lifetime=timedelta(hours=1),
            actor="ina",
            now=NOW,
            students_only=True,
        )
    with transaction(engine) as session:
        assert list_entries(session) == []
        assert count(session, SigninLink) == 0


def test_mended_words_of_a_solution_stand_there_and_told_again_they_do_not(
    session: Session,
) -> None:
    draft = make_draft(make_key("set/sum", {"set/sum/a": "0.5"}))
    for words in ("Add.", "Add.", "Add them.", "Add them."):
        worked = Worked((Step("Begin", words, ()),))
        publish(session, draft=replace(draft, worked=worked), actor="cli:op", now=NOW)
    newest, first = list_entries(session)
    assert first.act == "key published"
    assert told(newest) == ("solution told anew", "cli:op", "set/sum", None, {"version": 1})


def test_what_is_rolled_back_stands_nowhere(engine: Engine) -> None:
    def fail(session: Session) -> None:
        apply_roster(session, plan=plan(session, "login,name\nx,X\n"), actor="ina", now=NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError), transaction(engine) as session:
        fail(session)
    with transaction(engine) as session:
        assert list_entries(session) == []
