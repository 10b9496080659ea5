"""Figures for Prometheus: what was asked, how it went and how long it took; and how the course stands.

With several processes each counts in a file of its own, in the folder that ``grader serve`` names in
PROMETHEUS_MULTIPROC_DIR, and whichever is asked adds them up. Nothing in the figures is about one person.
"""

import time
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from grader.db.session import note_waits
from grader.domain.errors import GraderError
from grader.services.answers.arriving import Refused, Submitted
from grader.web.access import for_metrics
from grader.web.headers import beginning
from grader.web.standing_figures import Standing
from grader.web.state import state

EXTENSION = "grader metrics"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_NOWHERE = ("none", "none")

pages = Blueprint("metrics", __name__)


@dataclass(frozen=True, slots=True)
class Meters:
    """What is counted while requests are answered."""

    registry: CollectorRegistry
    requests: Histogram
    replies: Counter
    answers: Counter
    waits: Histogram
    known: dict[tuple[str, str, int], tuple[Histogram, Counter]]
    """Those of a route and a status, found once: each look-up by labels takes as long as counting."""


def register(app: Flask) -> None:
    """Count every request, if there is a token by which anybody could read the figures."""
    if not app.extensions["grader"].settings.metrics_token.get_secret_value():
        return
    app.extensions[EXTENSION] = _meters()
    app.before_request(_begin)
    app.after_request(_finish)


def answered(outcome: Submitted | Refused | GraderError) -> None:
    """Count what became of an answer that was sent in."""
    meters = cast("Meters | None", current_app.extensions.get(EXTENSION))
    if meters is not None:
        meters.answers.labels(_outcome(outcome)).inc()


@pages.get("/metrics")
@for_metrics
def page() -> Response:
    """Everything, in Prometheus' own format."""
    counted = generate_latest(_everywhere(cast("Meters", current_app.extensions[EXTENSION])))
    standing = CollectorRegistry()
    standing.register(Standing(state()))
    return Response(counted + generate_latest(standing), content_type=CONTENT_TYPE)


def _meters() -> Meters:
    registry = CollectorRegistry()
    return Meters(
        registry=registry,
        requests=Histogram(
            "grader_request_seconds",
            "How long requests took.",
            ("method", "route"),
            buckets=SECONDS,
            registry=registry,
        ),
        replies=Counter(
            "grader_replies", "Replies by their status.", ("route", "status"), registry=registry
        ),
        answers=Counter(
            "grader_answers",
            "Answers by what became of them: a verdict, repeated, or why it was refused.",
            ("outcome",),
            registry=registry,
        ),
        waits=Histogram(
            "grader_writer_wait_seconds",
            "How long writers queued for SQLite's single place to write.",
            buckets=SECONDS,
            registry=registry,
        ),
        known={},
    )


def _children(meters: Meters, method: str, route: str, status: int) -> tuple[Histogram, Counter]:
    key = (method, route, status)
    found = meters.known.get(key)
    if found is None:
        found = meters.requests.labels(method, route), meters.replies.labels(route, str(status))
        meters.known[key] = found
    return found


def _begin() -> None:
    g.waits = note_waits()


def _finish(response: Response) -> Response:
    meters = cast("Meters", current_app.extensions[EXTENSION])
    # Of what is no address of ours neither path nor method is told: anybody can make up new ones.
    rule = request.url_rule
    method, route = (request.method, rule.rule) if rule else _NOWHERE
    took = time.perf_counter() - beginning().moment
    seconds, replies = _children(meters, method, route, response.status_code)
    seconds.observe(took)
    replies.inc()
    for waited in g.get("waits", ()):
        meters.waits.observe(waited)
    return response


def _outcome(outcome: Submitted | Refused | GraderError) -> str:
    if isinstance(outcome, Submitted):
        return outcome.verdict.value if outcome.created else "repeated"
    return (outcome.error if isinstance(outcome, Refused) else outcome).code


def _everywhere(meters: Meters) -> CollectorRegistry:
    registry = CollectorRegistry()
    try:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    except ValueError:  # No folder is named: this process is the only one.
        return meters.registry
    return registry
