"""``grader ledger``: what staff and operators did."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from grader.cli import Verbs
from grader.cli.cells import Cell
from grader.cli.context import looking, migrated_engine, open_catalog, open_signer
from grader.cli.noting_heads import filed_heads, head
from grader.cli.output import format_option, show
from grader.cli.progress import working
from grader.cli.reading import named, read_file
from grader.cli.verifying import public_key_option
from grader.cli.whole_number import WholeNumber
from grader.domain.errors import InvalidRequest
from grader.domain.ledger import Act
from grader.domain.ledger_heads import Head, read_head
from grader.domain.problem import Course
from grader.domain.receipt_files import LARGEST_FILE, read_receipts
from grader.services.ledger.ledger import Entry, Verified
from grader.services.ledger.pages import Wanted, ledger_page
from grader.services.people.identity import person_by_login
from grader.services.proofs.ledger_audit import audit
from grader.services.receipts.checks import stated_head_faults
from grader.services.receipts.heads import is_of

MOST = 1_000_000
_COLUMNS = "number at act actor about student reason detail sha256".split()
_FIELDS = {"student": "login"}
_FAULTS = ("entry", "fault")


@click.group("ledger", cls=Verbs, epilog="Example: grader ledger verify")
def command() -> None:
    """Read and verify what staff and operators did."""


command.add_command(head)


@command.command("list", epilog="Example: grader ledger list --student ada --format json")
@click.option("--act", type=click.Choice([each.value for each in Act]), help="Only such acts.")
@click.option("--actor", default="", help="Only what this login did, or cli:NAME.")
@click.option("--student", "login", default="", help="Only what concerns this login.")
@click.option("--limit", type=WholeNumber(1, MOST), default=100, show_default=True)
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
    "--head",
    "noted",
    metavar="NUMBER:SHA256",
    callback=lambda _ctx, _param, text: None if text is None else _head_of(text),
    help="A head noted earlier; see: grader ledger head",
)
@click.option(
    "--heads",
    type=click.Path(path_type=Path),
    help="A file of heads noted earlier; see: grader ledger head --append",
)
@click.option(
    "--receipts",
    "files",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A file of receipts that a student downloaded, which states a head; may be given again.",
)
@public_key_option
@format_option
def verify(  # noqa: PLR0917 - click's.
    noted: Head | None,
    heads: Path | None,
    files: tuple[Path, ...],
    public_keys: tuple[bytes, ...],
    layout: str,
) -> None:
    """Check that no entry was changed, removed or put in; with heads, that none up to them was rewritten.

    Then, that all else fits: each decision, key and policy has its entry, each answer its signed receipt, and
    each grade is what its key says. Exit code 1 if something is wrong; the first is named, and all are
    listed. A head that is plainly mistyped is wrong usage, and no alarm.
    """
    trusted = {open_signer().public_key, *public_keys}
    filed = [] if heads is None else filed_heads(heads)
    if files:
        course = open_catalog().course
        filed += [_stated_in(each, trusted, course) for each in files]
    with working("Verifying"), looking(migrated_engine()) as session:
        try:
            found = audit(session, trusted=trusted, noted=noted, heads=filed)
        except InvalidRequest as error:
            raise click.BadParameter(str(error), param_hint="'--head'") from None
    document = {
        "entries": found.entries,
        "head": found.head,
        "noted": None if noted is None else str(noted),
        "heads": len(filed),
        "faults": [dict(zip(_FAULTS, fault, strict=True)) for fault in found.faults],
    }
    show(
        layout,
        _FAULTS,
        found.faults,
        document=document,
        summary=[_verdict(found, [*filed, *([noted] if noted else [])])],
    )
    if found.faults:
        click.get_current_context().exit(1)


def _head_of(text: str) -> Head:
    try:
        return read_head(text)
    except InvalidRequest as error:
        raise click.BadParameter(str(error)) from None


def _stated_in(file: Path, trusted: Collection[bytes], course: Course) -> Head:
    raw = read_file(file, LARGEST_FILE)
    with named(file):
        stated = read_receipts(raw).head
        if stated is None:
            raise InvalidRequest(
                "It states no head of the ledger: there was none yet, or the file is of an earlier version."
            )
        faults = stated_head_faults(stated, trusted=trusted)
        if faults:
            # Else anybody could raise an alarm by a file of their own.
            raise InvalidRequest(f"{faults[0]} It proves nothing of the ledger.")
        if not is_of(stated.stated, course):
            raise InvalidRequest(
                f"It states the head of another course's ledger, of {stated.stated.course}."
            )
    return replace(stated.stated.head, place=str(file))


def _document(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, _FIELDS.get(name, name)) for name in _COLUMNS}


def _row(entry: Entry) -> tuple[Cell, ...]:
    detail = "; ".join(f"{name}: {value}" for name, value in sorted(entry.detail.items()))
    return tuple((_document(entry) | {"detail": detail}).values())


def _verdict(found: Verified, noted: Sequence[Head]) -> str:
    if found.faults:
        number, fault = found.faults[0]
        if not number:
            return f"The ledger of {found.entries} entries is whole, and does not fit what is stored. {fault}"
        return (
            f"The ledger is not whole: of {found.entries} entries, the first that is wrong is "
            f"{number}. It {fault}."
        )
    since = ""
    if noted:
        newest = max(each.number for each in noted)
        since = f" Up to entry {newest}, nothing was rewritten since it was noted."
    return f"The ledger is whole: {found.entries} entries.{since}"
