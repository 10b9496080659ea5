"""Makes a developer's machine ready to serve: database, keys, policies and, if wanted, a demo course."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Engine, exists, select
from sqlalchemy.orm import Session

from grader.cli.context import (
    actor,
    looking,
    make_database,
    now,
    open_catalog,
    open_engine,
    open_signer,
    writing,
)
from grader.cli.deploying import deploy_variants
from grader.cli.output import note
from grader.config import Settings, secret_key
from grader.content.catalog import Catalog
from grader.db.models import ActivePolicy, Person
from grader.services.demo.demo import INSTRUCTOR_LOGIN, OPENED, TA_LOGIN, demo_dates, make_demo
from grader.services.keys.drafting import draft_key
from grader.services.keys.published import missing_keys
from grader.services.keys.publishing import publish
from grader.services.keys.staleness import key_status
from grader.services.people.handed_links import hand_out_link
from grader.services.policies.publishing import publish_policy

DEMO_STUDENT = "student01"
DEMO_VARIANTS = 2
DEMO_LINK_LIFETIME = timedelta(days=1)


def prepare(settings: Settings, *, demo: bool) -> dict[str, str]:
    """Do what is not done yet; gives a one-time token for each login of the demo, if it is there."""
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    # Made here once: two workers at the same moment would make two.
    secret_key(settings)
    signer = open_signer(settings)
    engine = open_engine(settings)
    make_database(engine)
    catalog = open_catalog(settings)
    with looking(engine) as session:
        nobody = not session.execute(select(exists(select(Person.id)))).scalar()
    making = demo and nobody
    if making:
        note("Making the demo course.")
        # The dates come first, since a policy is a copy of them.
        _write_dates(settings, catalog)
        catalog = open_catalog(settings)
    # The demo's week of answers came after its keys.
    moment = now() - OPENED if making else now()
    with writing(engine) as session:
        _publish_missing(session, catalog, moment)
    if making:
        # Before its staff draft another key: variants belong to the newest one.
        _deploy_variants(engine, catalog, moment)
        with writing(engine) as session:
            _publish_policies(session, catalog, moment)
            make_demo(session, course=catalog.course, signer=signer, now=now())
            for problem in catalog.course.problems:
                key_status(session, catalog=catalog, problem=problem, now=now())
    with writing(engine) as session:
        return _links(session, now())


def _write_dates(settings: Settings, catalog: Catalog) -> None:
    """Open the demo by a ``dates.toml`` of its own; one that is there is somebody's, and stays."""
    dates = settings.instance_dir / "dates.toml"
    try:
        with dates.open("x", encoding="utf-8") as file:
            file.write(demo_dates(catalog.course, now()))
    except FileExistsError:
        note(f"{dates} is kept as it is; the demo's assignment is open when it says so.")


def _publish_missing(session: Session, catalog: Catalog, moment: datetime) -> None:
    course = catalog.course
    missing = missing_keys(session, [problem.slug for problem in course.problems])
    for problem in course.problems:
        if problem.slug in missing:
            note(f"Solving {problem.slug}.")
            publish(session, draft=draft_key(catalog, problem), actor=actor(), now=moment)
    scored = set(session.scalars(select(ActivePolicy.assignment)))
    _publish_policies(session, catalog, moment, but=scored)


def _publish_policies(
    session: Session, catalog: Catalog, moment: datetime, *, but: Collection[str] = ()
) -> None:
    # For the demo those that were published before its dates are published again, or it would be closed.
    # They are active at once, since nobody has answered yet.
    for assignment in catalog.course.assignments:
        if assignment.slug not in but:
            publish_policy(
                session,
                course=catalog.course,
                assignment=assignment,
                actor=actor(),
                now=moment,
            )


def _deploy_variants(engine: Engine, catalog: Catalog, moment: datetime) -> None:
    generated = [each for each in catalog.course.problems if each.generator is not None]
    for number, problem in enumerate(generated, start=1):
        note(f"Making practice variants of {problem.slug} ({number} of {len(generated)}).")
        deploy_variants(engine, problem, DEMO_VARIANTS, clock=lambda: moment)


def _links(session: Session, moment: datetime) -> dict[str, str]:
    demo = (DEMO_STUDENT, TA_LOGIN, INSTRUCTOR_LOGIN)
    there = set(session.scalars(select(Person.login).where(Person.login.in_(demo), Person.active)))
    # Somebody called student01 may be real; the demo's TA is not.
    if TA_LOGIN not in there:
        return {}
    return {
        login: hand_out_link(
            session,
            login=login,
            lifetime=DEMO_LINK_LIFETIME,
            actor=actor(),
            now=moment,
            students_only=False,
        )
        for login in demo
        if login in there
    }
