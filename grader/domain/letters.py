"""What students are written when staff changed how their work is graded or scored. Pure functions.

No expected value stands in it, nor a reason that staff gave each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and a text."""

    subject: str
    body: str


def letter(*, course: str, assignment: str, name: str, told: Sequence[str], link: str) -> Letter:
    """Write to a student of this name: each of ``told`` is a paragraph, ``link`` leads to their grades."""
    paragraphs = [
        f"Hello {name},",
        *told,
        f"What counts of each part, and why, stands on your page of grades:\n{link}",
        "You need not do anything.",
    ]
    # A line end in a title or a name would begin another header.
    subject = " ".join(f"{course}: your points in {assignment}".split())
    return Letter(subject, "\n\n".join(paragraphs) + "\n")


def regraded(*, problem: str, assignment: str, undone: bool, before: str, after: str) -> str:
    """That a problem's key changed, and what became of the points of its assignment's parts."""
    how = "was changed back" if undone else "changed"
    moved = f"stayed at {after}" if before == after else f"went from {before} to {after}"
    return (
        f"The answer key of {problem} in {assignment} {how}, and answers of yours were graded again. Your "
        f"points of all parts of this assignment {moved}."
    )


def rescored(*, assignment: str, undone: bool, went: str) -> str:
    """That an assignment's rules changed, and what became of the score."""
    how = "were changed back" if undone else "changed"
    return f"The rules by which {assignment} is scored {how}. Your score {went}."


def rescored_elsewhere(*, assignment: str, went: str) -> str:
    """What became of the score on another assignment, which shares the late days."""
    return f"Late days are shared, so your score on {assignment} changed too: it {went}."
