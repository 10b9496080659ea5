"""The ledger: staff read what staff and operators did, and check that none of it was changed."""

from flask import Blueprint, render_template, request

from grader.db.session import reading
from grader.domain.errors import InvalidRequest
from grader.domain.ledger_heads import Head, read_head
from grader.services.ledger.ledger import Verified, head, verify
from grader.services.ledger.pages import Wanted, actors, ledger_page
from grader.web.access import staff_only
from grader.web.addresses import row_number
from grader.web.ledger_words import WORDS, act_in_words, detail_in_words, problem_of
from grader.web.state import state

PAGE_SIZE = 100
FAULTS_SHOWN = 20
LONGEST_FILTER = 100

pages = Blueprint("staff_ledger", __name__, url_prefix="/staff/ledger")


@pages.get("")
@staff_only
def page() -> str:
    """What was done, the newest first; with ``verify=1`` the whole ledger is read and checked."""
    wanted = Wanted(*(request.args.get(each, "")[:LONGEST_FILTER] for each in _FILTERS))
    typed, refusal, verified = request.args.get("head", "")[:LONGEST_FILTER].strip(), "", None
    with reading(state().engine) as session:
        if request.args.get("verify"):
            try:
                verified = verify(session, noted=read_head(typed) if typed else None)
            except InvalidRequest as error:
                refusal = str(error)
        found = ledger_page(
            session,
            wanted=wanted,
            size=PAGE_SIZE,
            before=_number("before"),
            after=_number("after"),
        )
        return render_template(
            "staff/ledger.html",
            found=found,
            wanted=wanted,
            head=_head(*head(session)),
            actors=actors(session),
            verified=verified,
            first=_first(verified),
            most=FAULTS_SHOWN,
            typed=typed,
            refusal=refusal,
            words=sorted(WORDS.items(), key=lambda each: each[1]),
            act_in_words=act_in_words,
            detail_in_words=lambda detail: detail_in_words(detail, state().course.timezone),
            problem_of=lambda about: problem_of(state().course, about),
        )


_FILTERS = ("act", "actor", "student")


def _head(number: int, sha256: str | None) -> Head | None:
    return Head(number, sha256) if sha256 is not None else None


def _first(verified: Verified | None) -> tuple[int, str] | None:
    return verified.faults[0] if verified and verified.faults else None


def _number(name: str) -> int | None:
    """The number of an entry in the address; anything else asks for nothing."""
    return row_number(request.args.get(name, ""))
