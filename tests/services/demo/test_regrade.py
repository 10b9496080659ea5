"""The demo's regrades: one that was applied and taken back, and a draft that waits with its plan."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from grader.config import PROJECT
from grader.content.catalog import Catalog
from grader.content.loading import load_catalog
from grader.db.models import ActiveKey
from grader.db.session import transaction
from grader.domain.ledger import Act
from grader.services.demo import demo
from grader.services.demo.regrade import make_past_regrade, make_waiting_draft
from grader.services.keys.publishing import publish
from grader.services.keys.waiting import waiting_keys
from grader.services.ledger.ledger import list_entries
from grader.services.policies.publishing import publish_policy
from grader.services.regrades.history import list_runs
from grader.services.regrades.moves import applying, why_not
from tests.support.school import shipped_drafts
from tests.support.signers import SIGNER

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


@pytest.fixture
def catalog(engine: Engine, tmp_path: Path) -> Catalog:
    course = load_catalog(PROJECT / "problems", tmp_path).course
    (tmp_path / "dates.toml").write_text(demo.demo_dates(course, NOW))
    loaded = load_catalog(PROJECT / "problems", tmp_path)
    with transaction(engine) as session:
        for draft in shipped_drafts():
            publish(session, draft=draft, actor="op", now=NOW)
        for each in loaded.course.assignments:
            publish_policy(session, course=loaded.course, assignment=each, actor="op", now=NOW)
    return loaded


def regrade(session: Session, catalog: Catalog) -> None:
    regraded = make_past_regrade(session, course=catalog.course, actor="demo-ta", now=NOW)
    assert regraded is None
    make_waiting_draft(session, course=catalog.course, actor="demo-ta", besides=regraded, now=NOW)


def test_the_history_has_a_regrade_and_its_undoing_and_a_draft_waits_with_a_plan_that_holds(
    session: Session, catalog: Catalog
) -> None:
    demo.make_demo(session, course=catalog.course, signer=SIGNER, now=NOW)
    waiting, applied, undone = list_runs(session)
    assert (applied.run, undone.undoes) == (1, 1)
    assert applied.changed > 0
    assert waiting.run is None
    (key,) = waiting_keys(session, problems=[each.slug for each in catalog.course.problems])
    assert (key.plan, key.drafted, key.undone) == (waiting.plan, True, False)
    assert why_not(session, applying(session, waiting.plan)) == ""
    acts = [each.act for each in list_entries(session)]
    assert set(acts) >= {Act.KEY_DRAFTED, Act.KEY_DISCARDED, Act.REGRADE, Act.REGRADE_UNDONE}


@pytest.mark.parametrize("published", [True, False])
def test_where_nobody_was_wrong_there_is_nothing_to_regrade(
    session: Session, catalog: Catalog, *, published: bool
) -> None:
    if not published:
        session.execute(delete(ActiveKey))
    regrade(session, catalog)
    assert list_runs(session) == []
