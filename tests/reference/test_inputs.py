import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reference.inputs import Inputs, Parameter, read_table


def inputs(**parameters: Parameter) -> Inputs:
    good = pd.DataFrame({"x1": [0, 1], "x2": [1, 1], "Label": [1, 0], "LogRegPr": [0.25, 0.75]})
    return Inputs({"good": good}, parameters)


def with_table(table: pd.DataFrame) -> Inputs:
    return Inputs({"odd": table}, {})


def test_features_are_the_columns_before_the_label_and_what_follows_is_neither() -> None:
    features, y = inputs().labelled("good")
    assert features.tolist() == [[0, 1], [1, 1]]
    assert y.tolist() == [1, 0]


def test_a_column_is_found_by_its_name() -> None:
    assert inputs().column("good", "LogRegPr").tolist() == [0.25, 0.75]


@pytest.mark.parametrize(
    ("csv", "reason"),
    [
        ("x1,x2\n0,1\n", "one column Label is needed"),
        ("Label,x1\n0,1\n", "one column Label is needed, after the features"),
        ("x1,Label\n", "there are no rows"),
        ("x1,Label\n0,1\n0,2\n", "data row 2, column Label: 2 is neither 0 nor 1"),
        ("x1,Label\n0.5,1\n", "data row 1, column x1: 0.5 is neither 0 nor 1"),
        ("x1,x2,Label\n0,1,1\n0,,1\n", "data row 2, column x2: nan is neither 0 nor 1"),
        ("x1,Label\n0,yes\n", "not all values are numbers"),
    ],
)
def test_a_table_that_is_not_labelled_as_it_should_be_is_refused(csv: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^odd.*{reason}"):
        with_table(read_table(csv.encode())).labelled("odd")


def test_two_columns_of_one_name_are_refused() -> None:
    twice = pd.DataFrame([[0, 1, 1]], columns=["x1", "Label", "Label"])
    with pytest.raises(ValueError, match="odd: one column Label is needed"):
        with_table(twice).labelled("odd")
    with pytest.raises(ValueError, match="odd: one column Label is needed"):
        with_table(twice).column("odd", "Label")


def test_a_missing_table_or_column_is_named() -> None:
    with pytest.raises(ValueError, match="the table bad is missing"):
        inputs().labelled("bad")
    with pytest.raises(ValueError, match="good: one column Guess is needed"):
        inputs().column("good", "Guess")


def test_train_and_test_come_together_and_have_as_many_features() -> None:
    narrow = pd.DataFrame({"x1": [0], "Label": [1]})
    wide = pd.DataFrame({"x1": [0], "x2": [1], "Label": [1]})
    pair = Inputs({"a-train": narrow, "a-test": narrow, "b-train": narrow, "b-test": wide}, {})
    assert [part.tolist() for part in pair.train_and_test("a")] == [[[0]], [1], [[0]], [1]]
    with pytest.raises(ValueError, match="b-train has 1 features and b-test 2"):
        pair.train_and_test("b")


def test_parameters_are_read_as_what_they_are_meant_to_be() -> None:
    given = inputs(eta=Decimal("0.0001"), steps=1000, left=(35, 17), right=[5, 23])
    assert given.real("eta") == 0.0001
    assert given.real("steps") == 1000.0
    assert given.whole("steps") == 1000
    assert given.counts("left").tolist() == [35, 17]
    assert given.counts("right").tolist() == [5, 23]


@pytest.mark.parametrize("eta", [Decimal("NaN"), math.inf, (1, 2)])
def test_a_parameter_that_is_no_finite_number_is_refused(eta: Parameter) -> None:
    with pytest.raises(ValueError, match="the parameter eta must be a finite number"):
        inputs(eta=eta).real("eta")


@pytest.mark.parametrize("steps", [-1, 1000.0, Decimal(1000), True, (1, 2)])
def test_a_parameter_that_is_no_whole_number_is_refused(steps: Parameter) -> None:
    with pytest.raises(ValueError, match="the parameter steps must be a whole number"):
        inputs(steps=steps).whole("steps")


@pytest.mark.parametrize("left", [35, (35, -1), "35", [35.0, 17], (True, False)])
def test_a_parameter_that_is_no_list_of_counts_is_refused(left: Parameter) -> None:
    with pytest.raises(ValueError, match="the parameter left must be a list of counts"):
        inputs(left=left).counts("left")


def test_a_list_of_numbers_can_mix_whole_ones_and_decimals() -> None:
    weights = inputs(theta=(Decimal("-0.5"), 2, 0.25)).reals("theta")
    assert weights.tolist() == [-0.5, 2.0, 0.25]
    assert weights.dtype == np.float64


@pytest.mark.parametrize("theta", [3, "35", (1, Decimal("NaN")), (1, math.inf), ((1, 2), (3, 4))])
def test_a_parameter_that_is_no_list_of_finite_numbers_is_refused(theta: Parameter) -> None:
    with pytest.raises(ValueError, match="the parameter theta must be a list of numbers"):
        inputs(theta=theta).reals("theta")


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(ValueError, match="the parameter eta is missing"):
        inputs().real("eta")


def test_a_table_is_read_with_a_mark_of_byte_order_carriage_returns_and_spaces() -> None:
    table = read_table(b"\xef\xbb\xbfx1, Label\r\n0, 1\r\n")
    assert list(table.columns) == ["x1", "Label"]
    assert table.to_numpy().tolist() == [[0, 1]]


@given(st.decimals(0, 1, places=17))
@example(Decimal("0.30000000000000004"))
@example(Decimal("0.99999999999999999"))
def test_numbers_are_read_to_the_nearest_float(number: Decimal) -> None:
    text = f"{number:f}"
    assert read_table(f"p\n{text}\n".encode())["p"].tolist() == [float(text)]


def test_single_precision_is_handed_out_where_it_is_asked_for() -> None:
    single = replace(inputs(a=[0.1, 0.2], b=[1, 2]), dtype="float32")
    arrays = [
        *single.labelled("good"),
        single.column("good", "LogRegPr"),
        single.reals("a"),
        single.counts("b"),
    ]
    assert [array.dtype for array in arrays] == [np.dtype("float32")] * 5
    assert {array.dtype for array in inputs().labelled("good")} == {np.dtype("float64")}
