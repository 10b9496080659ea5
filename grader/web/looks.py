"""Notes that staff look at one student's pages, so that the student can see it."""

from grader.db.session import reading, transaction
from grader.services.records.looks import is_noted, note_look
from grader.web.access import me
from grader.web.state import now, state


def noted(person_id: int, page: str) -> None:
    """Note the look of whoever is signed in; most are within the hour, and cost one question."""
    reader_id, moment = me().person_id, now()
    with reading(state().engine) as session:
        if is_noted(session, reader_id=reader_id, person_id=person_id, now=moment):
            return
    with transaction(state().engine) as session:
        note_look(session, reader_id=reader_id, person_id=person_id, page=page, now=moment)
