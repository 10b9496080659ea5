"""``grader extensions``: more time for one student."""

from dataclasses import astuple, fields
from zoneinfo import ZoneInfo

import click

from grader.cli import Verbs
from grader.cli.context import actor, looking, migrated_engine, now, open_catalog, writing
from grader.cli.finding import find_assignment
from grader.cli.output import format_option, show
from grader.domain.errors import InvalidRequest
from grader.services.files.row_problems import RowError
from grader.services.files.stated_times import read_moment
from grader.services.people.identity import person_by_login
from grader.services.policies.extending import grant as grant_extension
from grader.services.policies.extending import withdraw as withdraw_extension
from grader.services.policies.extensions import ExtensionRecord, list_extensions

_reason = click.option("--reason", required=True, help="Why; only staff read it.")


@click.group(
    "extensions",
    cls=Verbs,
    epilog="Example: grader extensions grant ada pset7 --until 2026-03-13T23:59:00 --reason 'ill'",
)
def command() -> None:
    """Grant and withdraw more time for one student."""


@command.command(
    epilog="Example: grader extensions grant ada pset7 --until 2026-03-13T23:59:00 --reason 'ill'"
)
@click.argument("login")
@click.argument("assignment")
@click.option("--until", required=True, help="The new due time, in the course's zone.")
@_reason
def grant(login: str, assignment: str, until: str, reason: str) -> None:
    """Give LOGIN until then for ASSIGNMENT; work that came before is judged by it too."""
    catalog = open_catalog()
    found, zone = find_assignment(catalog, assignment), ZoneInfo(catalog.course.timezone)
    try:
        moment, _ = read_moment(until, zone=zone)
    except RowError as error:
        raise InvalidRequest(f"For --until, {error}.") from error
    with writing(migrated_engine()) as session:
        grant_extension(
            session,
            login=login,
            assignment=found.slug,
            until=moment,
            reason=reason,
            actor=actor(),
            now=now(),
        )
    local = moment.astimezone(zone)
    click.echo(f"{login} has until {local:%Y-%m-%d %H:%M:%S %Z} for {found.slug}.")


@command.command(epilog="Example: grader extensions withdraw ada pset7 --reason 'a mistake'")
@click.argument("login")
@click.argument("assignment")
@_reason
def withdraw(login: str, assignment: str, reason: str) -> None:
    """Take back the extension of LOGIN for ASSIGNMENT; the class's due time holds again."""
    found = find_assignment(open_catalog(), assignment)
    with writing(migrated_engine()) as session:
        withdraw_extension(
            session,
            login=login,
            assignment=found.slug,
            reason=reason,
            actor=actor(),
            now=now(),
        )
    click.echo(f"{login} has no extension for {found.slug} any more.")


@command.command("list", epilog="Example: grader extensions list pset7 --format json")
@click.argument("assignment", required=False)
@click.option("--student", "login", help="Only those of this login.")
@format_option
def list_(assignment: str | None, login: str | None, layout: str) -> None:
    """List what was granted and withdrawn, the newest first."""
    slug = find_assignment(open_catalog(), assignment).slug if assignment else None
    with looking(migrated_engine()) as session:
        person = person_by_login(session, login=login).id if login else None
        records = list_extensions(session, assignment=slug, person_id=person)
    columns = tuple(field.name for field in fields(ExtensionRecord))
    show(layout, columns, [astuple(record) for record in records])
