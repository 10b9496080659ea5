"""T17: no text in any table that leaves as CSV starts a formula, whichever column it came from.

The files for spreadsheets, Canvas and Gradescope are held in tests/services/exports/test_grade_files.py and
test_exporting.py, with these payloads; here are logins, and all that the command line writes as CSV.
"""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module

import click
import pytest
from sqlalchemy import insert

from grader.cli import NOUNS
from grader.content.loading import load_catalog
from grader.db.models import (
    ApiToken,
    Base,
    Explanation,
    Extension,
    Override,
    RegradeRequest,
    RequestReply,
    table,
)
from grader.db.session import transaction
from grader.domain.ledger import Act
from grader.services.exports.grade_files import Kind, grade_file
from grader.services.ledger.ledger import NewEntry, record_all
from tests.cli.desk import WRONG, Desk, make_desk
from tests.services.files.test_csv_text import PAYLOADS, STARTS
from tests.support.databases import Databases
from tests.support.people import add_person

AT = datetime(2026, 3, 9, 12, tzinfo=UTC)
READING = {"list", "status", "drafts", "gradebook", "head", "public-key"}
PRINTABLE = [each for each in PAYLOADS if each.isprintable()]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Desk:
    """A desk at whose course every text that anybody could type is a payload."""
    desk = make_desk(tmp_path_factory.mktemp("formulas"), databases.migrated("sqlite"))
    desk.publish()
    desk.enrol("ada")
    desk.answers(("ada", "b", WRONG))
    engine = desk.engine()
    with transaction(engine) as session:
        for number, text in enumerate(PRINTABLE):
            who = add_person(session, text, name=text, email=text, sis_user_id=text, section=text)
            own = {"person_id": who, "created_at": AT}
            said = own | {"reason": text, "actor": text}
            rows: list[tuple[type[Base], dict[str, object]]] = [
                (Extension, said | {"assignment": "pset7", "until": AT + timedelta(days=9)}),
                (
                    Override,
                    said
                    | {"about": "pset7/ancestry/a", "number": 1, "kind": "excused", "points": None},
                ),
                (
                    RegradeRequest,
                    own
                    | {
                        "id": number + 1,
                        "assignment": "pset7",
                        "number": 1,
                        "about": "pset7/ancestry/a",
                        "reason": text,
                    },
                ),
                (
                    RequestReply,
                    {
                        "request_id": number + 1,
                        "number": 1,
                        "decision": "kept",
                        "words": text,
                        "actor": text,
                        "created_at": AT,
                    },
                ),
                (
                    ApiToken,
                    own
                    | {
                        "prefix": f"pg{number:08}",
                        "token_sha256": f"{number:064}",
                        "name": text,
                        "scopes": "read",
                        "expires_at": AT + timedelta(days=999),
                    },
                ),
                (
                    Explanation,
                    {
                        "person_id": who,
                        "problem": "pset7/ancestry",
                        "number": 1,
                        "text": text,
                        "based_on": 0,
                        "source": "form",
                        "late_seconds": 0,
                        "saved_at": AT,
                    },
                ),
            ]
            for model, row in rows:
                session.execute(insert(table(model)).values(row))
        record_all(
            session,
            [NewEntry(Act.RUBRIC, text, text, text, AT, None, {text: text}) for text in PRINTABLE],
        )
    engine.dispose()
    return desk


def readers() -> Iterator[tuple[str, str]]:
    """The commands that print a table of what is stored."""
    for noun in NOUNS:
        command = import_module(f"grader.cli.{noun}").command
        for verb, each in getattr(command, "commands", {}).items():
            options = {name for one in each.params for name in one.opts}
            needs = [one for one in each.params if isinstance(one, click.Argument) and one.required]
            if verb in READING and "--format" in options and len(needs) <= 1:
                yield noun, verb


def cells(text: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]


def formulas(found: list[str]) -> list[str]:
    """What a spreadsheet would take for a formula; a plain negative number is none."""
    return [each for each in found if each.startswith(tuple(STARTS)) and not _number(each)]


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.isascii() and not cell.startswith("+")


def test_no_table_of_the_command_line_holds_a_formula(full: Desk) -> None:
    tables, seen = dict[str, list[str]](), set[str]()
    for noun, verb in readers():
        arguments = ["pset7"] if (noun, verb) in {("extensions", "list"), ("marks", "list")} else []
        limit = ["--limit", "1000"] if (noun, verb) == ("ledger", "list") else []
        for code in (0, 3):
            try:
                done = full.run(noun, verb, *arguments, *limit, "--format", "csv", code=code)
            except AssertionError:
                continue
            tables[f"{noun} {verb}"] = cells(done.stdout)
            break
    assert {"roster list", "ledger list", "requests list", "tokens list", "extensions list"} <= set(
        tables
    )
    assert {name: bad for name, found in tables.items() if (bad := formulas(found))} == {}
    for found in tables.values():
        seen |= {each for each in found if each.startswith("'")}
    # They all came out, each with the apostrophe that makes it a text.
    assert {f"'{each}" for each in PRINTABLE} <= seen


@pytest.mark.parametrize("kind", [Kind.CSV, Kind.GRADESCOPE])
def test_a_login_in_a_file_starts_none_either(full: Desk, kind: Kind) -> None:
    engine = full.engine()
    course = load_catalog(full.problems, full.instance).course
    with transaction(engine) as session:
        made = grade_file(session, course=course, assignment="pset7", kind=kind, actor="=1", now=AT)
    engine.dispose()
    found = cells(made.content.decode())
    assert formulas(found) == []
    assert {f"'{each}" for each in PRINTABLE} <= set(found)


@pytest.mark.parametrize("cell", ["=1", "+1", "-a", "@x", "\t=1", "＝1"])
def test_a_formula_is_found(cell: str) -> None:
    assert formulas(["Ada", cell, "-1.5", "'=1", "3"]) == [cell]
