"""Regrades that are started from a page: a short one within the request, a long one in its own thread."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from threading import Thread
from typing import Any

import structlog
from flask import redirect, url_for
from sqlalchemy import Engine
from werkzeug.wrappers import Response

from grader.db.models import RegradeJob
from grader.db.session import reading, transaction
from grader.domain.errors import GraderError
from grader.services.regrades.looks import PlanLook
from grader.services.regrades.progress import find_job
from grader.services.regrades.running import begin_job, run_job
from grader.web.state import now, state

AT_ONCE = 2_000
"""So many answers are graded while the browser waits."""

_log = structlog.get_logger("grader.web")


def begin(start: Callable[..., RegradeJob], **how: Any) -> tuple[int, int]:  # noqa: ANN401 - of ``start``.
    """Start a job by ``start_apply`` or ``start_undo``; gives its number, and how many answers it has."""
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


def carried_out(job_id: int, total: int) -> Response:
    """Carry out a job that was started, and lead to what came of it, or to its progress."""
    ended = carry_out(job_id, total)
    with reading(state().engine) as session:
        job = find_job(session, job_id=job_id, now=now())
    return leads_to("run_page", job.run) if ended and job.run else leads_to("job_page", job_id)


def pressed_before(look: PlanLook) -> Response | None:
    """Where the button of a plan leads when it was pressed before: to what came of that."""
    if look.applied is not None:
        return leads_to("run_page", look.applied.run or 0)
    if look.job is not None and look.job.running and look.job.plan == look.record.plan:
        return leads_to("job_page", look.job.id)
    return None


def leads_to(page: str, number: int) -> Response:
    """On to a page about a plan, a run or a job."""
    return redirect(url_for(f"staff_regrades.{page}", number=number), HTTPStatus.SEE_OTHER)


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
