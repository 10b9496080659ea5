"""A class of ten with another key: planned, and as a job that has begun."""

import pytest
from sqlalchemy import Engine

from tests.support.jobs import answered, begin, plan


@pytest.fixture
def planned(engine: Engine) -> int:
    """The plan to move to the other key."""
    answered(engine)
    return plan(engine)


@pytest.fixture
def job(engine: Engine, planned: int) -> int:
    """The job that applies the plan; nothing of it is done."""
    return begin(engine, planned)
