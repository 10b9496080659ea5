"""``grader receipts``: what students hold of their answers, to hand out and to check."""

import json
from typing import Any

import click

from grader.cli import Verbs
from grader.cli.context import looking, migrated_engine, now, open_catalog, open_signer
from grader.cli.finding import find_problem
from grader.cli.output import format_option, show
from grader.cli.progress import working
from grader.cli.verifying import public_key_option, verify
from grader.cli.whole_number import WholeNumber
from grader.domain.logins import fold
from grader.domain.receipt_files import bytes_as_text, receipts_document
from grader.domain.receipts import key_id
from grader.services.proofs.receipt_audit import audit_receipts
from grader.services.receipts.heads import signed_head
from grader.services.receipts.opened_keys import opened_document
from grader.services.receipts.sealing import open_key
from grader.services.receipts.stored import own_receipts
from grader.services.roster.reading import find_person


@click.group("receipts", cls=Verbs, epilog="Example: grader receipts verify receipts.json")
def command() -> None:
    """Hand out and check the signed receipts of answers."""


command.add_command(verify)


@command.command(epilog="Example: grader receipts export ada > ada-receipts.json")
@click.argument("login")
def export(login: str) -> None:
    """Write all receipts of a student as the JSON file that they can download themselves."""
    with looking(migrated_engine()) as session:
        person_id = find_person(session, login=fold(login)).id
        head = signed_head(session, signer=open_signer(), course=open_catalog().course, now=now())
        document = receipts_document(own_receipts(session, person_id=person_id), head)
    _write(document)


@command.command("public-key", epilog="Example: grader receipts public-key")
@format_option
def public_key(layout: str) -> None:
    """Tell the public key that receipts are checked with; announce it, with its id, to the class."""
    public = open_signer().public_key
    document = {"key_id": key_id(public), "public_key": bytes_as_text(public)}
    show(layout, tuple(document), [tuple(document.values())], document=document)


@command.command("open-key", epilog="Example: grader receipts open-key pset7/ancestry > key.json")
@click.argument("problem")
@click.option("--version", type=WholeNumber(min=1), help="Which one; the active one.")
def open_key_(problem: str, version: int | None) -> None:
    """Write a problem's answer key with the nonce of its seal, once all work on its assignment is over.

    With this file anybody can see that the key is the one whose seal their receipts hold. Before, it is
    refused: the key would tell the answers.
    """
    slug = find_problem(open_catalog(), problem).slug
    with looking(migrated_engine()) as session:
        opened = open_key(session, problem=slug, now=now(), version=version)
    _write(opened_document(opened))


@command.command(epilog="Example: grader receipts check")
@public_key_option
@format_option
def check(public_keys: tuple[bytes, ...], layout: str) -> None:
    """Check every stored receipt: whether an answer was altered, removed or put elsewhere since.

    Receipts have to be signed by the course's key, or by one that --public-key names: an earlier one. Exit
    code 1 if anything is wrong.
    """
    trusted = {open_signer().public_key, *public_keys}
    with working("Checking receipts"), looking(migrated_engine()) as session:
        audited = audit_receipts(session, trusted=trusted)
    rows = [(fault.student, fault.what) for fault in audited.faults]
    document = {
        "students": audited.students,
        "receipts": audited.receipts,
        "faults": [{"student": student, "what": what} for student, what in rows],
    }
    verdict = "all are sound" if not rows else f"{len(rows)} faults"
    summary = [f"{audited.receipts} receipts of {audited.students} students: {verdict}."]
    show(layout, ("student", "what"), rows, document=document, summary=summary)
    if rows:
        click.get_current_context().exit(1)


def _write(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))
