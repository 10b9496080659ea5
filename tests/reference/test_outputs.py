import math

import numpy as np
import pytest

from reference.outputs import report


def test_each_part_becomes_a_plain_float() -> None:
    values = report(a=np.float64(0.25), b=1)
    assert values == {"a": 0.25, "b": 1.0}
    assert {type(value) for value in values.values()} == {float}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_no_answer_could_match_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="part b came out as"):
        report(a=1.0, b=value)
