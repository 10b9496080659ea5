"""The demo's regrades: one that was applied and taken back, and a draft that waits with its plan."""

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from grader.content.catalog import Catalog
from grader.db.models import ActiveKey
from grader.domain.ledger import Act
from grader.services.demo.regrade import make_past_regrade, make_waiting_draft
from grader.services.keys.waiting import waiting_keys
from grader.services.ledger.ledger import list_entries
from grader.services.regrades.history import list_runs
from grader.services.regrades.moves import applying, why_not
from tests.services.demo.conftest import NOW, MadeDemo

# All on one worker, so that the demo is made once for each kind of database.
pytestmark = pytest.mark.xdist_group("demo")


def regrade(session: Session, catalog: Catalog) -> None:
    regraded = make_past_regrade(session, course=catalog.course, actor="demo-ta", now=NOW)
    assert regraded is None
    make_waiting_draft(session, course=catalog.course, actor="demo-ta", besides=regraded, now=NOW)


def test_the_history_has_a_regrade_and_its_undoing_and_a_draft_waits_with_a_plan_that_holds(
    made_demo: MadeDemo, made_session: Session
) -> None:
    session = made_session
    waiting, applied, undone = list_runs(session)
    assert (applied.run, undone.undoes) == (1, 1)
    assert applied.changed > 0
    assert waiting.run is None
    (key,) = waiting_keys(
        session, problems=[each.slug for each in made_demo.catalog.course.problems]
    )
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
