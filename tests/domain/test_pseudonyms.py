"""A pseudonym in the place of names: as words, in any case, and in documents."""

from typing import Any

import pytest

from grader.domain.pseudonyms import Naming

ADA = Naming(7, "ada", "Ada Abebe", "ada@example.edu", "0012")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("ada", "removed-7"),
        ("ADA, Ada Abebe and ada@example.edu", "removed-7, Removed person 7 and removed-7"),
        ("(0012)", "(removed-7)"),
        ("adapt canada ada_ 00123 Adaé", "adapt canada ada_ 00123 Adaé"),
        ("", ""),
    ],
)
def test_names_are_hidden_as_words(text: str, hidden: str) -> None:
    assert ADA.hidden(text) == hidden
    assert ADA.names(text) == (text != hidden)


def test_what_a_roster_leaves_empty_hides_nothing() -> None:
    assert Naming(7, "ada", "Ada").hidden("a  b") == "a  b"


def test_a_name_that_is_the_login_gets_the_login_s_pseudonym() -> None:
    assert Naming(7, "ada", "Ada").hidden("Ada") == "removed-7"


@pytest.mark.parametrize("sign", [".", "+", "(", "\\", "|"])
def test_signs_in_a_login_mean_themselves(sign: str) -> None:
    one = Naming(7, f"a{sign}b", "")
    assert one.hidden(f"a{sign}b axb ab") == "removed-7 axb ab"


@pytest.mark.parametrize(
    ("document", "hidden"),
    [
        ({"students": ["Ada Abebe", 1, None]}, {"students": ["Removed person 7", 1, None]}),
        (
            {"kept": [{"student": "ada", "x": True}]},
            {"kept": [{"student": "removed-7", "x": True}]},
        ),
        # A login may be a word of the document's own.
        ({"ada": "ada", "parts": ["ada"]}, {"ada": "ada", "parts": ["ada"]}),
        ("by Ada", "by removed-7"),
        (["ada"], ["removed-7"]),
        (12, 12),
    ],
)
def test_documents_are_gone_through(document: Any, hidden: Any) -> None:
    assert ADA.hidden_in(document) == hidden
