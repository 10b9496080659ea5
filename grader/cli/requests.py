"""``grader requests``: what students ask to be graded again."""

import click

from grader.cli import Verbs
from grader.cli.cells import Cell
from grader.cli.context import actor, looking, migrated_engine, now, open_catalog, writing
from grader.cli.finding import find_assignment
from grader.cli.output import format_option, show
from grader.cli.whole_number import WholeNumber
from grader.domain.requests import Decision
from grader.services.requests.requesting import answer as answer_request
from grader.services.requests.standing import Request, list_requests

LARGEST_ID = 2**63 - 1
COLUMNS = "id student about asked_at reason decision answer answered_by answered_at".split()


@click.group("requests", cls=Verbs, epilog="Example: grader requests list --open")
def command() -> None:
    """List and answer regrade requests."""


@command.command("list", epilog="Example: grader requests list pset7 --open --format json")
@click.argument("assignment", required=False)
@click.option("--open", "waiting", is_flag=True, help="Only those without an answer.")
@format_option
def list_(assignment: str | None, waiting: bool, layout: str) -> None:  # noqa: FBT001 - click's.
    """List requests with their newest answers."""
    slug = find_assignment(open_catalog(), assignment).slug if assignment else None
    with looking(migrated_engine()) as session:
        found = list_requests(session, assignment=slug, answered=False if waiting else None)
    show(layout, COLUMNS, [_row(each) for each in found])


@command.command(epilog="Example: grader requests answer 3 --decision kept --words 'We agree.'")
@click.argument("number", type=WholeNumber(1, LARGEST_ID), metavar="ID")
@click.option("--decision", required=True, type=click.Choice([each.value for each in Decision]))
@click.option("--words", required=True, help="What was found; the student reads it.")
def answer(number: int, decision: str, words: str) -> None:
    """Answer request ID. No score changes by it: see grader regrade."""
    with writing(migrated_engine()) as session:
        answer_request(
            session,
            request_id=number,
            decision=Decision(decision),
            words=words,
            actor=actor(),
            person_id=None,
            seen=None,
            now=now(),
        )
    click.echo(f"Request {number} is answered: {decision}.")


def _row(each: Request) -> tuple[Cell, ...]:
    reply = each.reply
    said = (reply.decision.value, reply.words, reply.actor, reply.at) if reply else (None,) * 4
    return (each.id, each.login, each.about, each.at, each.reason, *said)
