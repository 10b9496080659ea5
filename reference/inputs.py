"""What a solution is given: the data that students download and the parameters that they are told."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import TypeGuard

import numpy as np
import numpy.typing as npt
import pandas as pd

Number = int | float | Decimal
Parameter = Number | Sequence[Number]
Array = npt.NDArray[np.float64]

LABEL = "Label"


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """A problem's tables and parameters; whatever a solution can't use is refused with a ``ValueError``.

    Attributes:
        data: Each table by its file's name without ``.csv``, its columns as in the file.
        parameters: Each parameter by its name in ``problem.toml``.
        dtype: Of the arrays that are handed out; an audit asks how much single precision would change.
    """

    data: Mapping[str, pd.DataFrame]
    parameters: Mapping[str, Parameter]
    dtype: npt.DTypeLike = np.float64

    def train_and_test(self, prefix: str) -> tuple[Array, Array, Array, Array]:
        """Features and labels of ``<prefix>-train``, then of ``<prefix>-test``, with as many features."""
        X, y = self.labelled(f"{prefix}-train")
        X_test, y_test = self.labelled(f"{prefix}-test")
        if X.shape[1] != X_test.shape[1]:
            raise ValueError(
                f"{prefix}-train has {X.shape[1]} features and {prefix}-test {X_test.shape[1]}"
            )
        return X, y, X_test, y_test

    def labelled(self, name: str) -> tuple[Array, Array]:
        """The features X (n, m), which are the columns before Label, and the labels y (n,), all 0 or 1."""
        table = self._table(name)
        columns = list(table.columns)
        if columns.count(LABEL) != 1 or columns[0] == LABEL:
            raise ValueError(f"{name}: one column {LABEL} is needed, after the features")
        values = self._numbers(name, table.iloc[:, : columns.index(LABEL) + 1])
        wrong = np.argwhere((values != 0) & (values != 1))
        if len(wrong):
            row, column = wrong[0]
            raise ValueError(
                f"{name}, data row {row + 1}, column {columns[column]}: "
                f"{values[row, column]:g} is neither 0 nor 1"
            )
        return values[:, :-1], values[:, -1]

    def column(self, name: str, column: str) -> Array:
        """One column (n,) of numbers."""
        table = self._table(name)
        if list(table.columns).count(column) != 1:
            raise ValueError(f"{name}: one column {column} is needed")
        return self._numbers(name, table[[column]])[:, 0]

    def real(self, name: str) -> float:
        """A parameter that is one finite number."""
        value = self._parameter(name)
        if not _is_finite(value):
            raise ValueError(f"the parameter {name} must be a finite number, not {value!r}")
        return float(value)

    def reals(self, name: str) -> Array:
        """A parameter that is a list of finite numbers."""
        value = self._parameter(name)
        if not isinstance(value, Sequence) or not all(_is_finite(number) for number in value):
            raise ValueError(f"the parameter {name} must be a list of numbers, not {value!r}")
        return np.array([float(number) for number in value], dtype=self.dtype)

    def whole(self, name: str) -> int:
        """A parameter that is one whole number, zero or more."""
        value = self._parameter(name)
        if not _is_count(value):
            raise ValueError(f"the parameter {name} must be a whole number, not {value!r}")
        return value

    def counts(self, name: str) -> Array:
        """A parameter that is a list of counts, such as how many examples have each label."""
        value = self._parameter(name)
        if not isinstance(value, Sequence) or not all(_is_count(count) for count in value):
            raise ValueError(f"the parameter {name} must be a list of counts, not {value!r}")
        return np.array(value, dtype=self.dtype)

    def _numbers(self, name: str, table: pd.DataFrame) -> Array:
        try:
            return table.to_numpy(dtype=self.dtype)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{name}: not all values are numbers ({error})") from None

    def _table(self, name: str) -> pd.DataFrame:
        if name not in self.data:
            raise ValueError(f"the table {name} is missing")
        if self.data[name].empty:
            raise ValueError(f"{name}: there are no rows")
        return self.data[name]

    def _parameter(self, name: str) -> Parameter:
        if name not in self.parameters:
            raise ValueError(f"the parameter {name} is missing")
        return self.parameters[name]


def read_table(content: bytes) -> pd.DataFrame:
    """The table in a CSV file's bytes.

    Since pandas 3.1 decimals are read to the nearest binary float. Before, one could come out a unit in the
    last place off, and a probability written exactly half-way between two buckets on the wrong side.
    """
    return pd.read_csv(BytesIO(content), skipinitialspace=True)


def _is_finite(value: object) -> TypeGuard[Number]:
    return isinstance(value, int | float | Decimal) and math.isfinite(value)


def _is_count(value: object) -> TypeGuard[int]:
    # True and False are integers to Python, yet nobody means them as counts.
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
