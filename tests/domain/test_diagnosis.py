from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.domain.diagnosis import Diagnosis, Span

SPANS = [
    Span("first", Decimal(1), Decimal(2)),
    Span("second", Decimal("1.5"), Decimal(3)),
    Span("point", Decimal(5), Decimal(5)),
    Span("touching", Decimal(5), Decimal(6)),
]


@pytest.mark.parametrize(
    ("answer", "tag"),
    [
        ("0.999999", None),
        ("1", "first"),
        ("1.4", "first"),
        ("1.5", "first"),
        ("2", "first"),
        ("2.0000000000000000000000000000000001", "second"),
        ("3", "second"),
        ("3.000001", None),
        ("4", None),
        ("4.999999", None),
        ("5", "point"),
        ("5.000001", "touching"),
        ("6", "touching"),
        ("6.000001", None),
    ],
)
def test_a_number_is_explained_by_the_first_span_that_covers_it(
    answer: str, tag: str | None
) -> None:
    assert Diagnosis(SPANS).tag(Decimal(answer)) == tag


def test_without_spans_nothing_is_explained() -> None:
    assert Diagnosis([]).tag(Decimal(1)) is None


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), max_size=8), st.integers(-2, 30))
def test_bisection_finds_what_looking_at_each_span_finds(
    drawn: list[tuple[int, int]], halves: int
) -> None:
    spans = [
        Span(f"tag {number}", Decimal(low), Decimal(low + width))
        for number, (low, width) in enumerate(drawn)
    ]
    answer = Decimal(halves) / 2
    covering = [span.tag for span in spans if span.low <= answer <= span.high]
    assert Diagnosis(spans).tag(answer) == (covering[0] if covering else None)
