"""What students are written is plain, names what became of their points, and leads to their page."""

from decimal import Decimal

import pytest

from grader.domain.letters import letter, regraded, rescored, rescored_elsewhere
from grader.domain.seen_scores import SeenScore, went


def test_a_letter_greets_tells_and_leads_to_the_grades() -> None:
    written = letter(
        course="CS109",
        assignment="Pset 7",
        name="Ada Abebe",
        told=["One thing.", "Another."],
        link="https://grader.example.edu/grades",
    )
    assert written.subject == "CS109: your points in Pset 7"
    assert written.body == (
        "Hello Ada Abebe,\n\nOne thing.\n\nAnother.\n\n"
        "What counts of each part, and why, stands on your page of grades:\n"
        "https://grader.example.edu/grades\n\nYou need not do anything.\n"
    )


def test_a_title_with_a_line_end_makes_no_header_of_its_own() -> None:
    written = letter(course="C\nBcc: x", assignment=" Pset\r\n 7", name="A", told=[], link="l")
    assert written.subject == "C Bcc: x: your points in Pset 7"


@pytest.mark.parametrize(
    ("undone", "after", "how", "what"),
    [
        (False, "8", "changed", "went from 3 to 8."),
        (True, "3", "was changed back", "stayed at 3."),
    ],
)
def test_a_regrade_is_told_in_points(*, undone: bool, after: str, how: str, what: str) -> None:
    assert regraded(
        problem="problem 2", assignment="Pset 7", undone=undone, before="3", after=after
    ) == (
        f"The answer key of problem 2 in Pset 7 {how}, and answers of yours were graded again. "
        f"Your points of all parts of this assignment {what}"
    )


def test_a_rescore_is_told_as_the_rules_that_changed() -> None:
    assert rescored(assignment="Pset 7", undone=False, went="stayed at 3 of 10") == (
        "The rules by which Pset 7 is scored changed. Your score stayed at 3 of 10."
    )
    assert "were changed back." in rescored(assignment="Pset 7", undone=True, went="went away")
    assert rescored_elsewhere(assignment="Pset 8", went="stayed at 3 of 10") == (
        "Late days are shared, so your score on Pset 8 changed too: it stayed at 3 of 10."
    )


def score(points: str, late_days: int = 0, possible: str = "10") -> SeenScore:
    return SeenScore(Decimal(points), Decimal(possible), late_days)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (score("3"), score("5.50"), "went from 3 of 10 to 5.5 of 10"),
        (score("3"), score("3", possible="9"), "went from 3 of 10 to 3 of 9"),
        (score("3"), score("3.0"), "stayed at 3 of 10"),
        (score("3", 1), score("3"), "stayed at 3 of 10, and it takes no late day in place of 1"),
        (
            score("3"),
            score("4", 1),
            "went from 3 of 10 to 4 of 10, and it takes 1 late day in place of 0",
        ),
        (score("3", 1), score("3", 2), "stayed at 3 of 10, and it takes 2 late days in place of 1"),
    ],
)
def test_what_became_of_a_score_is_said_in_a_few_words(
    before: SeenScore, after: SeenScore, said: str
) -> None:
    assert went(before, after) == said
