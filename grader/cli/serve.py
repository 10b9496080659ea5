"""``grader serve``: the server.

Gunicorn takes this process's place, so that the serving processes hold nothing that was loaded to prepare
them: no reference solution and no expected value beyond what the database has.
"""

import errno
import os
import socket
import sys
from tempfile import mkdtemp

import click

from grader.cli import as_called
from grader.cli.context import (
    looking,
    migrated_engine,
    open_catalog,
    told_plainly,
)
from grader.cli.links import PORT, note_address
from grader.cli.output import note
from grader.cli.preparing import prepare
from grader.cli.whole_number import WholeNumber
from grader.config import COUNTS_FOLDER, PROJECT, Settings, debugging, load_settings, public_address
from grader.db.findings import findings
from grader.domain.errors import BadConfiguration, InvalidRequest
from grader.services.keys.published import missing_keys

WORKERS, THREADS = 2, 4
# Of each process, waiting ones too: what comes beyond waits in the socket's own queue, or is not let in.
CONNECTIONS, BACKLOG = 250, 256
APPLICATION = "grader.web.serving:application()"
WORKER_CLASS = "grader.web.worker.Worker"
_NEXT_PORTS = 20


@click.command("serve", epilog="Example: grader serve --port 8110")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=WholeNumber(0, 65535), default=PORT, show_default=True)
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
    address = public_address(settings)
    if not address:
        address = url_of(listening)
        note_address(settings, address)
    click.echo(f"Serving at {address}")
    for login, token in tokens.items():
        click.echo(f"Sign in as {login}: {address}/signin/{token}")
    if tokens:
        click.echo(as_called("For others: grader roster signin-link LOGIN"))
    sys.stdout.flush()
    if settings.metrics_token.get_secret_value():
        # Where its processes count together; they have no other memory in common.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = mkdtemp(prefix=COUNTS_FOLDER)
    _become_gunicorn(listening)


def check_production(settings: Settings) -> None:
    """Refuse to serve a real course that could lose or give away something.

    Raises:
        BadConfiguration: naming each reason.
    """
    if debugging():
        raise BadConfiguration(
            "FLASK_DEBUG is set: a debugger shows what only the server may know. Unset it."
        )
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
        return socket.create_server((host, port), family=_family(host), backlog=BACKLOG)
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


def gunicorn_command(bind: str, application: str = APPLICATION) -> list[str]:
    """The command line of the server that listens at ``bind``."""
    return [
        *(sys.executable, "-m", "gunicorn"),
        *("--bind", bind),
        *("--worker-class", WORKER_CLASS),
        *("--workers", str(WORKERS), "--threads", str(THREADS)),
        *("--worker-connections", str(CONNECTIONS), "--backlog", str(BACKLOG)),
        *("--pythonpath", str(PROJECT)),
        # The problem files are read once: a process that begins later serves the same course as the
        # others, and a file that was broken meanwhile stops nothing.
        "--preload",
        # Its control socket lies in the home folder, and two servers would share it.
        "--no-control-socket",
        *("--log-level", "warning"),
        application,
    ]


def _become_gunicorn(listening: socket.socket) -> None:
    listening.set_inheritable(True)
    command = gunicorn_command(f"fd://{listening.detach()}")
    os.execv(sys.executable, command)  # noqa: S606 - our own server, no shell, no text of a user.
