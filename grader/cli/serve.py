"""``grader serve``: the server.

Gunicorn takes this process's place, so that the serving processes hold nothing that was loaded to prepare
them: no reference solution and no expected value beyond what the database has.
"""

import errno
import os
import socket
import sys

import click

from grader.cli.context import (
    looking,
    migrated_engine,
    open_catalog,
    told_plainly,
)
from grader.cli.output import note
from grader.cli.preparing import prepare
from grader.config import PROJECT, Settings, load_settings, public_address
from grader.db.findings import findings
from grader.domain.errors import BadConfiguration, InvalidRequest
from grader.services.keys import missing_keys

WORKERS, THREADS = 2, 4
PORT = 8109
_NEXT_PORTS = 20


@click.command("serve", epilog="Example: grader serve --port 8110")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True)
@click.option(
    "--demo/--no-demo",
    default=True,
    show_default=True,
    help="Make a demo course while the database has no people (development).",
)
def command(host: str, port: int, demo: bool) -> None:  # noqa: FBT001 - a click flag.
    """Start the server.

    In development (the default) it makes what is missing first: the database, the answer keys, the
    policies and a demo course with sign-in links. With GRADER_ENV=production it changes nothing, and
    does not start while something is amiss.
    """
    settings = load_settings()
    if settings.production:
        check_production(settings)
        tokens = {}
    else:
        # Asked early, since preparing takes a while the first time.
        listen(host, port).close()
        tokens = prepare(settings, demo=demo)
    listening = listen(host, port)
    address = public_address(settings) or url_of(listening)
    click.echo(f"Serving at {address}")
    for login, token in tokens.items():
        click.echo(f"Sign in as {login}: {address}/signin/{token}")
    sys.stdout.flush()
    _become_gunicorn(listening)


def check_production(settings: Settings) -> None:
    """Refuse to serve a real course that could lose or give away something.

    Raises:
        BadConfiguration: naming each reason.
    """
    public_address(settings)
    engine = migrated_engine(settings)
    with told_plainly():
        reasons = findings(engine, thorough=False)
    if reasons:
        raise BadConfiguration("\n".join(reasons))
    problems = [problem.slug for problem in open_catalog(settings).course.problems]
    with looking(engine) as session:
        missing = missing_keys(session, problems)
    if missing:
        note(f"No answer key is published for {', '.join(missing)}; run: grader keys publish")


def listen(host: str, port: int, *, command: str = "grader serve") -> socket.socket:
    """Take a port, before anything is said about it; connections wait there for the server.

    Raises:
        InvalidRequest: it is taken, or the address is not this machine's; what to try begins with command.
    """
    try:
        return socket.create_server((host, port), family=_family(host), backlog=256)
    except OSError as error:
        raise InvalidRequest(_refused(error, host, port, command)) from None


def _refused(error: OSError, host: str, port: int, command: str) -> str:
    if error.errno != errno.EADDRINUSE:
        reason = (error.strerror or str(error)).partition(" (")[0]
        return f"Can't listen on {host} port {port}: {reason}."
    free = _free_port(host, port)
    return f"Port {port} is taken. Try: {command} --port {free or 0}"


def _free_port(host: str, port: int) -> int | None:
    for candidate in range(port + 1, min(port + 1 + _NEXT_PORTS, 65536)):
        try:
            socket.create_server((host, candidate), family=_family(host)).close()
        except OSError:
            continue
        return candidate
    return None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def url_of(listening: socket.socket) -> str:
    """The address at which a listening socket answers."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _become_gunicorn(listening: socket.socket) -> None:
    listening.set_inheritable(True)
    arguments = [
        *(sys.executable, "-m", "gunicorn"),
        *("--bind", f"fd://{listening.detach()}"),
        *("--worker-class", "gthread"),
        *("--workers", str(WORKERS), "--threads", str(THREADS)),
        *("--pythonpath", str(PROJECT)),
        # The problem files are read once: a process that begins later serves the same course as the
        # others, and a file that was broken meanwhile stops nothing.
        "--preload",
        # Its control socket lies in the home folder, and two servers would share it.
        "--no-control-socket",
        *("--log-level", "warning"),
        "grader.web.serving:application()",
    ]
    os.execv(sys.executable, arguments)  # noqa: S606 - our own server, no shell, no text of a user.
