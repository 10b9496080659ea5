"""What templates can use beside their values: filters for times and numbers, and a few globals."""

from datetime import timedelta
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path

from flask import Flask, request, url_for
from jinja2 import StrictUndefined
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from grader.calling import called
from grader.domain.grammar import canonical
from grader.domain.problem import Course
from grader.services.people.identity import Principal
from grader.web import wording
from grader.web.access import is_api, visitor
from grader.web.grammar_document import grammar_address
from grader.web.state import EXTENSION, now

_STATIC = Path(__file__).parent / "static"
_YEAR = timedelta(days=365)
_KEPT = set(
    "answer key check person explanation based_on login reason words decision seen "
    "do item comment version newest new shown edit part value tag problem "
    "about kind points until days assignment".split()
)
_TYPED = ("answer.", "explanation", "reason", "words", "comment", "new.")


def register(app: Flask) -> None:
    """Give the templates their filters and globals."""
    register_words(app, app.extensions[EXTENSION].course)
    app.jinja_env.globals.update(signed_in=signed_in, kept_answers=kept_answers)


def register_words(app: Flask, course: Course) -> None:
    """The filters and globals that need no more than the course: no database, and nobody who asks."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    # An address of ours names the file's content, so that a browser may keep it.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _YEAR
    environment.filters.update(
        course_time=partial(wording.course_time, timezone=course.timezone),
        relative=lambda moment: wording.relative(moment, now()),
        canonical=canonical,
        fixed=lambda number, decimals: f"{number:.{decimals}f}",
        counted=wording.counted,
        part_name=partial(wording.part_name, course=course),
        duration=lambda seconds: wording.duration(timedelta(seconds=seconds)),
    )
    environment.globals.update(asset=asset, state_in_words=wording.state_in_words, course=course)
    environment.globals.update(grammar_address=grammar_address, now=now, called=called)


def asset(name: str) -> str:
    """The address of a static file."""
    return url_for("static", filename=name, v=_version(name))


def signed_in() -> Principal | None:
    """Who is signed in, for the bar on top; nobody while the database is away."""
    try:
        return visitor()
    except DBAPIError:
        return None


def kept_answers() -> list[tuple[str, str]]:
    """The fields of a refused form, so that an error page can hand back what was typed."""
    if request.method != "POST" or is_api():
        return []
    try:
        fields = list(request.form.items())
    except HTTPException:  # The body was refused unread.
        return []
    owner, seen = request.form.get("person"), signed_in()
    if owner and seen and owner != str(seen.person_id):
        return []  # They are somebody else's.
    kept = [field for field in fields if field[0].partition(".")[0] in _KEPT]
    return kept if any(name.startswith(_TYPED) for name, _ in kept) else []


@lru_cache(maxsize=32)
def _version(name: str) -> str:
    return sha256((_STATIC / name).read_bytes()).hexdigest()[:10]
