"""``grader ledger head``: the newest entry, to be noted where the service's machine can't reach it."""

from dataclasses import replace
from pathlib import Path

import click

from grader.cli.context import looking, migrated_engine, now, open_catalog
from grader.cli.output import format_option, note, show
from grader.cli.reading import named, read_file
from grader.config import load_settings, mail_server
from grader.db.session import DatabaseFailed
from grader.domain.errors import InvalidRequest, MailFailed
from grader.domain.ledger_heads import Head, read_heads
from grader.services.ledger.ledger import head as newest
from grader.services.ledger.ledger import verify
from grader.services.proofs.noted_heads import append_head, head_letter
from grader.services.telling.mail import connected

LARGEST_FILE = 4_000_000


@click.command(epilog="Example: grader ledger head --append /mnt/elsewhere/heads.txt")
@click.option(
    "--append",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also add it to this file, if the ledger fits all heads that are there.",
)
@click.option("--mail", "address", metavar="ADDRESS", help="Also mail it to this address.")
@format_option
def head(file: Path | None, address: str | None, layout: str) -> None:
    """Print the newest entry's number and hash. Note it elsewhere; verify takes it by --head or --heads.

    With --append and --mail the ledger is verified first, with every head in the file: exit code 1 if it is
    not whole, and then nothing is added or sent.
    """
    noted = filed_heads(file) if file is not None and file.exists() else []
    with looking(migrated_engine()) as session:
        number, sha256 = newest(session)
        faults = verify(session, heads=noted).faults if file or address else ()
    if faults:
        raise DatabaseFailed(
            f"The ledger is not whole, or does not fit a head that was noted: entry {faults[0][0]} "
            f"{faults[0][1]}. Nothing was noted now."
        )
    if sha256 is None:
        raise InvalidRequest("The ledger is empty, so it has no head yet.")
    found = Head(number, sha256)
    if file is not None:
        _append(file, found, noted)
    if address is not None:
        _mail(address, found)
    document = {"number": number, "sha256": sha256}
    rows = [(number, sha256)] if layout == "csv" else []
    show(layout, tuple(document), rows, document=document, summary=[str(found)])


def filed_heads(file: Path) -> list[Head]:
    """The heads in a file.

    Raises:
        InvalidRequest: it can't be read, or is none.
    """
    raw = read_file(file, LARGEST_FILE)
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError:
        raise InvalidRequest(f"{file} is no file of heads.") from None
    with named(file):
        return [replace(each, place=str(file)) for each in read_heads(text)]


def _append(file: Path, head: Head, noted: list[Head]) -> None:
    if head in noted:
        note(f"{file} has this head already: nothing was done since.")
        return
    try:
        append_head(file, head, now=now())
    except OSError as error:
        raise InvalidRequest(f"{file} can't be written: {error.strerror}.") from None


def _mail(address: str, head: Head) -> None:
    settings = load_settings()
    server = mail_server(settings)
    if server is None:
        raise MailFailed("No mail server is set. Set GRADER_SMTP_URL and GRADER_MAIL_FROM.")
    course = open_catalog(settings).course.title
    letter = head_letter(head, course=course, now=now())
    with connected(server) as connection:
        connection.send(address=address, subject=letter.subject, body=letter.body)
