"""Each text that is no number meets the same reader in the form and the API, and stores nothing."""

import pytest

from grader.domain.number import read_number
from grader.domain.unreadable import Reason
from tests.domain.test_number import ALL_UNREADABLE
from tests.support.school import School
from tests.web.pages import Reader, box, result

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PROBLEM, PART = "/pset7/ancestry", "pset7/ancestry/a"
LARGEST = 60_000


def sendable(text: str) -> bool:
    """Whether a browser can send it: half a character has no bytes in UTF-8."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def test_by_the_api(school: School) -> None:
    for text, reason in ALL_UNREADABLE:
        reply = school.submit(PART, text)
        if len(text) > LARGEST:
            assert reply.status_code == 413
            continue
        assert reply.json is not None
        assert (reply.status_code, reply.json["code"]) == (422, "unreadable_answer"), text
        assert reply.json["reason"] == reason
        assert reply.json["detail"] == read_number(text).message
    assert school.stored() == 0


def test_by_the_form(school: School) -> None:
    reader = Reader.of(school, "ada")
    page = reader.open(PROBLEM)
    for text, reason in ALL_UNREADABLE:
        if len(text) > LARGEST or not sendable(text) or reason is Reason.BLANK:
            continue
        reply = reader.check(PROBLEM, press="a", page=page, a=text)
        shown = reply.get_data(as_text=True)
        assert reply.status_code == 422, text
        assert "Can’t read this as a number" in result(shown, "a"), text
        assert " ".join(str(read_number(text).message).split()) in result(shown, "a"), text
        if text.isprintable():
            assert box(shown, "a") == text
    assert school.stored() == 0
