"""``grader roster record`` and ``forget``: one person's complete record, and its end."""

import json
from pathlib import Path

import click

from grader.cli.context import actor, migrated_engine, now, open_signer, writing
from grader.cli.output import finish, format_option, note, show
from grader.cli.progress import working
from grader.cli.verifying import public_key_option
from grader.domain.errors import InvalidRequest
from grader.domain.logins import fold
from grader.services.records.forgetting import Forgotten
from grader.services.records.forgetting import forget as forget_person
from grader.services.records.personal_record import record_written, staff_record
from grader.services.roster.reading import find_person

_COLUMNS = ("what", "count")


@click.command("record", epilog="Example: grader roster record ada ada.json")
@click.argument("login")
@click.argument("file", type=click.Path(path_type=Path))
def record(login: str, file: Path) -> None:
    """Write all that is stored of one person to a FILE, as JSON; that it was written is recorded.

    It has every row that leads to them and no other's data; of the staff who acted it says no names. The
    student sees on their page that it was made. - is standard output.
    """
    engine, moment = migrated_engine(), now()
    with writing(engine) as session:
        person = find_person(session, login=fold(login))
        document = staff_record(session, person=person, now=moment)
        record_written(session, person=person, actor=actor(), now=moment)
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        # Before the commit: what could not be written was not handed out.
        if str(file) != "-":
            _put(text, file)
    if str(file) == "-":
        click.echo(text, nl=False)
    else:
        note(f"Written: {file}")


@click.command("forget", epilog='Example: grader roster forget ada --reason "asked for it" --apply')
@click.argument("login")
@click.option("--reason", required=True, help="Why, without naming them: it stays in the ledger.")
@click.option("--apply", is_flag=True, help="Do it; without it, it is tried and taken back.")
@public_key_option
@format_option
def forget(  # noqa: PLR0917 - click's.
    login: str,
    reason: str,
    apply: bool,  # noqa: FBT001 - a click flag.
    public_keys: tuple[bytes, ...],
    layout: str,
) -> None:
    """Put a pseudonym in the place of a student, everywhere; with --apply. It can't be undone.

    Their numbers, verdicts and scores stay, so that nobody else's and no figure of the class changes. Their
    name, login, address, texts and what staff wrote about them are taken away, and their names are hidden
    in what others wrote. Exit code 3 without --apply.
    """
    signer, moment = open_signer(), now()
    with working("Removing a student"), writing(migrated_engine()) as session:
        done = forget_person(
            session,
            person=find_person(session, login=fold(login)),
            reason=reason,
            actor=actor(),
            signer=signer,
            trusted=public_keys,
            now=moment,
        )
        if not apply:
            session.rollback()
    _tell(done, layout, applied=apply)
    if not apply:
        note("Nothing was changed; add --apply to do it. It can't be undone.")
    finish(pending=not apply)


def _tell(done: Forgotten, layout: str, *, applied: bool) -> None:
    counts = {
        **{f"rows of {name}": count for name, count in done.changed.items()},
        "receipts": done.receipts,
        "entries of the ledger": done.entries,
    }
    document = {"applied": applied, "pseudonym": done.pseudonym, "changed": counts}
    verb = "is called" if applied else "would be called"
    summary = [f"The student {verb} {done.pseudonym}."]
    show(layout, _COLUMNS, list(counts.items()), document=document, summary=summary)


def _put(text: str, file: Path) -> None:
    try:
        # Only its owner may read it, and nothing that is there is written over.
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise InvalidRequest(f"{file} exists; a record never overwrites a file.") from None
    except OSError as error:
        raise InvalidRequest(f"{file} can't be written: {error.strerror}.") from None
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        # Half of it is none, and would stand in the way of the next one.
        file.unlink()
        raise InvalidRequest(f"{file} can't be written: {error.strerror}.") from None
