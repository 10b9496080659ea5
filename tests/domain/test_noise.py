from decimal import Decimal

import pytest

from grader.domain.noise import Noise

E = Decimal("0.5")


def noise(tolerance: str = "0.00001", nearest: str | None = None, **others: str) -> Noise:
    return Noise(
        "set/sum/a",
        Decimal(tolerance),
        E,
        {way: E + Decimal(apart) for way, apart in others.items()},
        None if nearest is None else ("mistake", E + Decimal(nearest)),
    )


@pytest.mark.parametrize(
    ("apart", "drowns"),
    [
        ("0", False),
        ("0.000001999", False),
        ("0.000002", False),
        ("-0.000002", False),
        ("0.000002000000000000000001", True),
        ("-0.0000021", True),
        ("1", True),
    ],
)
def test_a_tolerance_is_at_least_five_times_the_spread(apart: str, *, drowns: bool) -> None:
    assert noise(float32=apart).drowns is drowns
    assert noise(one="0", float32=apart, two="0.000001").drowns is drowns


@pytest.mark.parametrize(
    ("nearest", "blurs"),
    [
        (None, False),
        ("1", False),
        ("0.00004", False),
        ("-0.00004", False),
        ("0.000039999999999999999999", True),
        ("-0.00003", True),
        ("0", True),
    ],
)
def test_a_tolerance_is_at_most_a_quarter_of_the_way_to_the_nearest_mistake(
    nearest: str | None, *, blurs: bool
) -> None:
    assert noise(nearest=nearest).blurs is blurs


def test_the_way_that_lies_farthest_off_is_named() -> None:
    found = noise(loop="0.1", float32="-0.3", rows="0.2")
    assert (found.worst, found.spread) == ("float32", Decimal("0.3"))
    assert found.differences == {
        "loop": Decimal("0.1"),
        "float32": Decimal("0.3"),
        "rows": Decimal("0.2"),
    }


@pytest.mark.parametrize("others", [{}, {"float32": "0", "loop": "0"}])
def test_where_none_differs_none_is_named(others: dict[str, str]) -> None:
    found = noise(**others)
    assert (found.worst, found.spread, found.gap) == ("", 0, None)
    assert not found.drowns
