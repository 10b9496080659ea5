"""What staff and operators do stands in the ledger, in the transaction of what was done."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.db.session import transaction
from grader.domain.errors import ImportRefused
from grader.domain.policy import policy_of
from grader.domain.problem import RequestRules
from grader.domain.requests import Decision
from grader.services.deploying import deploy
from grader.services.ledger import Entry, list_entries
from grader.services.policies import publish_policy
from grader.services.publishing import REASON, publish
from grader.services.releasing import release
from grader.services.requesting import answer, ask
from grader.services.requests import list_requests
from grader.services.roster_applying import apply_roster
from grader.services.token_issuing import issue_token
from grader.services.token_list import revoke_token
from tests.services.people import add_person
from tests.support import classroom
from tests.support.classroom import NOW, add_key, add_policy, add_student, make_key, open_course
from tests.support.courses import COURSE, SET
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
    detail = {"version": 1, "state": "current"}
    assert told(entry) == ("key published", "cli:op", "set/sum", None, detail)
    assert entry.reason == REASON
    add_policy(session, policy_of(COURSE, SET))
    classroom.answer(session, add_student(session), "set/sum/a", "0.5")
    other = make_draft(make_key("set/sum", {"set/sum/a": "0.75"}))
    publish(session, draft=other, actor="cli:op", now=NOW)
    newest, _first = list_entries(session)
    assert newest.detail == {"version": 2, "state": "inactive"}


def test_a_policy_stands_there_when_it_is_stored_and_when_it_begins_to_count(
    session: Session,
) -> None:
    def go(course: Any = COURSE, *, activate: bool = False) -> list[dict[str, Any]]:
        publish_policy(
            session,
            course=course,
            assignment=course.assignments[0],
            actor="cli:op",
            now=NOW,
            activate=activate,
        )
        return [each.detail for each in list_entries(session)]

    first = {"version": 1, "active version": 1}
    assert go() == [first]
    assert go() == [first]
    assert told(only(session)) == ("policy published", "cli:op", "set", None, first)
    add_key(session, make_key("set/sum", {"set/sum/a": "0.5"}), active=True)
    classroom.answer(session, add_student(session), "set/sum/a", "0.5")
    changed = replace(
        COURSE, assignments=(replace(SET, hints_after_wrong=5), *COURSE.assignments[1:])
    )
    waiting = {"version": 2, "active version": 1}
    assert go(changed) == [waiting, first]
    assert go(changed) == [waiting, first]
    assert go(changed, activate=True) == [{"version": 2, "active version": 2}, waiting, first]
    assert len(go(changed, activate=True)) == 3


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


def test_what_is_rolled_back_stands_nowhere(engine: Engine) -> None:
    def fail(session: Session) -> None:
        apply_roster(session, plan=plan(session, "login,name\nx,X\n"), actor="ina", now=NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError), transaction(engine) as session:
        fail(session)
    with transaction(engine) as session:
        assert list_entries(session) == []
