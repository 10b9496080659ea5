from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from grader.domain.health import (
    BACKUP_FINE,
    BACKUP_OLD,
    CLOCK_SLACK,
    KEYS_LOOKED_AT,
    KeyFacts,
    Sign,
    backup_line,
    clock_line,
    key_line,
    policy_line,
)

NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
FACTS = KeyFacts("pset7/ancestry", 1, 1, NOW, "current", (), NOW)


@pytest.mark.parametrize(
    ("made_at", "sign", "words"),
    [
        (None, Sign.BAD, "Never"),
        (NOW, Sign.OK, "Made"),
        (NOW + CLOCK_SLACK, Sign.OK, "Made"),
        (NOW + CLOCK_SLACK + TICK, Sign.LOOK, "future"),
        (NOW - BACKUP_FINE, Sign.OK, "Made"),
        (NOW - BACKUP_FINE - TICK, Sign.LOOK, "two days"),
        (NOW - BACKUP_OLD, Sign.LOOK, "two days"),
        (NOW - BACKUP_OLD - TICK, Sign.BAD, "a week"),
    ],
)
def test_a_backup_has_to_be_there_and_young(
    made_at: datetime | None, sign: Sign, words: str
) -> None:
    line = backup_line(made_at, NOW)
    assert (line.sign, line.at) == (sign, made_at)
    assert words in line.words
    assert ("grader db backup" in line.todo) is (sign is not Sign.OK)


@pytest.mark.parametrize(
    ("newest", "sign"),
    [
        (None, Sign.OK),
        (NOW, Sign.OK),
        (NOW + CLOCK_SLACK, Sign.OK),
        (NOW + CLOCK_SLACK + TICK, Sign.BAD),
    ],
)
def test_a_clock_that_went_back_is_found_by_what_is_stored(
    newest: datetime | None, sign: Sign
) -> None:
    assert clock_line(newest, NOW).sign is sign


@pytest.mark.parametrize(
    ("facts", "sign", "words", "todo"),
    [
        (FACTS, Sign.OK, "Version 1 grades and fits", ""),
        (replace(FACTS, active=None), Sign.BAD, "No key grades it", "publish pset7/ancestry"),
        (replace(FACTS, state=None, checked_at=None), Sign.LOOK, "never compared", "keys status"),
        (
            replace(FACTS, state="stale", reasons=("part a changed", "b is new")),
            Sign.LOOK,
            "stale: part a changed; b is new",
            "publish pset7/ancestry",
        ),
        (replace(FACTS, state="stale"), Sign.LOOK, "stale: the files changed", "publish"),
        (
            replace(FACTS, state="inactive", newest=2),
            Sign.LOOK,
            "Version 1 grades; version 2 waits",
            "regrade plan pset7/ancestry",
        ),
        (replace(FACTS, state="inactive"), Sign.OK, "Version 1 grades and fits", ""),
        (replace(FACTS, checked_at=NOW - KEYS_LOOKED_AT), Sign.OK, "Version 1", ""),
        (
            replace(FACTS, checked_at=NOW - KEYS_LOOKED_AT - TICK),
            Sign.LOOK,
            "more than a week",
            "keys status",
        ),
    ],
)
def test_a_key_is_judged_by_what_was_found_last(
    facts: KeyFacts, sign: Sign, words: str, todo: str
) -> None:
    line = key_line(facts, NOW)
    assert (line.what, line.sign) == ("pset7/ancestry", sign)
    assert words in line.words
    assert todo in line.todo
    assert bool(line.todo) is (sign is not Sign.OK)


@pytest.mark.parametrize(
    ("found", "sign", "words", "todo"),
    [
        (("current", 2), Sign.OK, "Version 2 scores, and says", ""),
        (("missing", None), Sign.BAD, "nothing is scored", "grader policy publish pset7"),
        (("stale", 2), Sign.LOOK, "otherwise about due, points", "grader policy publish pset7"),
        (("inactive", 1), Sign.LOOK, "version 2 waits for a rescore", "grader policy plan pset7"),
    ],
)
def test_a_policy_is_judged_beside_the_files(
    found: tuple[str, int | None], sign: Sign, words: str, todo: str
) -> None:
    state, active = found
    line = policy_line("pset7", state=state, active=active, newest=2, changes=("due", "points"))
    assert (line.sign, words in line.words) == (sign, True)
    assert line.todo.endswith(todo)
    assert bool(line.todo) is (sign is not Sign.OK)
