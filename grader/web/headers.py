"""What every reply carries: security headers, a request id, and one line in the log."""

import secrets
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import structlog
from flask import Flask, Response, g, request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS = (
    ("Content-Security-Policy", CSP),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
WITH_TLS = (("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),)
_log = structlog.get_logger("grader.web")


class Began(NamedTuple):
    """Which request this is, and when it began, by the clock that only goes on."""

    request_id: str
    moment: float


def beginning() -> Began:
    """When this request began, and its number; one that failed before it had a number begins now."""
    return cast("Began | None", g.get("began")) or Began("", time.perf_counter())


class Always:
    """A WSGI application whose every reply carries these headers, whatever made it."""

    def __init__(self, app: "WSGIApplication", headers: Sequence[tuple[str, str]]) -> None:
        self._app = app
        self._headers = headers

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""

        def start(status: str, headers: list[tuple[str, str]], *failed: Any) -> Any:  # noqa: ANN401
            return start_response(status, [*headers, *self._headers], *failed)

        return self._app(environ, start)


def register(app: Flask, *, with_tls: bool) -> None:
    """Number each request, and finish each reply."""
    headers = (*ALWAYS, *WITH_TLS) if with_tls else ALWAYS
    app.wsgi_app = Always(app.wsgi_app, headers)  # type: ignore[method-assign]

    @app.before_request
    def begin() -> None:
        g.began = Began(secrets.token_hex(8), time.perf_counter())

    @app.after_request
    def finish(response: Response) -> Response:
        began, rule = beginning(), request.url_rule
        response.headers["X-Request-Id"] = began.request_id
        keep_from_caches(response)
        # Never an answer's text, a token or an expected value: only what was asked for and how it went.
        _log.info(
            "request",
            id=began.request_id,
            method=request.method,
            route=rule.rule if rule else None,
            status=response.status_code,
            ms=round((time.perf_counter() - began.moment) * 1000, 1),
        )
        return response


def keep_from_caches(response: Response) -> Response:
    """What a page shows is its reader's alone; only our own files are anybody's."""
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
