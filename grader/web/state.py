"""What a request finds when it comes in: the database, the course, the settings and the clock."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from flask import current_app
from sqlalchemy import Engine

from grader.config import Settings
from grader.content.catalog import Catalog
from grader.domain.problem import Course

EXTENSION = "grader"


@dataclass(frozen=True, slots=True)
class State:
    """Made once at the start; the course is as its files were then."""

    engine: Engine
    catalog: Catalog
    settings: Settings

    @property
    def course(self) -> Course:
        """The course of the catalog."""
        return self.catalog.course


def state() -> State:
    """The state of the running application."""
    return cast("State", current_app.extensions[EXTENSION])


def now() -> datetime:
    """The time of the server, the one that counts: the web's only clock."""
    return datetime.now(UTC)
