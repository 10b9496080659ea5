"""Which answers a regrade moves, as it is stored and as it is told."""

import json
from datetime import UTC, datetime

import pytest

from grader.domain.regrade_scope import EVERYTHING, Scope, scope_from

AT, LATER = datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SCOPES = [
    (EVERYTHING, ""),
    (Scope(parts=("set/sum/a",)), "only part (a)"),
    (Scope(parts=("set/sum/a", "set/sum/b")), "only parts (a), (b)"),
    (Scope(sections=("Mon 1:30",)), "only section Mon 1:30"),
    (Scope(students=("ada", "ben")), "only students ada, ben"),
    (Scope(since=AT), "only answers from 2026-03-01 08:00 UTC on"),
    (Scope(until=LATER), "only answers before 2026-03-02 09:30 UTC"),
    (Scope(held=True), "also what earlier regrades kept"),
    (
        Scope(("set/sum/a",), ("Mon",), ("ada",), AT, LATER, held=True),
        (
            "only part (a); section Mon; student ada; answers from 2026-03-01 08:00 UTC on; answers before "
            "2026-03-02 09:30 UTC; also what earlier regrades kept"
        ),
    ),
]


@pytest.mark.parametrize(("scope", "words"), SCOPES)
def test_it_is_told_in_words_and_stored_as_json(scope: Scope, words: str) -> None:
    assert scope.words() == words
    assert scope_from(json.loads(json.dumps(scope.document()))) == scope


@pytest.mark.parametrize(("scope", "words"), SCOPES)
def test_it_is_whole_while_no_answer_is_left_out(scope: Scope, words: str) -> None:
    assert scope.whole is (words in {"", "also what earlier regrades kept"})


def test_what_is_not_named_is_not_stored() -> None:
    assert EVERYTHING.document() == {}
