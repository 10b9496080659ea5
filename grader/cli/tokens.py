"""``grader tokens``: API tokens."""

import click

from grader.cli import Verbs
from grader.cli.cells import Cell
from grader.cli.context import actor, looking, migrated_engine, now, writing
from grader.cli.output import format_option, note, show
from grader.domain.lifetimes import parse_lifetime
from grader.services.people.token_issuing import issue_token
from grader.services.people.token_list import TokenInfo, list_tokens, revoke_token

_COLUMNS = (
    "prefix",
    "login",
    "name",
    "scopes",
    "created_at",
    "expires_at",
    "last_used_at",
    "revoked_at",
)


@click.group(
    "tokens", cls=Verbs, epilog="Example: grader tokens issue ada --name laptop --expires 30d"
)
def command() -> None:
    """Issue and revoke API tokens."""


@command.command(
    epilog="Example: grader tokens issue ada --name laptop --expires 30d --format json"
)
@click.argument("login")
@click.option("--name", required=True, help="What it is for, such as: laptop.")
@click.option("--expires", required=True, help="How long it lives, such as: 30d, 12h.")
@click.option(
    "--scope", "scopes", multiple=True, help="read, submit or staff; else all of the role."
)
@format_option
def issue(  # noqa: PLR0917 - click passes them by name.
    login: str, name: str, expires: str, scopes: tuple[str, ...], layout: str
) -> None:
    """Make a token for LOGIN and print it; it is never shown again."""
    with writing(migrated_engine()) as session:
        issued = issue_token(
            session,
            login=login,
            name=name,
            lifetime=parse_lifetime(expires),
            scopes=scopes or None,
            actor=actor(),
            now=now(),
        )
    row = _row(issued.info)
    document = {
        "token": issued.token,
        **dict(zip(_COLUMNS, row, strict=True)),
        "scopes": sorted(issued.info.scopes),
    }
    rows = [(issued.token, *row)] if layout == "csv" else []
    show(layout, ("token", *_COLUMNS), rows, document=document, summary=[issued.token])
    note("Keep it now: it is not shown again.")


@command.command("list", epilog="Example: grader tokens list ada")
@click.argument("login", required=False)
@format_option
def list_(login: str | None, layout: str) -> None:
    """List the tokens of LOGIN, or everybody's; expired and revoked ones too."""
    with looking(migrated_engine()) as session:
        rows = [_row(token) for token in list_tokens(session, login=login)]
    show(layout, _COLUMNS, rows)


@command.command(epilog="Example: grader tokens revoke pgabcdefgh")
@click.argument("prefix")
def revoke(prefix: str) -> None:
    """End the token that begins with PREFIX, at once."""
    with writing(migrated_engine()) as session:
        revoke_token(session, prefix=prefix, actor=actor(), now=now())
    click.echo(f"{prefix} is revoked.")


def _row(token: TokenInfo) -> tuple[Cell, ...]:
    return tuple(
        " ".join(sorted(token.scopes)) if name == "scopes" else getattr(token, name)
        for name in _COLUMNS
    )
