"""A PostgreSQL server of the tests' own: an unprivileged user, a socket and no port, a temporary folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

import psycopg

OWNER = "grader"
STARTS_WITHIN = 60
STOPS_WITHIN = 60

# The shell becomes the server, and leaves a watcher behind that ends it when our end of the pipe
# closes without a word: even a killed test run leaves no server. (A shell gives its background jobs
# no input, so the pipe travels under another number.)
WATCHED = """
exec 3<&0
(read -r word || kill -INT $$) <&3 2>/dev/null &
exec "$@" </dev/null 3<&-
"""

SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}
"""``immediate`` is PostgreSQL's own crash: no checkpoint, recovery at the next start."""


@dataclass
class Cluster:
    """One server with its folder. Durable as in production: fsync stays on."""

    binaries: Path
    folder: Path
    user: str | None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @classmethod
    def make(cls, binaries: Path) -> Self:
        """Create the folder and initialise it; does not start the server."""
        user = _unprivileged_user() if os.geteuid() == 0 else None
        # Not pytest's own folder: only root can enter that one, and its path is too long for a socket.
        folder = Path(tempfile.mkdtemp(prefix="grader-pg-", dir="/tmp"))
        try:
            if user is not None:
                shutil.chown(folder, user)
                binaries = _reachable(binaries, folder)
            cluster = cls(binaries, folder, user)
            cluster._initialise()
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return cluster

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.folder / "data"

    def url(self, database: str = "postgres") -> str:
        """The address of a database of this server, for SQLAlchemy."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A plain connection that commits each statement, for what SQLAlchemy has no words for."""
        return psycopg.connect(
            host=str(self.folder), user=OWNER, dbname=database, autocommit=True, connect_timeout=5
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        place = ["-D", str(self.data), "-k", str(self.folder)]
        settings = ["-c", "listen_addresses=", "-c", "max_connections=200"]
        server = [str(self.binaries / "postgres"), *place, *settings]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", WATCHED, "sh", *server],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self.user,
                group=_group(self.user),
                extra_groups=None if self.user is None else [],
                start_new_session=True,
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop("immediate")
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self, how: Literal["fast", "immediate"] = "fast") -> None:
        """Stop the server and wait for its end; harmless when it does not run."""
        if self.process is None:
            return
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(SIGNALS[how])
        process.wait(STOPS_WITHIN)
        # The watcher goes without ending a process that may by now have the same number.
        with suppress(BrokenPipeError):
            process.communicate(b"over\n")

    def remove(self) -> None:
        """Stop the server and delete its folder."""
        try:
            self.stop("immediate")  # nobody will read it again, so it needs no last checkpoint.
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _initialise(self) -> None:
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        done = subprocess.run(
            [self.binaries / "initdb", "-D", self.data, f"--username={OWNER}", *options],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            user=self.user,
            group=_group(self.user),
            extra_groups=None if self.user is None else [],
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")


def _unprivileged_user() -> str:
    """PostgreSQL refuses to run as root; ``nobody`` is on every machine."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _group(user: str | None) -> int | None:
    return None if user is None else pwd.getpwnam(user).pw_gid


def _reachable(binaries: Path, folder: Path) -> Path:
    """The binaries, or a copy of their package if a parent folder is closed to other users.

    A wheel keeps its shared libraries in a folder beside the package, found by relative path.
    """
    if all(parent.stat().st_mode & 0o001 for parent in (binaries, *binaries.parents)):
        return binaries
    package = binaries.parents[1]
    copy = folder / "install"
    shutil.copytree(package, copy / package.name, symlinks=True)
    if (libraries := package.with_name(f"{package.name}.libs")).exists():
        shutil.copytree(libraries, copy / libraries.name)
    return copy / binaries.relative_to(package.parent)
