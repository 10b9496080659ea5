"""The health of the running service: what is in order, what is not, and what to do about it."""

from dataclasses import dataclass
from platform import python_version

from flask import Blueprint, render_template

from grader import __version__
from grader.db.session import reading
from grader.domain.health import Line, Sign, backup_line, clock_line
from grader.services.proofs.backup_notes import last_backup
from grader.services.proofs.health import Stored, database_lines, key_lines, policy_lines, stored
from grader.web.access import staff_only
from grader.web.state import now, state

pages = Blueprint("staff_health", __name__, url_prefix="/staff/health")


@dataclass(frozen=True, slots=True)
class Group:
    """Lines about one thing, under a heading."""

    title: str
    lines: tuple[Line, ...]


@pages.get("")
@staff_only
def page() -> str:
    """Everything that was looked at, and at the top what needs somebody."""
    groups, found = _looked_at()
    lines = [line for group in groups for line in group.lines]
    return render_template(
        "staff/health.html",
        groups=groups,
        amiss=[line for line in lines if line.sign is not Sign.OK],
        bad=sum(line.sign is Sign.BAD for line in lines),
        stored=found,
        version=__version__,
        python=python_version(),
        at=now(),
    )


def _looked_at() -> tuple[list[Group], Stored | None]:
    here, moment = state(), now()
    database = database_lines(here.engine)
    backup = Group("Backup", (backup_line(last_backup(here.settings.instance_dir), moment),))
    if database[0].sign is Sign.BAD:
        # With other tables than ours there is nothing more that could be asked.
        return [Group("Database", tuple(database)), backup], None
    with reading(here.engine) as session:
        found = stored(session)
        keys = key_lines(session, course=here.course, now=moment)
        policies = policy_lines(session, course=here.course)
    return [
        Group("Database", tuple(database)),
        backup,
        Group("Clock", (clock_line(found.newest, moment),)),
        Group("Answer keys", tuple(keys)),
        Group("Policies", tuple(policies)),
    ], found
