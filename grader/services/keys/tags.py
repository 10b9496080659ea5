"""What a mistake that staff describe is called, and the words for students."""

import re

from grader.domain.errors import InvalidRequest
from grader.domain.grading import AnswerKey
from grader.domain.staff_edits import STAFF

LONGEST_TAG, LONGEST_WORDS = 40, 500
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def staff_tag(name: str) -> str:
    """The tag of a mistake that staff call so.

    Raises:
        InvalidRequest: it has other characters than small letters, digits and hyphens, or is too long.
    """
    plain = name.strip().removeprefix(STAFF)
    if len(plain) > LONGEST_TAG or not _NAME.fullmatch(plain):
        raise InvalidRequest(
            f"Give it a short name, of at most {LONGEST_TAG} small letters and digits, with hyphens between "
            "words, such as forgot-the-bias."
        )
    return f"{STAFF}{plain}"


def free_tag(key: AnswerKey) -> str:
    """The next number among the tags of staff, for a hint that nobody names."""
    number = 1
    while f"{STAFF}{number}" in key.hints:
        number += 1
    return f"{STAFF}{number}"


def checked_words(words: str) -> str:
    """What students are told, as it is stored.

    Raises:
        InvalidRequest: it is empty, too long, or more than a line of plain text.
    """
    said = " ".join(words.split())
    if not said or len(said) > LONGEST_WORDS or not said.isprintable():
        raise InvalidRequest(
            f"Write what students are told, in one line of at most {LONGEST_WORDS} characters."
        )
    return said
