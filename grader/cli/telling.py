"""``grader regrade tell`` and ``grader policy tell``: students are written to about a run."""

from dataclasses import asdict
from functools import partial
from itertools import count
from typing import Any

import click
from sqlalchemy import Engine

from grader.cli.context import (
    actor,
    looking,
    migrated_engine,
    now,
    open_catalog,
    writing,
)
from grader.cli.links import link_address
from grader.cli.output import finish, format_option, note, show
from grader.cli.progress import counting
from grader.cli.whole_number import WholeNumber
from grader.config import Settings, load_settings, mail_server
from grader.domain.errors import MailFailed
from grader.domain.mail_server import MailServer
from grader.services.telling.mail import connected
from grader.services.telling.run_changes import Kind
from grader.services.telling.sending import Sending, send_letters
from grader.services.telling.telling import Addressee, Telling, begin, telling

LARGEST_ID = 2**31
COLUMNS = ("student", "name", "points_changed", "state", "why")


def tell_command(kind: Kind, noun: str) -> click.Command:
    """The command that tells students of a run of this kind."""

    @click.command("tell", epilog=f"Example: grader {noun} tell 1 --send")
    @click.argument("run", type=WholeNumber(min=1, max=LARGEST_ID))
    @click.option("--all", "everybody", is_flag=True, help="Also those whose points are the same.")
    @click.option("--send", "really", is_flag=True, help="Send it; otherwise it is only shown.")
    @format_option
    def tell(run: int, everybody: bool, really: bool, layout: str) -> None:  # noqa: FBT001 - click flags.
        """Show whom a mail about RUN would go to, and its text; with --send it is sent.

        It goes to those whose points changed. Nobody gets it twice: sending again goes on with those who
        have not got it, or whose address failed. Exit code 3 while some are left to be told.
        """
        settings, engine = load_settings(), migrated_engine()
        found = _look(settings, engine, kind, run)
        if really:
            _send(_server(settings), engine, found, everybody=everybody)
            found = _look(settings, engine, kind, run)
        _show(layout, found, everybody=everybody, asked=not really)
        if found.run.undone_by is not None:
            note(
                f"Run {run} was undone: tell students of run {found.run.undone_by}, which took it back."
            )
        elif not really and found.addressees(everybody=everybody):
            also = " --all" if everybody else ""
            note(f"Nothing was sent. To send it: grader {noun} tell {run}{also} --send")
        finish(pending=bool(found.addressees(everybody=everybody)))

    return tell


def _look(settings: Settings, engine: Engine, kind: Kind, run: int) -> Telling:
    link = f"{link_address(settings)}/grades"
    course = open_catalog(settings).course
    with looking(engine) as session:
        return telling(session, course=course, kind=kind, run_id=run, link=link, now=now())


def _server(settings: Settings) -> MailServer:
    server = mail_server(settings)
    if server is None:
        raise MailFailed(
            "No mail server is set, so students read of it on their pages alone. Set GRADER_SMTP_URL, such "
            "as smtp://user:password@host:587, and GRADER_MAIL_FROM."
        )
    return server


def _send(server: MailServer, engine: Engine, found: Telling, *, everybody: bool) -> None:
    with connected(server):
        """The server lets us in: only then it stands in the ledger that students are told."""
    with writing(engine) as session:
        addressees = begin(session, found=found, everybody=everybody, actor=actor(), now=now())
    sending = Sending(found.run, addressees, actor(), partial(writing, engine), now)
    done = count(1)
    with counting(len(addressees), "Sending") as told:
        failed = send_letters(sending, server=server, heard=lambda _one: told(next(done)))
    for addressee, why in failed:
        note(f"{addressee.login} was not told: {why}")


def _show(layout: str, found: Telling, *, everybody: bool, asked: bool) -> None:
    addressees = found.addressees(everybody=everybody)
    states = {
        "waits": addressees,
        "sent": found.sent,
        "on its way": found.sending,
        "unclear": found.unclear,
        "no address": found.without_address,
    }
    rows = [
        (each.login, each.name, each.points, state, each.why)
        for state, some in states.items()
        for each in some
    ]
    shown = next(iter(addressees), None)
    document = {
        "run": found.run.run,
        "about": found.run.about,
        **{state.replace(" ", "_"): len(some) for state, some in states.items()},
        "students": [dict(zip(COLUMNS, row, strict=True)) for row in rows],
        "letter": _letter(shown) if asked else None,
    }
    show(
        layout, COLUMNS, rows, document=document, summary=_summary(found, shown if asked else None)
    )


def _letter(addressee: Addressee | None) -> dict[str, Any] | None:
    return None if addressee is None else {"to": addressee.name, **asdict(addressee.letter)}


def _summary(found: Telling, shown: Addressee | None) -> list[str]:
    visibly, rest = len(found.visibly), len(found.waiting) - len(found.visibly)
    told = f"Left to tell: {visibly} whose points changed. Told: {len(found.sent)}."
    lines = [f"Run {found.run.run}, {found.run.about}. {told}"]
    if rest:
        lines.append(f"And {rest} whose points are the same (--all).")
    if found.unclear:
        lines.append("Sending broke off at some: they have the mail or not (unclear).")
    if shown is not None:
        text = [f"  {line}".rstrip() for line in shown.letter.body.splitlines()]
        lines += [f"To {shown.name}:", f"  Subject: {shown.letter.subject}", "", *text, ""]
    return lines
