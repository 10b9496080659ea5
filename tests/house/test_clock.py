"""There is one clock for each door, and everything below is told the time."""

import ast

from grader.db.models import Base
from tests.house.source import modules

CLOCKS = {"grader/web/state.py", "grader/cli/context.py"}
TELLING = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime", "ctime"}
"""Of ``datetime``, ``date`` and ``time``; ``func.now`` and SQL's own clocks too."""
SQL = (
    "current_timestamp",
    "current_time",
    "current_date",
    "now()",
    "clock_timestamp",
    "julianday",
    "'now'",
)
LENGTHS = {"monotonic", "monotonic_ns", "perf_counter", "sleep", "process_time"}
"""These tell no time of day."""


def clocks_asked(text: str) -> list[str]:
    """Each place where a module asks for the time of day, by whatever name."""
    tree = ast.parse(text)
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    asked = [
        f"{node.lineno} {ast.unparse(node)}"
        for node in calls
        if isinstance(node, ast.Attribute)
        and node.attr in TELLING
        and ast.unparse(node.value).rpartition(".")[2] in {"datetime", "date", "time", "func"}
    ]
    asked += [
        f"{node.lineno} from time import {alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
        if alias.name not in LENGTHS
    ]
    return asked + [f"SQL: {each}" for each in SQL if _in_sql(tree, each)]


def _in_sql(tree: ast.AST, words: str) -> bool:
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return any(
        words in text.lower()
        for text in texts
        if isinstance(text, str) and any(verb in text for verb in ("SELECT", "UPDATE", "INSERT"))
    )


def test_nobody_but_the_two_doors_asks_what_time_it_is() -> None:
    asked = {name: found for name, text in modules().items() if (found := clocks_asked(text))}
    assert set(asked) == CLOCKS
    assert all(len(found) == 1 for found in asked.values())


def test_a_clock_is_found_by_whatever_name_it_is_asked() -> None:
    for line in (
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "date.today()",
        "time.time()",
        "from time import time",
        "select(func.now())",
        "text('SELECT now()')",
        "text('UPDATE people SET at = CURRENT_TIMESTAMP')",
    ):
        assert clocks_asked(line), line
    for line in ("time.monotonic()", "self.now()", "from time import monotonic", "moment.time()"):
        assert not clocks_asked(line), line


def test_no_column_gets_its_time_from_the_database() -> None:
    assert [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_at") and (column.default or column.server_default)
    ] == []
