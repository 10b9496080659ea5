"""The tables of docs/operators/authorisation.md: people read them, and the tests hold the service to them."""

import re
from dataclasses import dataclass

from flask import Flask

from grader.config import PROJECT

PAGE = PROJECT / "docs/operators/authorisation.md"
EVERYBODY = {
    "anyone",
    "signed in",
    "staff",
    "instructors",
    "token read",
    "token submit",
    "token staff",
    "metrics token",
}


@dataclass(frozen=True, order=True)
class Route:
    """A row of the table of addresses."""

    address: str
    methods: str
    view: str


def stated_routes() -> dict[Route, str]:
    """Who may use each route, as the page says."""
    rows = re.findall(
        r"^\| `(/\S*)` \| ([A-Z ]+) \| ([a-z ]+) \| `([\w.]+)` \|$", _text(), re.MULTILINE
    )
    return {Route(address, methods, view): who for address, methods, who, view in rows}


def stated_views() -> dict[str, str]:
    """Who may use each view; its routes all say the same."""
    return {route.view: who for route, who in stated_routes().items()}


def stated_powers() -> dict[str, tuple[str, str]]:
    """For each power, whether teaching assistants and instructors have it."""
    rows = re.findall(r"^\| ([^|`]+) \| (yes|no) \| (yes|no) \|$", _text(), re.MULTILINE)
    return {power: (ta, instructor) for power, ta, instructor in rows}


def routes_of(app: Flask) -> set[Route]:
    """The routes that an application really has."""
    return {
        Route(
            re.sub(r"<[^>]*?(\w+)>", r"<\1>", rule.rule),
            " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})),
            rule.endpoint,
        )
        for rule in app.url_map.iter_rules()
    }


def _text() -> str:
    return PAGE.read_text(encoding="utf-8")
