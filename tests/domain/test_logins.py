import pytest

from grader.domain.logins import fold


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ada", "ada"),
        (" ADA\t", "ada"),
        ("\u00a0Ada@Example.EDU", "ada@example.edu"),
        ("JU\u0308RGEN", "j\u00fcrgen"),
        ("J\u00dcRGEN", "j\u00fcrgen"),
        ("ada lovelace", "ada lovelace"),
        ("\ud800", "\ud800"),
        ("", ""),
    ],
)
def test_every_spelling_of_a_login_is_one(typed: str, stored: str) -> None:
    assert fold(typed) == stored
    assert fold(stored) == stored
