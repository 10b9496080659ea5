"""What a request finds when it comes in: the database, the course, the settings and the clock."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from flask import Flask, current_app, g
from sqlalchemy import Connection, Engine

from grader.config import Settings
from grader.content.catalog import Catalog
from grader.db.session import for_looking
from grader.domain.problem import Course
from grader.services.receipts.signing import Signer
from grader.web.pace import Pace

EXTENSION = "grader"


@dataclass(frozen=True, slots=True)
class State:
    """Made once at the start; the course is as its files were then."""

    engine: Engine
    catalog: Catalog
    settings: Settings
    signer: Signer
    pace: Pace | None = None
    """How fast each person may ask; without one, as fast as they like."""
    looks: Engine = field(init=False, repr=False)
    """The same database for single statements; made once, since every request takes a connection of it."""

    def __post_init__(self) -> None:
        """Make what follows from the fields that are given."""
        object.__setattr__(self, "looks", for_looking(self.engine))

    @property
    def course(self) -> Course:
        """The course of the catalog."""
        return self.catalog.course


def state() -> State:
    """The state of the running application."""
    return cast("State", current_app.extensions[EXTENSION])


def looking() -> Connection:
    """The request's own connection for single statements, taken when first asked for."""
    found = cast("Connection | None", g.get("looking"))
    if found is None:
        found = g.looking = state().looks.connect()
    return found


def give_back_connections(app: Flask) -> None:
    """Have the connection of a request given back when it ends, however it ends."""

    @app.teardown_appcontext
    def give_back(_error: BaseException | None) -> None:
        found = g.pop("looking", None)
        if found is not None:
            found.close()


def now() -> datetime:
    """The time of the server, the one that counts: the web's only clock."""
    return datetime.now(UTC)
