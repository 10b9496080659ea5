"""Students whose grades changed are written to once each, whatever breaks off or runs beside it."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from grader.db.models import Person, Told
from grader.db.session import reading, transaction
from grader.domain.errors import InvalidRequest, MailFailed, NotFound, NothingToDo
from grader.domain.mail_server import MailServer
from grader.domain.problem import Course
from grader.services.ledger.ledger import list_entries
from grader.services.regrades import regrading
from grader.services.telling.postings import Posting, claim
from grader.services.telling.run_changes import Kind
from grader.services.telling.sending import MOST_LOSSES, Sending, send_letters
from grader.services.telling.telling import Telling, begin, telling
from tests.support import rescores
from tests.support.classroom import (
    NOW,
    RIGHT,
    add_key,
    add_student,
    answer,
    make_key,
    open_course,
)
from tests.support.courses import COURSE, LATER, SET
from tests.support.people import at_once
from tests.support.post_office import PostOffice, open_post_office
from tests.support.statements import statements
from tests.support.values import DUE

A, B, ONLY = "set/sum/a", "set/sum/b", "later/only/a"
LINK, SECRET = "https://grader.example.edu/grades", "the dean insisted"
AFTER = DUE + timedelta(hours=1)
CHANGED = {A: "0.75", B: "2"}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as opened:
        yield opened


@dataclass
class Desk:
    """Who tells students of a run."""

    engine: Engine
    kind: Kind
    run: int
    course: Course = COURSE
    actor: str = "tia"
    now: datetime = NOW

    def look(self) -> Telling:
        with reading(self.engine) as session:
            return telling(
                session,
                course=self.course,
                kind=self.kind,
                run_id=self.run,
                link=LINK,
                now=self.now,
            )

    def begin(self, *, everybody: bool = False) -> Sending:
        found = self.look()
        with transaction(self.engine) as session:
            addressees = begin(
                session, found=found, everybody=everybody, actor=self.actor, now=self.now
            )
        return Sending(found.run, addressees, self.actor, self.writing, lambda: self.now)

    def send(self, server: MailServer, *, everybody: bool = False) -> dict[str, str]:
        """Send what is left; gives by login why letters failed."""
        failed = send_letters(self.begin(everybody=everybody), server=server)
        return {addressee.login: why for addressee, why in failed}

    def writing(self) -> AbstractContextManager[Session]:
        return transaction(self.engine)

    def names(self, place: str) -> list[str]:
        return [each.login for each in getattr(self.look(), place)]


@pytest.fixture
def regrade(engine: Engine) -> Desk:
    """Ada loses points, Bob gains some; Cleo's two verdicts change, and her points don't; Dan keeps all."""
    with transaction(engine) as session:
        open_course(session)
        for login, typed in (
            ("ada", RIGHT[A]),
            ("bob", "0.75"),
            ("cleo", RIGHT[A]),
            ("dan", "9"),
        ):
            person = add_student(session, login)
            answer(session, person, A, typed)
            if login == "cleo":
                answer(session, person, A, "0.75")
        add_key(session, make_key("set/sum", CHANGED))
        problem = COURSE.problem("set/sum")
        assert problem is not None
        plan = regrading.plan(session, course=COURSE, problem=problem, now=NOW).id
        run = regrading.apply(session, plan_id=plan, reason=SECRET, actor="ina", now=NOW)
        return Desk(engine, Kind.REGRADE, run.id)


@pytest.fixture
def rescore(engine: Engine) -> Desk:
    """Ada, an hour late, loses her points; Bob pays for his with no late day any more."""
    with transaction(engine) as session:
        open_course(session)
        ada, bob = add_student(session, "ada"), add_student(session, "bob")
        answer(session, ada, A, RIGHT[A], DUE + timedelta(hours=3))
        answer(session, bob, A, RIGHT[A], AFTER)
        rescores.publish(session, due=DUE + timedelta(hours=2), max_late_days=0)
        run = rescores.apply(session, rescores.plan(session), reason=SECRET)
        return Desk(engine, Kind.RESCORE, run)


def test_only_whose_points_changed_are_told_by_default(regrade: Desk, office: PostOffice) -> None:
    found = regrade.look()
    assert [each.login for each in found.visibly] == ["ada", "bob"]
    assert [each.login for each in found.waiting] == ["ada", "bob", "cleo"]
    assert found.of_points == 2
    assert regrade.send(office.server) == {}
    assert office.told == ["ada@example.edu", "bob@example.edu"]
    assert (regrade.names("sent"), regrade.names("waiting")) == (["ada", "bob"], ["cleo"])
    assert regrade.send(office.server, everybody=True) == {}
    assert office.told[2:] == ["cleo@example.edu"]


def test_what_is_sent_is_what_was_shown_before(regrade: Desk, office: PostOffice) -> None:
    shown = {each.address: each.letter for each in regrade.look().waiting}
    regrade.send(office.server, everybody=True)
    for address, expected in shown.items():
        letter = office.letter(address)
        assert (letter["Subject"], letter.get_content()) == (expected.subject, expected.body)


def test_a_letter_tells_the_points_and_nothing_that_students_may_not_know(regrade: Desk) -> None:
    letters = {each.login: each.letter for each in regrade.look().waiting}
    assert letters["ada"].subject == "T1: your points in The set"
    assert "problem 1, set/sum, in The set changed" in letters["ada"].body
    assert "Your points of all parts of this assignment went from 5 to 0." in letters["ada"].body
    assert "Your points of all parts of this assignment stayed at 5." in letters["cleo"].body
    assert LINK in letters["bob"].body
    for each in letters.values():
        for secret in (SECRET, "0.75", "0.5", "2.0", "ina"):
            assert secret not in each.body + each.subject


def test_a_rescore_is_told_as_students_see_their_score(rescore: Desk, office: PostOffice) -> None:
    found = rescore.look()
    assert [each.login for each in found.visibly] == ["ada"]
    letters = {each.login: each.letter.body for each in found.waiting}
    assert "went from 5 of 10 to 0 of 10, and it takes no late day in place of 1." in letters["ada"]
    assert "stayed at 5 of 10, and it takes no late day in place of 1." in letters["bob"]
    assert SECRET not in "".join(letters.values())
    rescore.send(office.server)
    assert office.told == ["ada@example.edu"]


def test_points_on_another_assignment_are_told_in_the_same_letter(engine: Engine) -> None:
    with transaction(engine) as session:
        open_course(session, late_days=1)
        ada = add_student(session)
        answer(session, ada, A, RIGHT[A], AFTER)
        due = LATER.due
        assert due is not None
        answer(session, ada, ONLY, RIGHT[ONLY], due + timedelta(hours=1))
        rescores.publish(session, graded=False)
        run = rescores.apply(session, rescores.plan(session))
    (ada_,) = Desk(engine, Kind.RESCORE, run).look().visibly
    assert "so your score on The later one changed too: it went from 0 of 10 to 10 of 10" in (
        ada_.letter.body
    )


def undone(desk: Desk) -> Desk:
    with transaction(desk.engine) as session:
        if desk.kind is Kind.RESCORE:
            return replace(desk, run=rescores.undo(session, desk.run))
        back = regrading.undo(session, run_id=desk.run, reason=SECRET, actor="ina", now=NOW)
        return replace(desk, run=back.id)


def test_an_undoing_is_told_the_other_way_and_the_run_that_it_took_back_no_more(
    regrade: Desk, office: PostOffice
) -> None:
    back = undone(regrade)
    with pytest.raises(
        InvalidRequest, match=f"was undone by run {back.run}: tell students of that"
    ):
        regrade.send(office.server)
    bodies = {each.login: each.letter.body for each in back.look().visibly}
    assert "was changed back" in bodies["ada"]
    assert "went from 0 to 5." in bodies["ada"]
    back.send(office.server)
    assert office.told == ["ada@example.edu", "bob@example.edu"]


def test_of_an_undoing_it_is_said_whether_mail_told_anybody_of_what_it_took_back(
    regrade: Desk, office: PostOffice
) -> None:
    assert not regrade.look().unheard, "it took nothing back"
    office.refuse = {f"{login}@example.edu": 550 for login in ("ada", "bob")}
    regrade.send(office.server)
    back = undone(regrade)
    assert back.look().unheard, "no letter of it arrived"


@pytest.mark.parametrize("cut", [False, True], ids=["sent", "perhaps sent"])
def test_of_what_a_letter_told_or_may_have_told_an_undoing_is_heard(
    regrade: Desk, office: PostOffice, *, cut: bool
) -> None:
    office.refuse["bob@example.edu"] = 550
    office.hang_up = {1} if cut else set()
    regrade.send(office.server)
    assert not undone(regrade).look().unheard


def test_a_rescore_s_undoing_is_told_too(rescore: Desk) -> None:
    back = undone(rescore)
    assert rescore.look().run.undone_by == back.run
    (ada,) = back.look().visibly
    assert "were changed back. Your score went from 0 of 10 to 5 of 10" in ada.letter.body


def test_nobody_is_told_twice(regrade: Desk, office: PostOffice) -> None:
    regrade.send(office.server)
    with pytest.raises(NothingToDo, match="Nobody is left"):
        regrade.send(office.server)
    assert len(office.messages) == 2


def test_of_two_who_send_at_once_each_letter_is_sent_by_one(
    regrade: Desk, office: PostOffice
) -> None:
    sendings = [regrade.begin(everybody=True) for _ in range(2)]
    at_once(2, lambda: send_letters(sendings.pop(), server=office.server))
    assert sorted(office.told) == ["ada@example.edu", "bob@example.edu", "cleo@example.edu"]
    assert regrade.names("sent") == ["ada", "bob", "cleo"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_claims_a_letter_that_another_is_just_claiming_waits_and_does_not_get_it(
    regrade: Desk,
) -> None:
    run, person = regrade.look().run, regrade.look().waiting[0].person_id

    def claim_it(session: Session) -> int | None:
        return claim(session, posting=Posting(run, person, "tia"), now=NOW)

    def later() -> int | None:
        with transaction(regrade.engine) as session:
            return claim_it(session)

    with ThreadPoolExecutor(1) as pool:
        with transaction(regrade.engine) as session:
            assert claim_it(session) == 1
            waiting = pool.submit(later)
            time.sleep(0.3)
            assert not waiting.done()
        assert waiting.result() is None


def test_a_run_of_each_kind_has_its_own_list_whatever_their_numbers(
    regrade: Desk, office: PostOffice
) -> None:
    regrade.send(office.server)
    with transaction(regrade.engine) as session:
        rescores.publish(session, closes=DUE - timedelta(days=3))
        run = rescores.apply(session, rescores.plan(session))
    other = Desk(regrade.engine, Kind.RESCORE, run)
    assert other.run == regrade.run
    assert other.names("visibly") == ["bob", "cleo"]


def test_a_refused_address_is_listed_and_the_others_are_sent(
    regrade: Desk, office: PostOffice
) -> None:
    office.refuse["ada@example.edu"] = 550
    why = "The mail was refused: its address is not taken (code 550)."
    assert regrade.send(office.server) == {"ada": why}
    assert office.told == ["bob@example.edu"]
    (ada,) = regrade.look().failed
    assert (ada.login, ada.why) == ("ada", why)
    office.refuse.clear()
    assert regrade.send(office.server) == {}
    assert office.told == ["bob@example.edu", "ada@example.edu"]
    assert (regrade.names("failed"), regrade.names("sent")) == ([], ["ada", "bob"])


def test_a_server_that_says_goodbye_is_called_again(regrade: Desk, office: PostOffice) -> None:
    office.refuse["ada@example.edu"] = 421
    assert list(regrade.send(office.server)) == ["ada"]
    assert (office.connections, office.told) == (2, ["bob@example.edu"])


def test_a_line_that_is_cut_leaves_one_letter_unclear_and_the_rest_goes_on(
    regrade: Desk, office: PostOffice
) -> None:
    office.hang_up = {1}
    assert regrade.send(office.server, everybody=True) == {}
    assert office.told == ["bob@example.edu", "cleo@example.edu"]
    assert regrade.names("sending") == ["ada"], "it may still be on its way"
    later = replace(regrade, now=NOW + timedelta(minutes=3))
    assert (later.names("unclear"), later.names("waiting")) == (["ada"], [])
    with pytest.raises(NothingToDo):
        later.send(office.server, everybody=True)


def test_lines_that_are_cut_again_and_again_are_given_up(
    engine: Engine, office: PostOffice
) -> None:
    desk = many(engine, 6)
    office.hang_up = set(range(2, 20))
    with pytest.raises(MailFailed, match="connection to the mail server broke"):
        desk.send(office.server)
    # One went through, and a letter is unclear for each line that was cut.
    assert len(office.messages) == 1
    assert office.connections == MOST_LOSSES
    assert len(desk.look().waiting) == 6 - 1 - MOST_LOSSES
    office.hang_up.clear()
    desk.send(office.server)
    assert len(set(office.told)) == len(office.told) == 6 - MOST_LOSSES


def many(engine: Engine, students: int) -> Desk:
    with transaction(engine) as session:
        open_course(session)
        for number in range(students):
            answer(session, add_student(session, f"s{number}"), A, RIGHT[A], AFTER)
        rescores.publish(session, max_late_days=0)
        run = rescores.apply(session, rescores.plan(session))
    return Desk(engine, Kind.RESCORE, run)


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("after", range(1, 9))
def test_killed_at_any_commit_it_goes_on_and_tells_nobody_twice(
    engine: Engine, office: PostOffice, after: int
) -> None:
    """Two commits for each of four letters: killed behind any of them, at most one letter stays unclear."""
    desk = many(engine, 4)
    commits = 0

    class Dying(Desk):
        def writing(self) -> Any:
            nonlocal commits
            if commits == after:
                raise Killed
            commits += 1
            return transaction(self.engine)

    dying = Dying(engine, desk.kind, desk.run)
    sending = dying.begin()
    try:
        send_letters(replace(sending, writing=dying.writing), server=office.server)
    except Killed:
        # Between a note and the next lies the sending itself.
        assert after < 8
    if desk.look().waiting:
        desk.send(office.server)
    later = replace(desk, now=NOW + timedelta(minutes=3))
    assert len(set(office.told)) == len(office.told) == 4
    assert len(later.names("sent")) + len(later.names("unclear")) == 4
    assert len(later.names("unclear")) <= 1


def test_it_is_heard_how_far_it_is_and_the_connection_is_one(
    engine: Engine, office: PostOffice
) -> None:
    heard: list[int] = []
    send_letters(many(engine, 30).begin(), server=office.server, heard=heard.append)
    assert (sum(heard), len(office.messages), office.connections) == (30, 30, 1)


def test_who_has_no_address_or_was_dropped_is_not_written_to(
    regrade: Desk, office: PostOffice
) -> None:
    with transaction(regrade.engine) as session:
        session.execute(update(Person).where(Person.login == "ada").values(email=""))
        session.execute(update(Person).where(Person.login == "bob").values(active=False))
        session.execute(update(Person).where(Person.login == "cleo").values(role="ta"))
    assert regrade.names("without_address") == ["ada"]
    with pytest.raises(NothingToDo):
        regrade.send(office.server, everybody=True)


def test_it_stands_in_the_ledger_before_the_first_letter_goes(
    regrade: Desk, office: PostOffice
) -> None:
    regrade.begin(everybody=True)
    assert office.messages == []
    with reading(regrade.engine) as session:
        entry = list_entries(session)[0]
    assert (entry.act, entry.actor, entry.about) == ("students told", "tia", "set/sum")
    assert entry.detail == {"regrade": regrade.run, "students": 3, "without other points": 1}


def test_each_letter_is_noted_before_and_after_with_who_sent_it(
    regrade: Desk, office: PostOffice
) -> None:
    regrade.send(office.server)
    with reading(regrade.engine) as session:
        notes = session.scalars(select(Told).order_by(Told.person_id, Told.number)).all()
    assert [(each.number, each.what, each.actor) for each in notes] == [
        (1, "begun", "tia"),
        (2, "sent", "tia"),
    ] * 2


@pytest.mark.parametrize("kind", list(Kind))
def test_a_run_that_is_not_there_is_not_found(engine: Engine, kind: Kind) -> None:
    with pytest.raises(NotFound, match=f"There is no {kind} run 7"):
        Desk(engine, kind, 7).look()


def test_what_the_files_lack_is_told_by_its_slug(regrade: Desk) -> None:
    without = replace(regrade, course=replace(COURSE, assignments=(LATER,)))
    (ada, *_rest) = without.look().waiting
    assert ada.letter.subject == "T1: your points in set"
    assert "The answer key of set/sum in set changed" in ada.letter.body
    assert SET.title not in ada.letter.body


def test_a_server_that_is_away_is_told_and_nobody_is_noted(regrade: Desk) -> None:
    with open_post_office() as closed:
        server = closed.server
    with pytest.raises(MailFailed):
        send_letters(regrade.begin(), server=server)
    assert regrade.names("visibly") == ["ada", "bob"]


def test_looking_asks_as_often_whatever_the_class(engine: Engine) -> None:
    desk = many(engine, 2)
    counts = []
    for students in (2, 12):
        with transaction(engine) as session:
            for number in range(students):
                person = add_student(session, f"t{students}-{number}")
                answer(session, person, B, RIGHT[B], AFTER)
            rescores.undo(session, desk.run)
            desk = replace(desk, run=rescores.apply(session, rescores.plan(session)))
        with statements(engine) as sent:
            desk.look()
        counts.append(len(sent))
    assert counts[0] == counts[1]
