"""``grader ledger``: what staff and operators did."""

from typing import Any

import click

from grader.cli.cells import Cell
from grader.cli.context import looking, migrated_engine
from grader.cli.output import format_option, show
from grader.domain.errors import InvalidRequest
from grader.domain.ledger import Act
from grader.domain.ledger_heads import Head, read_head
from grader.services.identity import person_by_login
from grader.services.ledger import Entry, Verified
from grader.services.ledger import head as newest
from grader.services.ledger import verify as verify_ledger
from grader.services.ledger_pages import Wanted, ledger_page

MOST = 1_000_000
_COLUMNS = "number at act actor about student reason detail sha256".split()
_FIELDS = {"student": "login"}
_FAULTS = ("entry", "fault")


@click.group("ledger", epilog="Example: grader ledger verify")
def command() -> None:
    """Read and verify what staff and operators did."""


@command.command("list", epilog="Example: grader ledger list --student ada --format json")
@click.option("--act", type=click.Choice([each.value for each in Act]), help="Only such acts.")
@click.option("--actor", default="", help="Only what this login did, or cli:NAME.")
@click.option("--student", "login", default="", help="Only what concerns this login.")
@click.option("--limit", type=click.IntRange(1, MOST), default=100, show_default=True)
@format_option
def list_(act: str | None, actor: str, login: str, limit: int, layout: str) -> None:  # noqa: PLR0917 - click's.
    """List acts, the newest first."""
    with looking(migrated_engine()) as session:
        if login:
            person_by_login(session, login=login)
        found = ledger_page(session, wanted=Wanted(act or "", actor, login), size=limit)
    document = [_document(each) for each in found.entries]
    show(layout, _COLUMNS, [_row(each) for each in found.entries], document=document)


@command.command(epilog="Example: grader ledger verify --format json")
@click.option(
    "--head", "noted", help="A head noted earlier, NUMBER:SHA256; see: grader ledger head"
)
@format_option
def verify(noted: str | None, layout: str) -> None:
    """Check that no entry was changed, removed or put in; with --head, that none up to it was rewritten.

    Exit code 1 if something is wrong; the first entry that is wrong is named, and all are listed.
    """
    wanted = None if noted is None else read_head(noted)
    with looking(migrated_engine()) as session:
        found = verify_ledger(session, noted=wanted)
    document = {
        "entries": found.entries,
        "head": found.head,
        "noted": noted,
        "faults": [dict(zip(_FAULTS, fault, strict=True)) for fault in found.faults],
    }
    show(layout, _FAULTS, found.faults, document=document, summary=[_verdict(found, wanted)])
    if found.faults:
        click.get_current_context().exit(1)


@command.command(epilog="Example: grader ledger head --format json")
@format_option
def head(layout: str) -> None:
    """Print the newest entry's number and hash. Note it elsewhere; verify takes it by --head."""
    with looking(migrated_engine()) as session:
        number, sha256 = newest(session)
    if sha256 is None:
        raise InvalidRequest("The ledger is empty, so it has no head yet.")
    document = {"number": number, "sha256": sha256}
    rows = [(number, sha256)] if layout == "csv" else []
    show(layout, tuple(document), rows, document=document, summary=[str(Head(number, sha256))])


def _document(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, _FIELDS.get(name, name)) for name in _COLUMNS}


def _row(entry: Entry) -> tuple[Cell, ...]:
    detail = "; ".join(f"{name}: {value}" for name, value in sorted(entry.detail.items()))
    return tuple((_document(entry) | {"detail": detail}).values())


def _verdict(found: Verified, noted: Head | None) -> str:
    if found.faults:
        number, fault = found.faults[0]
        return (
            f"The ledger is not whole: of {found.entries} entries, the first that is wrong is "
            f"{number}. It {fault}."
        )
    since = (
        f" Up to entry {noted.number}, nothing was rewritten since it was noted." if noted else ""
    )
    return f"The ledger is whole: {found.entries} entries.{since}"
