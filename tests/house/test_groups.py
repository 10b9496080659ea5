"""Tests of one group run one after another on one worker: those under load, those that share a dear fixture.

pytest-xdist tells a group by the end of a test's name. With another release of pytest it silently did not.
"""

import os

import pytest


@pytest.mark.parametrize(
    "group",
    [
        pytest.param("load", marks=pytest.mark.load),
        pytest.param("of two", marks=pytest.mark.xdist_group("of two")),
    ],
)
def test_a_test_of_a_group_says_so_to_who_hands_tests_to_workers(
    request: pytest.FixtureRequest, group: str
) -> None:
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    assert alone or request.node.nodeid.endswith(f"@{group}")
