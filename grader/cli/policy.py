"""``grader policy``: what decides scores."""

from collections.abc import Sequence

import click

from grader.cli import Verbs, rescoring
from grader.cli.context import actor, looking, migrated_engine, now, open_catalog, writing
from grader.cli.finding import find_assignment
from grader.cli.output import finish, format_option, note, show
from grader.cli.telling import tell_command
from grader.services.policies.publishing import PolicyStatus, policy_status, publish_policy
from grader.services.telling.run_changes import Kind


@click.group("policy", cls=Verbs, epilog="Example: grader policy publish pset7")
def command() -> None:
    """Publish what decides scores (points, dates, attempts, lateness), and rescore by it."""


for moving in (rescoring.plan, rescoring.apply, rescoring.undo, rescoring.list_, rescoring.show_):
    command.add_command(moving)
command.add_command(tell_command(Kind.RESCORE, "policy"))


@command.command(epilog="Example: grader policy publish pset7")
@click.argument("assignment", required=False)
@format_option
def publish(assignment: str | None, layout: str) -> None:
    """Store the files' policy as the next version, if it changed.

    It is active at once while its assignment has no submissions; otherwise plan and apply a rescore.
    """
    catalog = open_catalog()
    wanted = (
        catalog.course.assignments
        if assignment is None
        else (find_assignment(catalog, assignment),)
    )
    with writing(migrated_engine()) as session:
        done = [
            publish_policy(
                session,
                course=catalog.course,
                assignment=each,
                actor=actor(),
                now=now(),
            )
            for each in wanted
        ]
    _show(layout, done)
    for policy in done:
        if policy.state == "inactive":
            note(
                f"{policy.assignment}: version {policy.version} is stored but scores nothing yet, since "
                f"students have answered. To see what it would change: grader policy plan "
                f"{policy.assignment}"
            )


@command.command(epilog="Example: grader policy status --format json")
@format_option
def status(layout: str) -> None:
    """Say for each policy whether what scores is what the files say, and what differs.

    The column hints says when students are told which known mistake gives their wrong number, by the
    active version. Exit code 3 if one is missing, stale or inactive.
    """
    catalog = open_catalog()
    with looking(migrated_engine()) as session:
        found = [
            policy_status(session, course=catalog.course, assignment=assignment)
            for assignment in catalog.course.assignments
        ]
    _show(layout, found)
    for policy in found:
        if policy.state != "current":
            verb = "plan" if policy.state == "inactive" else "publish"
            note(f"{policy.assignment}: run: grader policy {verb} {policy.assignment}")
    finish(pending=any(policy.state != "current" for policy in found))


def _show(layout: str, policies: Sequence[PolicyStatus]) -> None:
    columns = ("assignment", "version", "active_version", "state", "hints", "changes")
    values = [
        (p.assignment, p.version, p.active_version, p.state, p.hints, p.changes) for p in policies
    ]
    rows = [(*row, ", ".join(changes)) for *row, changes in values]
    show(layout, columns, rows, document=[dict(zip(columns, v, strict=True)) for v in values])
