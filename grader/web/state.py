"""What a request finds when it comes in: the database, the course, the settings and the clock."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from flask import Flask, current_app, g
from sqlalchemy import Connection, Engine

from grader.config import Settings
from grader.content.catalog import Catalog
from grader.db.session import looking_up
from grader.domain.problem import Course
from grader.services.signing import Signer

EXTENSION = "grader"


@dataclass(frozen=True, slots=True)
class State:
    """Made once at the start; the course is as its files were then."""

    engine: Engine
    catalog: Catalog
    settings: Settings
    signer: Signer

    @property
    def course(self) -> Course:
        """The course of the catalog."""
        return self.catalog.course


def state() -> State:
    """The state of the running application."""
    return cast("State", current_app.extensions[EXTENSION])


def looking() -> Connection:
    """The request's own connection for single statements, taken when first asked for."""
    if "looking" not in g:
        g.given_back = ExitStack()
        g.looking = g.given_back.enter_context(looking_up(state().engine))
    return cast("Connection", g.looking)


def give_back_connections(app: Flask) -> None:
    """Have the connection of a request given back when it ends, however it ends."""

    @app.teardown_appcontext
    def give_back(_error: BaseException | None) -> None:
        if "given_back" in g:
            g.given_back.close()


def now() -> datetime:
    """The time of the server, the one that counts: the web's only clock."""
    return datetime.now(UTC)
