"""How the course stands, read anew whenever Prometheus asks."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError

from grader.db.findings import not_durable
from grader.db.migrating import current_revision, newest_revision
from grader.db.session import reading
from grader.domain.figures import CourseFigures
from grader.services.figures.course_figures import course_figures
from grader.services.proofs.backup_notes import last_backup
from grader.web.state import State, now

NEVER = float("inf")


class Standing(Collector):
    """Collects what the database and the instance folder say."""

    def __init__(self, state: State) -> None:
        self._state = state

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Each figure; without a database those that need none."""
        made_at = last_backup(self._state.settings.instance_dir)
        age = (now() - made_at).total_seconds() if made_at else NEVER
        yield GaugeMetricFamily(
            "grader_backup_age_seconds", "Since the last backup that is known of.", value=age
        )
        try:
            found = self._read()
        except (DBAPIError, OSError):
            found = None
        yield GaugeMetricFamily(
            "grader_ready",
            "1 if the database answers, has the right tables and keeps what it commits.",
            value=0 if found is None else 1,
        )
        if found is not None:
            yield from _gauges(found)

    def _read(self) -> CourseFigures | None:
        engine = self._state.engine
        if current_revision(engine) != newest_revision():
            return None
        with reading(engine) as session:
            if any(not_durable(session.connection())):
                return None
            return course_figures(session, course=self._state.course)


def _gauges(found: CourseFigures) -> Iterator[GaugeMetricFamily]:
    for name, words, value in (
        ("ledger_entries", "Entries in the ledger.", found.ledger_entries),
        ("requests_waiting", "Regrade requests without an answer.", found.requests_waiting),
        ("regrades_running", "Regrades that are being applied or undone.", found.regrades_running),
        (
            "lock_waiting",
            "PostgreSQL's sessions that wait for a lock now.",
            found.waiting_for_locks,
        ),
    ):
        yield GaugeMetricFamily(f"grader_{name}", words, value=value)
    newest = found.newest_answer.timestamp() if found.newest_answer else 0
    yield GaugeMetricFamily(
        "grader_newest_answer_timestamp_seconds", "When the newest answer came.", value=newest
    )
    keys = GaugeMetricFamily(
        "grader_keys",
        "Problems by how their key stood when it was last compared.",
        labels=["state"],
    )
    for state, count in sorted(found.keys.items()):
        keys.add_metric([state], count)
    yield keys
