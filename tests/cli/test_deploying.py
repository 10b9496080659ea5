"""``grader keys publish --variants``."""

import re

import pytest
from sqlalchemy import select

from grader.db.models import Variant
from grader.db.session import reading
from grader.domain.grading import AnswerKey
from grader.services.keys.documents import key_from
from tests.cli.desk import ENTROPY, Desk

GENERATOR = 'generator = "generate"\n'
ALMOST_NO_GAIN, UNSOLVABLE = 5, 1
"""Seeds of drafts that are discarded, of the entropy problem and of the first."""


def stored(desk: Desk) -> list[Variant]:
    engine = desk.engine()
    with reading(engine) as session:
        rows = list(session.scalars(select(Variant).order_by(Variant.number)))
        session.expunge_all()
    engine.dispose()
    return rows


def keys(desk: Desk) -> list[AnswerKey]:
    return [key_from(row.content) for row in stored(desk)]


def test_as_many_variants_are_deployed_as_are_asked_for_and_missing(desk: Desk) -> None:
    for wanted, variants, new in ((2, 2, 2), (5, 5, 3), (5, 5, 0), (1, 5, 0)):
        (row,) = desk.json("keys", "publish", ENTROPY, "--variants", wanted)
        assert (row["problem"], row["variants"], row["new"]) == (ENTROPY, variants, new)
        assert len(stored(desk)) == variants
    rows = stored(desk)
    assert [row.number for row in rows] == [1, 2, 3, 4, 5]
    # The seeds are drawn from the system's source: five of 128 bits differ, and are large.
    seeds = {int(row.provenance["seed"]) for row in rows}
    assert len(seeds) == 5
    assert min(seeds) > 2**100
    answers = {tuple(p.expected for p in key.parts.values()) for key in keys(desk)}
    assert len(answers) == 5


def test_without_the_option_nothing_is_generated_and_nothing_said_of_variants(desk: Desk) -> None:
    result = desk.run("keys", "publish", ENTROPY)
    assert "variant" not in result.output
    assert stored(desk) == []


def test_it_says_what_it_did(desk: Desk) -> None:
    result = desk.run("keys", "publish", ENTROPY, "--variants", 3)
    assert re.search(rf"{ENTROPY} +1 +yes +yes +3 +3", result.stdout)
    assert f"{ENTROPY}: 3 practice variants, 3 of them new." in result.stderr


def test_of_all_problems_those_with_a_generator_get_variants(desk: Desk) -> None:
    desk.edit("pset7/assignment.toml", '"logistic_regression", "ancestry", ', "")
    desk.edit("pset7/calibration/problem.toml", GENERATOR, "")
    desk.edit("course.toml", '"pset7", "lecture_deep_learning"', '"pset7"')
    rows = desk.json("keys", "publish", "--variants", 1)
    assert [(row["problem"], row["variants"]) for row in rows] == [
        ("pset7/calibration", None),
        (ENTROPY, 1),
    ]


def test_a_problem_without_a_generator_that_is_named_is_an_error(desk: Desk) -> None:
    desk.edit(f"{ENTROPY}/problem.toml", GENERATOR, "")
    result = desk.run("keys", "publish", ENTROPY, "--variants", 1, code=1)
    assert f"{ENTROPY} names no generator in its problem.toml" in result.output


@pytest.mark.parametrize("number", ["-1", "501", "x"])
def test_an_unlikely_number_of_variants_is_wrong_usage(desk: Desk, number: str) -> None:
    desk.run("keys", "publish", ENTROPY, "--variants", number, code=2)


def test_another_version_of_the_key_needs_variants_of_its_own(desk: Desk) -> None:
    desk.run("keys", "publish", ENTROPY, "--variants", 2)
    desk.edit(f"{ENTROPY}/problem.toml", "right = [5, 23]", "right = [6, 23]")
    (row,) = desk.json("keys", "publish", ENTROPY, "--variants", 2)
    assert (row["version"], row["variants"], row["new"]) == (2, 2, 2)
    assert [each.number for each in stored(desk)] == [1, 2, 3, 4]


def test_variants_of_a_key_that_waits_are_told_to_wait_with_it(desk: Desk) -> None:
    waits = "They belong to version 2 of pset7/decision_tree_entropy, which waits for a regrade"
    assert waits not in desk.run("keys", "publish", ENTROPY, "--variants", 1).stderr
    desk.run("policy", "publish")
    desk.enrol("ada")
    desk.answers(("ada", "a", "1"))
    desk.edit(f"{ENTROPY}/problem.toml", "right = [5, 23]", "right = [6, 23]")
    told = desk.run("keys", "publish", ENTROPY, "--variants", 1).stderr
    assert waits in " ".join(told.split())


def test_a_generator_that_the_file_misspells_is_an_error_and_deploys_nothing(desk: Desk) -> None:
    desk.edit(f"{ENTROPY}/problem.toml", GENERATOR, 'generator = "generat"\n')
    result = desk.run("keys", "publish", ENTROPY, "--variants", 1, code=1)
    assert "generat() is missing, and problem.toml names it" in result.output
    assert stored(desk) == []


def test_drafts_are_bounded_and_what_was_deployed_before_stays(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A source of seeds that repeats itself: every draft but the first is the same again.
    monkeypatch.setattr("secrets.randbits", lambda _bits: 0)
    result = desk.run("keys", "publish", ENTROPY, "--variants", 2, code=1)
    said = " ".join(result.output.split())
    assert f"{ENTROPY} has 1 variants, and the last 40 drafts for another one were all" in said
    assert "discarded: 40 equal to another. Look at its generator" in said
    assert [row.number for row in stored(desk)] == [1]


def test_why_no_draft_can_be_solved_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    simple = "pset7/logistic_regression"
    monkeypatch.setattr("secrets.randbits", lambda _bits: UNSOLVABLE)
    result = desk.run("keys", "publish", simple, "--variants", 1, code=1)
    said = " ".join(result.output.split())
    assert "all discarded: 40 not solvable." in said
    assert "the model must classify all of simple-test, and it classifies" in said


def test_discarded_drafts_are_counted_by_their_reason(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = iter([0, 0, ALMOST_NO_GAIN, 0, 1])
    monkeypatch.setattr("secrets.randbits", lambda _bits: next(seeds))
    result = desk.run("keys", "publish", ENTROPY, "--variants", 2)
    assert "2 of them new. Discarded drafts: 2 equal to another, 1 not answerable." in result.stderr
