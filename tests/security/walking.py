"""Walks over every address that an application answers, with given values for what its addresses vary in."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.school import School

PROBLEMS = ("ancestry", "decision_tree_entropy")
VALUES: Mapping[str, Sequence[str]] = {
    "slug": ("pset7",),
    "assignment_slug": ("pset7",),
    "name": PROBLEMS,
    "file": ("ancestry-train.csv",),
    "number": ("1",),
    "part": ("a",),
    "at": ("0" * 16,),
    "kind": ("csv",),
    "move": ("regrade",),
    "token": ("x" * 43,),
    "prefix": ("pgaaaaaaaa",),
    "filename": ("css/grader.css",),
    "login": ("bob",),
    "submission_id": ("1",),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A reply to somebody: how it was asked for, and its status, headers and body as one text."""

    endpoint: str
    path: str
    reply: TestResponse
    sent: str


def addresses(
    app: Flask, values: Mapping[str, Sequence[str]] = VALUES, method: str = "GET"
) -> Iterator[tuple[str, str]]:
    """Each endpoint that takes the method, with each address that these values give it."""
    for rule in app.url_map.iter_rules():
        if method not in (rule.methods or ()):
            continue
        # In the order in which the address has them.
        names = re.findall(r"<(?:[^<>]*:)?(\w+)>", rule.rule)
        for chosen in product(*(values[name] for name in names)):
            path = rule.rule
            for value in chosen:
                path = re.sub(r"<[^>]*>", value, path, count=1)
            yield rule.endpoint, path


def all_of(reply: TestResponse) -> str:
    """Everything that goes over the line, as one text."""
    sent = f"{reply.status}\n{reply.headers}\n{reply.get_data(as_text=True)}"
    reply.close()
    return sent


class Walker:
    """Somebody who opens everything: one browser, and a token for the API."""

    def __init__(self, school: School, who: str | None) -> None:
        self.who = who
        self.browser: FlaskClient = school.browser(who) if who else school.client()
        self._headers = school.bearer(who) if who else {}
        self._school = school

    def open(self, path: str) -> TestResponse:
        """One address, by the browser or with the token."""
        if path.startswith("/api/"):
            return self._school.client().get(path, headers=self._headers)
        return self.browser.get(path)

    def everything(self, values: Mapping[str, Sequence[str]] = VALUES) -> Iterator[Seen]:
        """What is sent for each address."""
        for endpoint, path in addresses(self._school.app, values):
            reply = self.open(path)
            yield Seen(endpoint, path, reply, all_of(reply))
