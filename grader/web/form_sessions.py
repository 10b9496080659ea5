"""Flask's signed cookie, which holds the token of our forms alone; who is signed in is a row."""

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from grader.web.access import leads_to_api


class FormSessions(SecureCookieSessionInterface):
    """A session for pages. The API has no forms, and spends no time on one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of a page's request; None, which can't be written to, for the API."""
        return None if leads_to_api(request.path) else super().open_session(app, request)
