"""Regrades that are started from a page: a short one within the request, a long one in its own thread."""

from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any

import structlog
from sqlalchemy import Engine

from grader.db.models import RegradeJob
from grader.db.session import transaction
from grader.domain.errors import GraderError
from grader.services.regrade_running import begin_job, run_job
from grader.web.state import now, state

AT_ONCE = 2_000
"""So many missing grades are added while the browser waits."""

_log = structlog.get_logger("grader.web")


def begin(start: Callable[..., RegradeJob], **how: Any) -> tuple[int, int]:  # noqa: ANN401 - of ``start``.
    """Start a job by ``start_apply`` or ``start_undo``; gives its number, and how many grades are missing."""
    at, engine = now(), state().engine
    return begin_job(lambda: transaction(engine), start=partial(start, now=at, **how), now=at)


def carry_out(job_id: int, total: int) -> bool:
    """Carry out a job that was started; tells whether it has ended already, however it did."""
    engine = state().engine
    if total < AT_ONCE:
        _to_the_end(engine, job_id)
        return True
    # Of this server process: if that ends, the job breaks off, and can be started again.
    Thread(target=_alone, args=(engine, job_id), name=f"regrade {job_id}", daemon=True).start()
    return False


def _to_the_end(engine: Engine, job_id: int) -> None:
    try:
        run_job(lambda: transaction(engine), job_id=job_id, clock=now)
    except GraderError as refusal:
        # The job says why, on its page.
        _log.info("regrade_refused", job=job_id, code=refusal.code)


def _alone(engine: Engine, job_id: int) -> None:
    try:
        _to_the_end(engine, job_id)
    except Exception as error:  # noqa: BLE001 - nobody waits for it; the job's page says that it broke off.
        _log.exception("regrade_broke_off", job=job_id, error=type(error).__name__)
