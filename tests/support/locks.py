"""Somebody who locks a database: a backup gone wrong, a migration by hand, a forgotten console."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine


@contextmanager
def locked(engine: Engine) -> Iterator[None]:
    """Nobody else can write an answer; everybody can read."""
    lock: AbstractContextManager[Any]
    if engine.dialect.name == "sqlite":
        lock = closing(sqlite3.connect(str(engine.url.database), isolation_level=None))
        sql = "BEGIN IMMEDIATE"
    else:
        address = engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
        lock, sql = psycopg.connect(address), "LOCK TABLE submissions IN EXCLUSIVE MODE"
    with lock as connection:
        connection.execute(sql)
        yield
        connection.rollback()
