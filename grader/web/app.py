"""The application factory."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import LengthRequired
from werkzeug.middleware.proxy_fix import ProxyFix

from grader.config import Settings, load_settings, public_address, receipt_seed, secret_key
from grader.content.loading import load_catalog
from grader.db.engine import make_engine
from grader.domain.errors import CrossSiteRequest
from grader.services.receipts.signing import Signer
from grader.web import (
    access,
    api,
    compression,
    errors,
    explanations,
    filters,
    grades,
    grammar_document,
    headers,
    health,
    logs,
    marking,
    metrics,
    practice,
    receipt_checking,
    receipts,
    record,
    regrade_requests,
    signin,
    solutions,
    staff,
    staff_decisions,
    staff_drafts,
    staff_explanations,
    staff_exports,
    staff_health,
    staff_ledger,
    staff_links,
    staff_marking,
    staff_overrides_import,
    staff_overview,
    staff_regrades,
    staff_requests,
    staff_rescores,
    staff_roster,
    staff_rubrics,
    staff_telling,
    staff_tokens,
    staff_what_if,
    student,
    tokens,
    uploads,
)
from grader.web.form_sessions import FormSessions
from grader.web.pace import Pace
from grader.web.state import EXTENSION, State, give_back_connections

Function = TypeVar("Function", bound=Callable[..., Any])

LARGEST_BODY = 64 * 1024
PAGES = (
    student,
    grades,
    tokens,
    regrade_requests,
    explanations,
    practice,
    # Before the staff's other pages, whose addresses begin with an assignment.
    staff_requests,
    staff_marking,
    staff_rubrics,
    marking,
    staff_health,
    staff_ledger,
    staff_roster,
    staff_overview,
    staff_what_if,
    staff_exports,
    staff_overrides_import,
    staff_regrades,
    staff_rescores,
    staff_telling,
    staff_drafts,
    staff_tokens,
    staff,
    staff_decisions,
    staff_links,
    staff_explanations,
    solutions,
    receipts,
    receipt_checking,
    record,
    signin,
    health,
    metrics,
    grammar_document,
)
"""The modules with pages for people."""


class Application(Flask):
    """Flask, for views that are plain functions: of each it would ask at each request whether it is async."""

    def ensure_sync(self, func: Function) -> Function:
        """What is to be called: the function itself."""
        return func


def create_app(settings: Settings | None = None, *, pace: Pace | None = None) -> Flask:
    """Build the application.

    Raises:
        BadConfiguration: the environment does not allow a start.
        ContentError: a problem file is broken; better no start than a wrong page.
        LookupError: a view does not say who may use it.
    """
    settings = settings or load_settings()
    logs.configure(production=settings.production)
    app = Application("grader.web")
    app.extensions[EXTENSION] = open_state(settings, pace=pace)
    app.config.update(_flask_settings(settings))
    app.session_interface = FormSessions()
    headers.register(app, with_tls=settings.production)
    metrics.register(app)
    compression.register(app)
    app.before_request(_measured)
    give_back_connections(app)
    access.guard(app)
    uploads.register(app)
    csrf = CSRFProtect(app)
    errors.register(app)
    app.register_error_handler(CSRFError, _cross_site)
    filters.register(app)
    for module in PAGES:
        app.register_blueprint(module.pages)
    for routes in api.BLUEPRINTS:
        app.register_blueprint(routes, url_prefix=api.PREFIX)
        # A bearer token is no ambient authority: another site's page can't make a browser send it.
        csrf.exempt(routes)
    access.access_table(app)
    hops = settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    return app


def open_state(settings: Settings, *, pace: Pace | None = None) -> State:
    """What requests are to find: the database and the course of these settings.

    Raises:
        ContentError: a problem file is broken.
    """
    return State(
        engine=make_engine(settings.url, serving=True),
        catalog=load_catalog(settings.problems_dir, settings.instance_dir),
        settings=settings,
        signer=Signer(receipt_seed(settings)),
        pace=pace,
    )


def _measured() -> None:
    """Refuse a body that does not say its length.

    Such a body would be cut at ``LARGEST_BODY`` without a word, and half of a number be graded.
    """
    if "Transfer-Encoding" in request.headers:
        raise LengthRequired


def _flask_settings(settings: Settings) -> dict[str, object]:
    address = public_address(settings)
    return {
        "SECRET_KEY": secret_key(settings),
        # Whatever FLASK_DEBUG says: a debugger would show what only the server may know.
        "DEBUG": False,
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "MAX_FORM_MEMORY_SIZE": LARGEST_BODY,
        "MAX_FORM_PARTS": 100,
        "SESSION_COOKIE_NAME": "__Host-form" if settings.production else "form",
        "SESSION_COOKIE_SECURE": settings.production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # The token lasts as long as the browser session: a page left open overnight still submits.
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "TRUSTED_HOSTS": [urlsplit(address).hostname] if address else None,
    }


def _cross_site(_error: Exception) -> Response:
    return errors.refuse(
        CrossSiteRequest(
            "This form has expired, or did not come from our page. Nothing was stored: go back, reload "
            "the page, and send it again."
        )
    )
