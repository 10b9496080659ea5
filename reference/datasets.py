"""The data that the project ships, made by a seeded generator: none of it is a course's own file.

``python -m reference.datasets DIR`` writes the files that stand under ``problems/pset7/*/data/``.

*simple* is the truth table of y = x1.

*ancestry* imitates people at whom 20 markers of the genome were looked at. The markers lie in five blocks
of four; within a block they are inherited together more often than not, so they are correlated, as real ones
are ("linkage"). The label follows from a hidden logistic model, which also decides what training finds:
one marker speaks strongly against the label and another one less strongly for it, so that the largest
absolute weight and the largest signed weight belong to different markers.

*calibration* is what a penalised logistic regression, fitted to all the ancestry rows, predicts for them.

All draws are ``random.Random(seed).random()``, the one method whose sequence Python promises to keep, in
this order: the training rows, then the test rows; in a row, for each block one draw for the block, then two
for each of its markers; at the end one draw for the label.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import exp
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd

from reference.draws import shuffled
from reference.inputs import LABEL
from reference.numerics.logistic import sigma, train_penalised, with_bias

SEED = 109
TRAIN_ROWS, TEST_ROWS = 283, 184

BLOCK = 4
# How often a marker simply follows its block.
LINKAGE = 0.7
# How often each marker is 1, a block a line.
FREQUENCIES = (
    *(0.81, 0.12, 0.34, 0.55),
    *(0.27, 0.46, 0.68, 0.38),
    *(0.91, 0.52, 0.44, 0.73),
    *(0.18, 0.63, 0.49, 0.31),
    *(0.58, 0.40, 0.22, 0.66),
)
# The hidden model: what each marker adds to the log odds of label 1.
LOG_ODDS = (
    *(0.4, -0.8, 0.0, 1.1),
    *(-0.6, 2.6, 0.0, -1.2),
    *(0.3, -3.9, 0.7, 0.0),
    *(0.9, 1.4, -1.0, 0.2),
    *(-0.5, 0.0, 1.0, -1.3),
)
BASE_LOG_ODDS = 0.3

Row = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Population:
    """How often each marker is 1, and what it adds to the log odds of label 1, which begin at ``base``."""

    frequencies: tuple[float, ...] = FREQUENCIES
    log_odds: tuple[float, ...] = LOG_ODDS
    base: float = BASE_LOG_ODDS

    @property
    def mean_log_odds(self) -> float:
        """The log odds of a person who has each marker as often as people do."""
        return self.base + sum(
            f * weight for f, weight in zip(self.frequencies, self.log_odds, strict=True)
        )


SHIPPED = Population()


def simple() -> bytes:
    """The truth table of y = x1."""
    return csv(("x1", "x2", LABEL), [(x1, x2, x1) for x1 in (0, 1) for x2 in (0, 1)])


def person(draw: Random, population: Population = SHIPPED) -> Row:
    """The markers and the label of one person."""
    markers: list[int] = []
    for block in range(0, len(population.frequencies), BLOCK):
        shared = draw.random()
        for frequency in population.frequencies[block : block + BLOCK]:
            follows, own = draw.random() < LINKAGE, draw.random()
            markers.append(int((shared if follows else own) < frequency))
    log_odds = population.base + sum(
        weight for weight, marker in zip(population.log_odds, markers, strict=True) if marker
    )
    return (*markers, int(draw.random() < 1.0 / (1.0 + exp(-log_odds))))


def calibration(test: pd.DataFrame, train: pd.DataFrame) -> bytes:
    """The rows of test and train, in that order, with the fit's predictions at six decimals in LogRegPr.

    It takes any two tables of the ancestry's shape, because a term whose course has no such file needs one.

    Raises:
        ValueError: the tables have different columns, so that stacking them would leave gaps.
    """
    if list(test.columns) != list(train.columns):
        raise ValueError("the columns of test and train differ")
    rows = pd.concat([test, train], ignore_index=True)
    y = rows[LABEL].to_numpy(dtype=np.float64)
    X = with_bias(rows.drop(columns=LABEL).to_numpy(dtype=np.float64))
    predictions = sigma(X @ train_penalised(X, y))
    lines = [
        (*row, f"{p:.6f}")
        for row, p in zip(rows.itertuples(index=False, name=None), predictions, strict=True)
    ]
    return csv((*rows.columns, "LogRegPr"), lines)


def people(draw: Random, population: Population = SHIPPED) -> dict[str, bytes]:
    """The files about people, by name: those to train on, those to test on, and all with predictions."""
    columns = (*(f"col{j}" for j in range(len(population.frequencies))), LABEL)
    train = [person(draw, population) for _ in range(TRAIN_ROWS)]
    test = [person(draw, population) for _ in range(TEST_ROWS)]
    return {
        "ancestry-train.csv": csv(columns, train),
        "ancestry-test.csv": csv(columns, test),
        "ancestry-calibration.csv": calibration(
            pd.DataFrame(test, columns=columns), pd.DataFrame(train, columns=columns)
        ),
    }


def another_population(draw: Random) -> Population:
    """The shipped population with its frequencies and its weights dealt out anew among the markers.

    The mean log odds stay as they are, so that both labels stay as common.
    """
    dealt = Population(shuffled(draw, FREQUENCIES), shuffled(draw, LOG_ODDS))
    return replace(dealt, base=dealt.base + SHIPPED.mean_log_odds - dealt.mean_log_odds)


def shipped(seed: int = SEED) -> dict[str, bytes]:
    """Every shipped file's bytes, by file name."""
    draw = Random(seed)  # noqa: S311 - invented people are no secret.
    return {"simple-train.csv": simple(), "simple-test.csv": simple(), **people(draw)}


def main(arguments: Sequence[str]) -> int:
    """Write the shipped files into the folder that is named."""
    if len(arguments) != 1:
        print("usage: python -m reference.datasets DIR", file=sys.stderr)  # noqa: T201 - a command's own output.
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in shipped().items():
        (folder / name).write_bytes(content)
    return 0


def csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A file of these rows, with a line end after each."""
    lines = [header, *rows]
    return "".join(",".join(map(str, line)) + "\n" for line in lines).encode("ascii")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
