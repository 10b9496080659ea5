"""What is told of a wrong answer beyond its verdict: to students a hint if policy lets it, to staff all."""

from dataclasses import dataclass

from grader.domain.detectors import DETECTORS
from grader.domain.grading import AnswerKey
from grader.domain.misconceptions import Hint
from grader.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Mistake:
    """What staff are told of a wrong answer: its tag and that in words, in Markdown.

    There are no words for a tag that the key does not know. ``told`` says whether students may be told.
    """

    tag: str
    words: str
    told: bool


def told_hint(
    policy: Policy, key: AnswerKey, part: str, tag: str | None, *, wrong: int
) -> Hint | None:
    """What a student is told of a wrong answer with this tag, or None.

    ``wrong`` counts the student's wrong attempts at the part until now, this one included; from the
    policy's number on, every wrong answer to the part is told with its hint, earlier ones too.
    """
    # Looked up first, so that an answer without a hint takes the same way as one that has it too early.
    hint = key.hint(part, tag)
    return (
        hint if policy.hints_after_wrong is not None and wrong >= policy.hints_after_wrong else None
    )


def mistake(key: AnswerKey, part: str, tag: str | None) -> Mistake | None:
    """What staff are told of a wrong answer with this tag, or None if it has none."""
    if tag is None:
        return None
    known = key.hints.get(tag)
    words = known.message if known else DETECTORS.get(tag, "")
    return Mistake(tag, words, told=key.hint(part, tag) is not None)
