"""Mail is handed in at a real server on this machine: many messages over one connection."""

import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import replace

import pytest

from grader.domain.errors import MailFailed, NotDelivered
from grader.domain.mail_server import MailServer
from grader.services.telling.mail import connected
from tests.support.post_office import SENDER, PostOffice, open_post_office


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as opened:
        yield opened


LETTER = {"subject": "Your points: 3 → 5", "body": "Hello Zoë,\n\n.a line with a dot\n"}


def test_many_messages_go_over_one_connection_and_arrive_as_they_were_written(
    office: PostOffice,
) -> None:
    with connected(office.server) as connection:
        for address in ("ada@example.edu", "bob@example.edu"):
            connection.send(address=address, **LETTER)
    assert (office.connections, office.told) == (1, ["ada@example.edu", "bob@example.edu"])
    letter = office.letter("bob@example.edu")
    assert (letter["To"], letter["From"]) == ("bob@example.edu", SENDER)
    assert letter["Subject"] == LETTER["subject"]
    assert letter.get_content() == LETTER["body"]


@pytest.mark.parametrize("code", [450, 550])
def test_an_address_that_is_refused_stops_none_of_the_others(office: PostOffice, code: int) -> None:
    office.refuse["ada@example.edu"] = code
    with connected(office.server) as connection:
        with pytest.raises(
            NotDelivered, match=f"its address is not taken .code {code}."
        ) as refusal:
            connection.send(address="ada@example.edu", **LETTER)
        assert "ada" not in str(refusal.value), "what is logged names nobody"
        assert connection.open
        connection.send(address="bob@example.edu", **LETTER)
    assert (office.connections, office.told) == (1, ["bob@example.edu"])


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "ada@example.edu\nBcc: eve@example.edu"},
        {"address": "zoë@example.edu"},
        {"subject": "two\nlines"},
    ],
)
def test_what_can_not_be_written_into_a_header_is_not_sent(
    office: PostOffice, changes: dict[str, str]
) -> None:
    with connected(office.server) as connection, pytest.raises(NotDelivered):
        connection.send(**{"address": "ada@example.edu", **LETTER, **changes})
    assert office.messages == []


def test_a_line_that_is_cut_leaves_it_open_whether_the_message_was_taken(
    office: PostOffice,
) -> None:
    office.hang_up = {1}
    with connected(office.server) as connection:
        with pytest.raises(MailFailed, match="connection to the mail server broke"):
            connection.send(address="ada@example.edu", **LETTER)
        assert not connection.open


def test_a_message_that_is_refused_at_its_end_is_told_with_the_code(office: PostOffice) -> None:
    office.full[1] = 552
    with connected(office.server) as connection:
        with pytest.raises(NotDelivered, match=r"the server answered with code 552\."):
            connection.send(address="ada@example.edu", **LETTER)
        connection.send(address="bob@example.edu", **LETTER)
    assert office.told == ["bob@example.edu"]


@pytest.mark.parametrize("closed", [False, True])
def test_who_signs_in_does_so_on_a_closed_line(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch, *, closed: bool
) -> None:
    said: list[object] = []

    # A certificate for this machine would be needed: what is asked for stands for the line being closed.
    def open_closed(host: str, port: int, *, timeout: int, context: ssl.SSLContext) -> smtplib.SMTP:
        said.append(context)
        return smtplib.SMTP(host, port, timeout=timeout)

    monkeypatch.setattr(smtplib, "SMTP_SSL", open_closed)
    monkeypatch.setattr(smtplib.SMTP, "starttls", lambda _smtp, context: said.append(context))
    monkeypatch.setattr(smtplib.SMTP, "login", lambda _smtp, *who: said.append(who))
    server = replace(office.server, closed=closed, user="me", password="hunter2")  # noqa: S106 - it is none.
    with connected(server) as connection:
        connection.send(address="ada@example.edu", **LETTER)
    context, who = said
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert who == ("me", "hunter2")


def test_a_server_that_is_full_refuses_and_ends_the_connection(office: PostOffice) -> None:
    office.refuse["ada@example.edu"] = 421
    with connected(office.server) as connection:
        with pytest.raises(NotDelivered, match="code 421"):
            connection.send(address="ada@example.edu", **LETTER)
        assert not connection.open


def test_a_server_that_is_not_there_is_told_by_its_name_alone() -> None:
    with open_post_office() as closed:
        server = closed.server
    with pytest.raises(MailFailed, match=r"The mail server 127\.0\.0\.1 can't be used: Connection"):
        open_one(server)


def test_who_is_not_let_in_is_told_so_without_the_password(office: PostOffice) -> None:
    server = replace(office.server, user="me", password="hunter2")  # noqa: S106 - it is none.
    assert "hunter2" not in repr(server)
    with pytest.raises(MailFailed) as refusal:
        open_one(
            server
        )  # This server knows no STARTTLS, and a password never goes over an open line.
    assert "hunter2" not in str(refusal.value)
    assert office.messages == []


def test_a_closed_line_is_spoken_from_the_first_byte(office: PostOffice) -> None:
    with pytest.raises(MailFailed, match="SSLError"):
        open_one(replace(office.server, closed=True))


def open_one(server: MailServer) -> None:
    with connected(server):
        raise AssertionError("it is open")
