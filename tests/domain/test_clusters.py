from collections.abc import Sequence
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.domain.clusters import clusters, heaviest

TOLERANCE = Decimal("0.00001")


def numbers(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([], []),
        (["0.5"], [[0]]),
        (["0.5", "0.50001", "0.49999"], [[0, 1, 2]]),
        (["0.5", "0.500010001", "0.49998"], [[0], [1], [2]]),
        (["0.5", "7", "0.500001", "7.00001"], [[0, 2], [1, 3]]),
        # The common one in the middle takes both; if an outer one is the most common, the other stays out.
        (["0.50001", "0.5", "0.50002"], [[0, 1, 2]]),
        (["0.5", "0.50001", "0.50002"], [[0, 1], [2]]),
        (["-0.5", "0.5"], [[0], [1]]),
        (["1e30", "1000000000000000000000000000000.00001", "1e-30", "0"], [[0, 1], [2, 3]]),
    ],
)
def test_values_within_the_tolerance_of_a_commoner_one_belong_to_it(
    values: Sequence[str], found: list[list[int]]
) -> None:
    assert clusters(numbers(*values), TOLERANCE) == found


@given(st.lists(st.integers(-50, 50).map(lambda number: number * Decimal("0.000004")), unique=True))
def test_each_value_is_in_one_cluster_near_its_centre_and_centres_are_apart(
    values: list[Decimal],
) -> None:
    found = clusters(values, TOLERANCE)
    assert sorted(place for members in found for place in members) == list(range(len(values)))
    centres = [values[members[0]] for members in found]
    assert [members[0] for members in found] == sorted(members[0] for members in found)
    for members, centre in zip(found, centres, strict=True):
        assert all(abs(values[place] - centre) <= TOLERANCE for place in members)
    for number, one in enumerate(centres):
        assert all(abs(one - other) > TOLERANCE for other in centres[:number])


@pytest.mark.parametrize(
    ("weights", "most"),
    [
        ({}, 0),
        ({"0.5": 3}, 3),
        ({"0.5": 3, "0.50001": 2, "7": 4}, 5),
        # Twice the tolerance apart: one between them could gather both.
        ({"0.5": 3, "0.50002": 2}, 5),
        ({"0.5": 3, "0.500020001": 2}, 3),
        ({"-7": 9, "0.5": 3, "0.50001": 2, "0.50002": 1, "0.50003": 9}, 12),
    ],
)
def test_no_stretch_of_twice_the_tolerance_weighs_more(weights: dict[str, int], most: int) -> None:
    given = {Decimal(value): weight for value, weight in weights.items()}
    assert heaviest(given, TOLERANCE) == most


@given(
    st.dictionaries(
        st.integers(-20, 20).map(lambda number: number * Decimal("0.000004")), st.integers(1, 9)
    ),
    st.randoms(use_true_random=False),
)
def test_no_cluster_weighs_more_whichever_values_come_first(
    weights: dict[Decimal, int], chance: Random
) -> None:
    values = chance.sample([*weights], len(weights))
    found = [sum(weights[values[place]] for place in each) for each in clusters(values, TOLERANCE)]
    assert max(found, default=0) <= heaviest(weights, TOLERANCE)
