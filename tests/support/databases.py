"""Fresh databases, quickly: migrated once; then SQLite's file is copied, and PostgreSQL's is emptied.

An engine serves one test after another at the same address: it has compiled their statements then.
"""

import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Literal

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import Engine, event, make_url

from grader.db.engine import make_engine, sqlite_file
from grader.db.migrating import upgrade
from grader.services.keys import documents
from tests.support.postgres import Cluster

Kind = Literal["sqlite", "postgresql"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")
TEMPLATE = "template_migrated"

_engines: dict[tuple[str, bool], Engine] = {}

EMPTY_ALL_TABLES = """
DO $$
DECLARE name text; filled boolean;
BEGIN
  -- Triggers and foreign keys rest meanwhile: some tables refuse any delete, on purpose.
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT quote_ident(tablename) FROM pg_tables
      WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || name || ')' INTO filled;
    IF filled THEN EXECUTE 'DELETE FROM ' || name; END IF;
  END LOOP;
  PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""

END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

SCHEMA = """
SELECT
  (SELECT string_agg(concat_ws(' ', oid, relname, relnatts), ',' ORDER BY oid)
     FROM pg_class WHERE relnamespace = 'public'::regnamespace),
  (SELECT string_agg(oid::text, ',' ORDER BY oid)
     FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
  (SELECT string_agg(concat_ws(' ', oid, tgenabled), ',' ORDER BY oid)
     FROM pg_trigger WHERE NOT tgisinternal),
  (SELECT string_agg(concat_ws(' ', oid, md5(prosrc)), ',' ORDER BY oid)
     FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
  (SELECT string_agg(concat_ws(' ', attrelid, attnum, attnotnull, atttypid), ',' ORDER BY attrelid, attnum)
     FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace),
  (SELECT string_agg(setconfig::text, ',')
     FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase
    WHERE datname = current_database()),
  (SELECT string_agg(version_num, ',') FROM alembic_version)
"""


@dataclass
class Databases:
    """Makes databases of both kinds. A PostgreSQL server is started only if a test asks for one.

    A migrated PostgreSQL database is used again once its test has ended: making one costs 0.2 s and
    dropping it a whole checkpoint (1 s, since fsync is on), while emptying it costs milliseconds.
    """

    folder: Path
    start_postgres: Callable[[], Cluster]
    _cluster: Cluster | None = field(default=None, repr=False)
    _templates: set[Kind] = field(default_factory=set)
    _numbers: "count[int]" = field(default_factory=count)
    _spare: defaultdict[Kind, list[str]] = field(default_factory=lambda: defaultdict(list))
    _schemas: dict[str, object] = field(default_factory=dict, repr=False)
    _keepers: dict[str, psycopg.Connection] = field(default_factory=dict, repr=False)

    def migrated(self, kind: Kind) -> str:
        """The address of a database with the newest schema and no rows, for the caller alone."""
        spare = self._spare[kind].pop() if self._spare[kind] else None
        if kind == "postgresql" and spare is not None:
            return self.cluster.url(spare)
        if kind not in self._templates:
            self._migrate(self._create(kind, TEMPLATE))
            self._templates.add(kind)
        return self._create(kind, spare or f"test_{next(self._numbers)}", TEMPLATE)

    def empty(self, kind: Kind) -> str:
        """The address of a new database without any table."""
        return self._create(kind, f"test_{next(self._numbers)}")

    def give_back(self, address: str) -> None:
        """The test has ended: delete the file, or empty the database for another test."""
        for (used, _serving), engine in _engines.items():
            if used == address:
                # A connection that is still open would show the next test this one's file.
                engine.dispose()
        url = make_url(address)
        name = str(url.database)
        if url.get_backend_name() == "sqlite":
            for suffix in ("", "-wal", "-shm", "-journal"):
                Path(f"{name}{suffix}").unlink(missing_ok=True)
            self._spare["sqlite"].append(Path(name).stem)
        elif name in self._schemas and self._emptied(name):
            self._spare["postgresql"].append(name)

    @property
    def cluster(self) -> Cluster:
        """The running PostgreSQL server, one for each worker of pytest-xdist."""
        if self._cluster is None:
            self._cluster = self.start_postgres()
        return self._cluster

    def close(self) -> None:
        """Stop the server and delete its folder."""
        for keeper in self._keepers.values():
            keeper.close()
        if self._cluster is not None:
            self._cluster.remove()

    def _create(self, kind: Kind, name: str, template: str = "") -> str:
        if kind == "sqlite":
            file = self.folder / f"{name}.db"
            if template:
                shutil.copyfile(self.folder / f"{template}.db", file)
            return f"sqlite:///{file}"
        with self.cluster.connect() as connection:
            statement = SQL("CREATE DATABASE {} TEMPLATE {}")
            source = Identifier(template or "template0")
            connection.execute(statement.format(Identifier(name), source))
        if template:
            with self.cluster.connect(name) as connection:
                self._schemas[name] = connection.execute(SCHEMA).fetchone()
        return self.cluster.url(name)

    def _emptied(self, name: str) -> bool:
        """Empty a database; False if its test changed the schema or holds a lock, so that nobody gets it.

        The connection is kept: a new one for each test costs 20 ms more.
        """
        keeper = self._keepers.pop(name, None)
        try:
            keeper = keeper or self.cluster.connect(name)
            keeper.execute("SET lock_timeout = '10s'")
            keeper.execute(END_OTHERS)
            if keeper.execute(SCHEMA).fetchone() == self._schemas[name]:
                keeper.execute(EMPTY_ALL_TABLES)
                self._keepers[name] = keeper
        except psycopg.Error:
            return False
        finally:
            if keeper is not None and name not in self._keepers:
                keeper.close()
        return name in self._keepers

    @staticmethod
    def _migrate(address: str) -> None:
        engine = make_engine(address)
        upgrade(engine)
        if engine.dialect.name == "sqlite":
            # The template is copied as one file, so nothing may be left in its write-ahead log.
            with engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")
        engine.dispose()


def open_engine(url: str, *, serving: bool = False) -> Engine:
    """Our own engine on a database; to be closed by ``close_engine``."""
    name = url, serving
    if name not in _engines:
        _engines[name] = made = make_engine(url, serving=serving)
        if made.dialect.name == "sqlite":
            event.listen(made, "connect", _reversed)
        made.update_execution_options(grader_listeners=_listeners(made))
    return _engines[name]


def close_engine(engine: Engine) -> None:
    """Leave no connection open, and nothing remembered; an engine that a test listens to is nobody else's."""
    engine.dispose()
    documents.forget(engine)
    if _listeners(engine) != engine.get_execution_options()["grader_listeners"]:
        for name in [name for name, each in _engines.items() if each is engine]:
            del _engines[name]


def _reversed(connection: sqlite3.Connection, _record: object) -> None:
    """Give rows the other way round where nobody asked for an order, so that nothing relies on one."""
    connection.execute("PRAGMA reverse_unordered_selects = ON").close()


def _listeners(engine: Engine) -> list[int]:
    statements = ("begin", "commit", "rollback", "before_cursor_execute")
    told = [getattr(engine.dispatch, name) for name in statements]
    told += [getattr(engine.pool.dispatch, name) for name in ("connect", "checkout", "checkin")]
    return [len(list(each)) for each in told]


def keep_private(engine: Engine) -> None:
    """Let the owner alone read an SQLite file, as in an instance; ours are copies that anybody may read."""
    file = sqlite_file(engine)
    if file is not None:
        file.chmod(0o600)
