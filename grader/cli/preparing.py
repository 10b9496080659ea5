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
from grader.services.demo import OPENED, TA_LOGIN, demo_dates, make_demo
from grader.services.drafting import draft_key
from grader.services.keys import missing_keys
from grader.services.policies import publish_policy
from grader.services.publishing import publish
from grader.services.signin_links import make_signin_link
from grader.services.staleness import key_status

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
    with writing(engine) as session:
        # The demo's week of answers came after its keys.
        moment = now() - OPENED if making else now()
        _publish_missing(session, catalog, moment)
        if making:
            _publish_policies(session, catalog, moment)
            make_demo(session, course=catalog.course, signer=signer, now=now())
            for problem in catalog.course.problems:
                key_status(session, catalog=catalog, problem=problem, now=now())
    if making:
        _deploy_variants(engine, catalog)
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
                activate=False,
            )


def _deploy_variants(engine: Engine, catalog: Catalog) -> None:
    for problem in catalog.course.problems:
        if problem.generator is not None:
            note(f"Making practice variants of {problem.slug}.")
            deploy_variants(engine, problem, DEMO_VARIANTS)


def _links(session: Session, moment: datetime) -> dict[str, str]:
    links = {}
    for login in (DEMO_STUDENT, TA_LOGIN):
        made = make_signin_link(
            session, login_or_email=login, now=moment, lifetime=DEMO_LINK_LIFETIME, limited=False
        )
        if made is not None:
            links[login] = made[1]
    # Somebody called student01 may be real; the demo's TA is not.
    return links if TA_LOGIN in links else {}
