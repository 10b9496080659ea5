"""The least that could be called a submission: one JSON field in, one durable INSERT, 201 out."""

import os

from flask import Flask, request
from sqlalchemy import text

from grader.db.engine import make_engine

CREATE = {
    "sqlite": "CREATE TABLE IF NOT EXISTS yardstick (id INTEGER PRIMARY KEY, answer TEXT)",
    "postgresql": "CREATE TABLE IF NOT EXISTS yardstick (id BIGSERIAL PRIMARY KEY, answer TEXT)",
}
INSERT = text("INSERT INTO yardstick (answer) VALUES (:answer)")


def create_app() -> Flask:
    """The same server, engine settings and driver as ours."""
    engine = make_engine(os.environ["GRADER_DATABASE_URL"])
    app = Flask(__name__)

    @app.post("/insert")
    def insert() -> tuple[dict[str, bool], int]:
        answer = request.get_json()["answer"]
        with engine.begin() as connection:
            connection.execute(INSERT, {"answer": answer})
        return {"stored": True}, 201

    @app.post("/null")
    def null() -> tuple[dict[str, bool], int]:
        return {"stored": False}, 201

    return app


def prepare(url: str) -> None:
    """Make the yardstick's table."""
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text(CREATE[engine.dialect.name]))
    engine.dispose()
