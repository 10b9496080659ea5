"""Who is to be written to about a run, who was, and the letters. Nobody is written to twice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Person, Told
from grader.domain.errors import InvalidRequest, NothingToDo
from grader.domain.ledger import Act
from grader.domain.letters import Letter, letter
from grader.domain.problem import Course
from grader.services.ledger.ledger import record
from grader.services.telling.postings import Outcome, events
from grader.services.telling.run_changes import Change, Kind, RunChanges, run_changes

ON_ITS_WAY = timedelta(minutes=2)
"""For so long a letter of which nothing was heard may still be on its way."""
JUST_NOW = timedelta(seconds=10)
"""A sending that gave a sign of life so lately goes on."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """A student for whom a run changed something; ``points`` says that it changed points.

    ``why`` says why an earlier letter failed, if one did.
    """

    person_id: int
    login: str
    name: str
    address: str
    letter: Letter
    points: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """How far the students of a run were told.

    ``waiting`` were not, or their last letter failed. ``unclear`` are those of whose letter nothing was
    heard: sending broke off just then, and they may have it or not. ``without_address`` can't be written to.
    ``under_way`` says that letters are being sent just now, ``unheard`` that the run took another one back of
    which no mail ever told anybody.
    """

    run: RunChanges
    waiting: tuple[Addressee, ...]
    sent: tuple[Addressee, ...]
    sending: tuple[Addressee, ...]
    unclear: tuple[Addressee, ...]
    without_address: tuple[Addressee, ...]
    under_way: bool
    unheard: bool

    @property
    def of_points(self) -> int:
        """How many students' points the run changed, told or not."""
        return sum(each.points for each in self.run.changes)

    @property
    def visibly(self) -> tuple[Addressee, ...]:
        """Those who wait, and whose points changed."""
        return tuple(each for each in self.waiting if each.points)

    @property
    def failed(self) -> tuple[Addressee, ...]:
        """Those who wait, and whose last letter failed."""
        return tuple(each for each in self.waiting if each.why)

    def addressees(self, *, everybody: bool) -> tuple[Addressee, ...]:
        """Those who wait: all, or those whose points changed."""
        return self.waiting if everybody else self.visibly


def telling(
    session: Session, *, course: Course, kind: Kind, run_id: int, link: str, now: datetime
) -> Telling:
    """How far the students of a run were told; ``link`` leads to their grades.

    Raises:
        NotFound: there is no such run.
    """
    run = run_changes(session, course=course, kind=kind, run_id=run_id)
    people = _people(session, run.changes)
    last = _last(session, kind, run_id)
    found: dict[str, list[Addressee]] = defaultdict(list)
    for change in run.changes:
        person = people.get(change.login)
        if person is None:
            continue  # Who was dropped since has no page any more.
        event = last.get(person.id)
        written = letter(
            course=course.title,
            assignment=run.assignment,
            name=person.name,
            told=change.told,
            link=link,
        )
        why = event.why if event is not None and event.what == Outcome.FAILED else ""
        addressee = Addressee(
            person.id, person.login, person.name, person.email, written, change.points, why
        )
        found[_place(event, person, now)].append(addressee)
    waiting = tuple(found["waiting"])
    return Telling(
        run=run,
        waiting=waiting,
        sent=tuple(found["sent"]),
        sending=tuple(found["sending"]),
        unclear=tuple(found["unclear"]),
        without_address=tuple(found["without_address"]),
        under_way=bool(waiting) and any(each.created_at > now - JUST_NOW for each in last.values()),
        unheard=run.undoes is not None and not _heard(session, kind, run.undoes),
    )


def begin(
    session: Session,
    *,
    found: Telling,
    everybody: bool,
    actor: str,
    now: datetime,
) -> tuple[Addressee, ...]:
    """Record that students are going to be written to; gives whom.

    Raises:
        InvalidRequest: the run was taken back, so that what would be told holds no more.
        NothingToDo: nobody is left to be told.
    """
    if found.run.undone_by is not None:
        raise InvalidRequest(
            f"Run {found.run.run} was undone by run {found.run.undone_by}: tell students of that one."
        )
    addressees = found.addressees(everybody=everybody)
    if not addressees:
        raise NothingToDo("Nobody is left to be told.")
    record(
        session,
        act=Act.TOLD,
        actor=actor,
        about=found.run.about,
        reason="",
        now=now,
        detail={
            found.run.kind.value: found.run.run,
            "students": len(addressees),
            "without other points": sum(not each.points for each in addressees),
        },
    )
    return addressees


def _people(session: Session, changes: Iterable[Change]) -> Mapping[str, Person]:
    """By login those of them who are active students."""
    rows = session.scalars(select(Person).where(Person.role == "student", Person.active))
    wanted = {change.login for change in changes}
    return {person.login: person for person in rows if person.login in wanted}


def _heard(session: Session, kind: Kind, run_id: int) -> bool:
    """Whether mail about a run reached anybody; a letter whose sending broke off may have."""
    return any(each.what != Outcome.FAILED for each in _last(session, kind, run_id).values())


def _last(session: Session, kind: Kind, run_id: int) -> Mapping[int, Told]:
    """By person the last note about their letter."""
    return {each.person_id: each for each in events(session, kind, run_id)}


def _place(event: Told | None, person: Person, now: datetime) -> str:
    if event is not None and event.what == Outcome.SENT:
        return "sent"
    if event is not None and event.what == Outcome.BEGUN:
        return "sending" if event.created_at > now - ON_ITS_WAY else "unclear"
    return "waiting" if person.email else "without_address"
