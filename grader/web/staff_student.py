"""The staff's page of one student: all that is stored, and the forms by which staff decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask import render_template

from grader.db.session import reading
from grader.domain.deadlines import late_days_needed
from grader.domain.errors import GraderError
from grader.domain.offers import Standing
from grader.domain.powers import Power, has_power
from grader.domain.reasons import LONGEST_REASON
from grader.domain.roles import Role
from grader.services.answers.hinting import Attempt, mistakes
from grader.services.explanations.versions import newest_lines
from grader.services.policies.extensions import list_extensions
from grader.services.practice.variants import sightings
from grader.services.records.student_record import student_record
from grader.services.requests.standing import list_requests
from grader.services.roster.reading import find_person
from grader.web.access import me
from grader.web.grades import why
from grader.web.hints import shown_mistake
from grader.web.ledger_words import act_in_words
from grader.web.looks import noted
from grader.web.state import state

MOST_ATTEMPTS_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """A form that was not taken: which one, why, and what was typed into it."""

    form: str
    error: GraderError
    typed: Mapping[str, str] = field(default_factory=dict)


def shown(login: str, refusal: Refusal | None = None, *, link: str = "") -> str:
    """The page, perhaps with a form that was refused, or a link that was just made."""
    course = state().course
    with reading(state().engine) as session:
        person = find_person(session, login=login)
        record = student_record(session, course=course, person=person, most=MOST_ATTEMPTS_SHOWN)
        explained = mistakes(session, record.rows)
        variants = sightings(session, problems=[each.slug for each in course.problems])
        explanations = newest_lines(session, person_id=person.id)
        extensions = list_extensions(session, person_id=person.id)
        requests = list_requests(session, person_id=person.id)
    noted(person.id, "the page of a student")
    standings = [each.standing for each in record.assignments if each.standing]
    return render_template(
        "staff/student.html",
        person=person,
        record=record,
        late=_late(record.rows, standings),
        why=why,
        act_in_words=act_in_words,
        mistakes={row_id: shown_mistake(each) for row_id, each in explained.items()},
        variants=variants,
        explanations=explanations,
        extensions=extensions,
        requests=requests,
        most=MOST_ATTEMPTS_SHOWN,
        refusal=refusal,
        longest_reason=LONGEST_REASON,
        own=me().person_id,
        corrects_late_days=has_power(me().role, Power.LATE_DAYS),
        makes_links=person.active
        and person.role == Role.STUDENT
        and has_power(me().role, Power.SIGNIN),
        link=link,
    )


def _late(rows: Iterable[Attempt], standings: Iterable[Standing]) -> dict[int, int]:
    """By the ids of the answers that are late how many late days each needs, by the student's own dates."""
    policies = {each.policy.assignment: each.policy for each in standings}
    return {
        row.id: needed
        for row in rows
        if (policy := policies.get(row.part.partition("/")[0]))
        and (needed := late_days_needed(policy, row.submitted_at))
    }
