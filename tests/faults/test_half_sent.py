"""Requests that are never finished, or too large, hold up nobody."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http import HTTPStatus

import pytest

from tests.support.databases import Databases
from tests.support.form_visitor import FormVisitor
from tests.support.served_course import served_course
from tests.support.servers import Server

THREADS = 8
FORM = b"POST /signin HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
HALVES = [
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-",
    FORM + b"Content-Length: 50\r\n\r\nlogin=a",
]
LARGE = {
    "a long line": b"GET /healthz?" + b"x" * 5_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long field": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 9_000 + b"\r\n\r\n",
    "many fields": b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X: x\r\n" * 101 + b"\r\n",
    "a large body": FORM + b"Content-Length: 9999999999\r\n\r\nlogin=a",
}
REFUSALS = {b"400", b"413", b"414", b"431"}

pytestmark = pytest.mark.load


@pytest.fixture(scope="module", params=["tests.faults.impatient:application()"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, databases: Databases
) -> Iterator[Server]:
    url, folder = databases.migrated("sqlite"), tmp_path_factory.mktemp("server")
    with served_course(url, folder, students=0, application=request.param) as course, course.server:
        yield course.server
    databases.give_back(url)


def ended(server: Server, half: bytes, seconds: float) -> bool:
    """Whether the server ends the connections of a half request that many clients sent."""
    with ExitStack() as stack:
        opened = []
        for _ in range(4 * THREADS):
            each = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            each.sendall(half)
            each.settimeout(seconds)
            opened.append(each)
        try:
            for each in opened:
                while each.recv(65536):
                    pass
        except TimeoutError:
            return False
        except ConnectionResetError:
            pass
        return FormVisitor(server.port).get("/healthz").status == HTTPStatus.OK


@pytest.mark.parametrize("half", HALVES, ids=["fields", "body"])
def test_requests_that_are_never_finished_are_ended_and_others_answered(
    server: Server, half: bytes
) -> None:
    assert ended(server, half, 30)


@pytest.mark.usefixtures("soaking")
@pytest.mark.parametrize("server", ["grader.web.serving:application()"], indirect=True)
def test_a_server_that_waits_for_them_is_found(server: Server) -> None:
    """The negative control: half a minute is as good as forever here."""
    assert not ended(server, HALVES[0], 3)


@pytest.mark.parametrize("name", LARGE)
def test_what_is_too_large_is_refused_before_it_is_read(server: Server, name: str) -> None:
    with closing(socket.create_connection(("127.0.0.1", server.port))) as client:
        client.settimeout(30)
        client.sendall(LARGE[name])
        assert client.recv(65536).split(b" ", 2)[1] in REFUSALS
