"""What the time of a submission is made of: requests to one process, one after another, without a network."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr
from functools import wraps
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from werkzeug.test import Client, EnvironBuilder

from tests.benchmarks import yardstick
from tests.benchmarks.clients import HOST

REQUESTS, ROUNDS = 400, 5
WHOLE, BARE, NULL = "a submission", "the bare route's INSERT", "the null route"
LOOK, SIGN, STORE = "looking who asks and how things stand", "signing the receipt", "storing it"

Timed = dict[str, list[float]]
"""Microseconds of a request and of its stages, one figure a round."""


def anatomy(
    environment: dict[str, str], given: tuple[list[str], list[str]]
) -> list[tuple[str, str]]:
    """Rows for the report, measured in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        timed = pool.submit(_measure, environment, *given).result()
    found = {name: median(figures) for name, figures in timed.items()}
    stages = (LOOK, SIGN, STORE)
    rest = found[WHOLE] - sum(found[name] for name in stages)
    return [
        (f"in one process: {WHOLE}", _micro(found[WHOLE])),
        *((f"– of that, {name}", _micro(found[name])) for name in stages),
        ("– of that, reading, grading, headers, log and Flask", _micro(rest)),
        (f"in one process: {BARE}", _micro(found[BARE])),
        (f"in one process: {NULL}", _micro(found[NULL])),
    ]


def _micro(figure: float) -> str:
    return f"{figure:,.0f} µs"


def _measure(environment: dict[str, str], parts: list[str], tokens: list[str]) -> Timed:
    os.environ.update(environment)
    # Loaded here, where what it is to be timed by can be put around its stages.
    from grader.services.answers import submitting  # noqa: PLC0415
    from grader.services.receipts.signing import Signer  # noqa: PLC0415
    from grader.web.api import submissions  # noqa: PLC0415
    from grader.web.serving import application  # noqa: PLC0415

    spent = dict.fromkeys((LOOK, SIGN, STORE), 0.0)
    for place, name, stage in (
        (submissions, "token_submitter", LOOK),
        (Signer, "sign", SIGN),
        (submitting, "store", STORE),
    ):
        setattr(place, name, _noting(getattr(place, name), spent, stage))
    routes = {
        WHOLE: (application(), "/api/v1/submissions"),
        BARE: (bare := yardstick.create_app(), "/insert"),
        NULL: (bare, "/null"),
    }
    timed: Timed = {name: [] for name in (*routes, *spent)}
    answers = _answers(parts, tokens)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
        for number in range(ROUNDS + 1):
            spent.update(dict.fromkeys(spent, 0.0))
            took = {name: _round(app, path, answers) for name, (app, path) in routes.items()}
            if number:  # The first round warms up.
                for name, seconds in (took | spent).items():
                    timed[name].append(seconds / REQUESTS * 1e6)
    return timed


def _noting(call: Callable[..., Any], spent: dict[str, float], stage: str) -> Callable[..., Any]:
    @wraps(call)
    def noted(*arguments: Any, **named: Any) -> Any:
        begun = time.perf_counter()
        try:
            return call(*arguments, **named)
        finally:
            spent[stage] += time.perf_counter() - begun

    return noted


def _answers(parts: list[str], tokens: list[str]) -> Iterator[tuple[str, str]]:
    """A first answer of each student to a part, then to the next part, with their tokens."""
    for number in count():
        part = parts[number // len(tokens) % len(parts)]
        body = json.dumps({"part": part, "answer": f"0.77{number:07}"})
        yield body, tokens[number % len(tokens)]


def _round(app: Flask, path: str, answers: Iterator[tuple[str, str]]) -> float:
    """Seconds of these many requests, without those for making and reading them."""
    took = 0.0
    client = Client(app)
    for _ in range(REQUESTS):
        body, token = next(answers)
        headers = [("Authorization", f"Bearer {token}"), ("Host", HOST)]
        builder = EnvironBuilder(
            path, method="POST", data=body, content_type="application/json", headers=headers
        )
        environ = builder.get_environ()
        begun = time.perf_counter()
        _body, status, _headers = client.run_wsgi_app(environ, buffered=True)
        took += time.perf_counter() - begun
        if not status.startswith("201"):
            sys.exit(f"{path} answered {status}")
    return took
