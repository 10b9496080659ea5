from sqlalchemy import Engine

from grader.db.condition import condition
from grader.db.session import reading


def test_a_database_tells_its_kind_version_and_size(engine: Engine) -> None:
    with reading(engine) as session:
        found = condition(session.connection())
    assert found.kind == {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[engine.dialect.name]
    assert found.version[0].isdigit()
    assert " " not in found.version
    assert found.size > 10_000
