"""A mail server of our own on this machine, that takes real connections and does what a test asks of it."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from grader.domain.mail_server import MailServer

SENDER = "staff@example.edu"


@dataclass
class PostOffice:
    """What a server was handed, and how it behaves.

    ``refuse`` names addresses that it does not take, with the code of its answer. ``hang_up`` are the numbers
    of messages at whose end it cuts the line without an answer, ``full`` those that it answers with a code.
    """

    port: int = 0
    refuse: dict[str, int] = field(default_factory=dict)
    hang_up: set[int] = field(default_factory=set)
    full: dict[int, int] = field(default_factory=dict)
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    connections: int = 0
    offered: int = 0

    @property
    def server(self) -> MailServer:
        return MailServer("127.0.0.1", self.port, closed=False, user="", password="", sender=SENDER)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def told(self) -> list[str]:
        """The addresses that got something, in order."""
        return [address for address, _text in self.messages]

    def letter(self, address: str) -> EmailMessage:
        """The one message to an address."""
        (text,) = [text for to, text in self.messages if to == address]
        read = message_from_bytes(text, policy=default)
        assert isinstance(read, EmailMessage)
        return read


@contextmanager
def open_post_office() -> Iterator[PostOffice]:
    office = PostOffice()

    class Clerk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            office.connections += 1
            with suppress(ConnectionError):
                _serve(office, self)

    class Hall(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Hall(("127.0.0.1", 0), Clerk) as hall:
        office.port = hall.server_address[1]
        thread = threading.Thread(target=hall.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield office
        finally:
            hall.shutdown()
            thread.join()


def _serve(office: PostOffice, clerk: socketserver.StreamRequestHandler) -> None:
    def say(answer: str) -> None:
        clerk.wfile.write(f"{answer}\r\n".encode())

    say("220 here")
    address = ""
    for line in iter(clerk.rfile.readline, b""):
        verb, _, rest = line.decode("latin-1").strip().partition(" ")
        if verb.upper() == "RCPT":
            address = rest.partition("<")[2].partition(">")[0]
            code = office.refuse.get(address, 250)
            say(f"{code} {'fine' if code == 250 else 'no such person ' + address}")
        elif verb.upper() == "DATA":
            say("354 go on")
            text = _text(clerk)
            office.offered += 1
            if office.offered in office.hang_up:
                return
            if office.offered in office.full:
                say(f"{office.full[office.offered]} full")
                continue
            office.messages.append((address, text))
            say("250 taken")
        elif verb.upper() == "QUIT":
            say("221 bye")
            return
        else:
            say("250 fine")


def _text(clerk: socketserver.StreamRequestHandler) -> bytes:
    lines: list[bytes] = []
    for line in iter(clerk.rfile.readline, b".\r\n"):
        if not line:
            break
        assert line.isascii(), "we did not say that we take eight bits"
        lines.append(line.removeprefix(b"."))
    return b"".join(lines).replace(b"\r\n", b"\n")
