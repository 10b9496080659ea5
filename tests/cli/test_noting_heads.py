"""The nightly head: in a file or a mailbox, it shows what whoever holds the database rewrote."""

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.db.session import transaction
from grader.domain.ledger import Act
from tests.cli.desk import Desk
from tests.support.ledgers import act, tamper
from tests.support.post_office import PostOffice, open_post_office


@pytest.fixture
def kept(desk: Desk) -> Desk:
    """A desk at whose course two things were done."""
    do_something(desk, 2)
    return desk


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    return tmp_path / "heads.txt"


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    with open_post_office() as opened:
        monkeypatch.setenv("GRADER_SMTP_URL", f"smtp://127.0.0.1:{opened.port}")
        yield opened


def do_something(desk: Desk, times: int = 1) -> None:
    engine = desk.engine()
    for _ in range(times):
        with transaction(engine) as session:
            act(session, what=Act.EXPORT)
    engine.dispose()


def rewrite(desk: Desk, entry: int) -> None:
    """Make an entry and all after it anew, as somebody could who holds the database."""
    engine = desk.engine()
    tamper(engine, f"DELETE FROM ledger_bodies WHERE number >= {entry}")
    tamper(engine, f"DELETE FROM ledger WHERE number >= {entry}")
    engine.dispose()
    do_something(desk, 3)


def test_each_night_adds_a_line_with_its_moment_and_verify_takes_them_all(
    kept: Desk, heads: Path
) -> None:
    for night in range(3):
        head = kept.run("ledger", "head", "--append", heads).stdout.strip()
        assert head.startswith(f"{night + 2}:")
        do_something(kept)
    lines = heads.read_text().splitlines()
    assert len(lines) == 3
    assert all(re.fullmatch(r"20\S+Z \d:[0-9a-f]{64}", line) for line in lines)
    assert stat.S_IMODE(heads.stat().st_mode) & 0o022 == 0
    told = kept.run("ledger", "verify", "--heads", heads).stdout
    assert told == (
        "The ledger is whole: 5 entries. Up to entry 4, nothing was rewritten since it was noted.\n"
    )
    assert kept.json("ledger", "verify", "--heads", heads)["heads"] == 3


def test_a_night_in_which_nothing_was_done_adds_nothing(kept: Desk, heads: Path) -> None:
    kept.run("ledger", "head", "--append", heads)
    once = heads.read_text()
    assert "nothing was done since" in kept.run("ledger", "head", "--append", heads).stderr
    assert heads.read_text() == once


@pytest.mark.parametrize("entry", [1, 2])
def test_a_ledger_that_was_rewritten_fits_the_file_no_more_and_nothing_is_added(
    kept: Desk, heads: Path, entry: int
) -> None:
    kept.run("ledger", "head", "--append", heads)
    once = heads.read_text()
    rewrite(kept, entry)
    assert "whole" in kept.run("ledger", "verify").stdout  # The chain alone can't tell.
    refusal = kept.run("ledger", "head", "--append", heads, code=1).stderr
    assert f"entry 2 has another hash than was noted in {heads}: it, or one before" in refusal
    assert heads.read_text() == once
    told = kept.run("ledger", "verify", "--heads", heads, code=1).stdout
    assert "the first that is wrong is 2. It has another hash" in told


def test_an_old_head_tells_although_a_newer_one_was_noted_of_the_rewritten_ledger(
    kept: Desk, heads: Path
) -> None:
    kept.run("ledger", "head", "--append", heads)
    rewrite(kept, 1)
    newer = kept.run("ledger", "head").stdout
    heads.write_text(f"# two machines note here\n\n{heads.read_text()}{newer}")
    kept.run("ledger", "verify", "--heads", heads, code=1)


def test_the_head_is_mailed_in_a_line_that_a_file_takes(
    kept: Desk, heads: Path, office: PostOffice
) -> None:
    head = kept.run("ledger", "head", "--mail", "ina@example.edu").stdout.strip()
    letter = office.letter("ina@example.edu")
    assert "ledger, entry 2" in letter["Subject"]
    body = letter.get_content()
    assert f"grader ledger verify --head {head}\n" in body
    heads.write_text(body.splitlines()[2])
    assert kept.json("ledger", "verify", "--heads", heads)["faults"] == []


def test_without_a_mail_server_that_is_said(kept: Desk) -> None:
    refusal = kept.run("ledger", "head", "--mail", "ina@example.edu", code=1).stderr
    assert "Set GRADER_SMTP_URL" in refusal


def test_a_ledger_that_is_not_whole_is_not_noted(
    kept: Desk, heads: Path, office: PostOffice
) -> None:
    engine = kept.engine()
    tamper(engine, "UPDATE ledger_bodies SET reason = 'other' WHERE number = 1")
    engine.dispose()
    kept.run("ledger", "head", "--append", heads, "--mail", "ina@example.edu", code=1)
    assert not heads.exists()
    assert office.messages == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"# so\n12:abc\n", "Line 2 of the heads: A head of the ledger is"),
        ("\N{LATIN SMALL LETTER E WITH ACUTE}".encode(), "no file of heads"),
    ],
)
def test_another_file_is_refused_and_stays_as_it_is(
    kept: Desk, heads: Path, content: bytes, words: str
) -> None:
    heads.write_bytes(content)
    assert words in kept.run("ledger", "head", "--append", heads, code=1).stderr
    refusal = kept.run("ledger", "verify", "--heads", heads, code=1).stderr
    assert refusal.startswith(f"Error: {heads}")
    assert words in refusal
    assert heads.read_bytes() == content


def test_a_file_that_can_not_be_written_or_read_is_told(kept: Desk, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "heads.txt"
    assert "can't be written" in kept.run("ledger", "head", "--append", nowhere, code=1).stderr
    assert "can't be read" in kept.run("ledger", "verify", "--heads", nowhere, code=1).stderr


def test_an_empty_ledger_has_nothing_to_note(desk: Desk, heads: Path) -> None:
    assert "is empty" in desk.run("ledger", "head", "--append", heads, code=1).stderr
    assert not heads.exists()
