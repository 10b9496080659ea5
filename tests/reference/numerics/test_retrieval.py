from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.numerics.retrieval import Confusion

examples = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60)


@given(examples)
def test_the_fractions_are_those_counted_example_by_example(rows: list[tuple[bool, bool]]) -> None:
    # A row is what was predicted, then what is true.
    predicted = [truth for guess, truth in rows if guess]
    actual = [guess for guess, truth in rows if truth]
    tp, fp = rows.count((True, True)), rows.count((True, False))
    fn, tn = rows.count((False, True)), rows.count((False, False))
    if not predicted or not actual:
        with pytest.raises(ValueError, match="nothing to divide by"):
            Confusion(tp, fp, fn, tn)
        return
    found = Confusion(tp, fp, fn, tn)
    assert found.precision() == float(Fraction(sum(predicted), len(predicted)))
    assert found.recall() == float(Fraction(sum(actual), len(actual)))
    assert found.prevalence() == float(Fraction(len(actual), len(rows)))
    right = sum(guess == truth for guess, truth in rows)
    assert found.accuracy() == float(Fraction(right, len(rows)))


def test_counts_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="negative count"):
        Confusion(tp=9, fp=-1, fn=3, tn=11)
