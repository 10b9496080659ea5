import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reference.datasets import LOG_ODDS, SEED, calibration, main, shipped
from reference.inputs import read_table
from reference.numerics.logistic import accuracy, train, with_bias
from tests.reference.shipped import (
    PSET7,
    ROOT,
    problem_file,
    shipped_files,
    shipped_inputs,
    shipped_lines,
)


def test_the_shipped_files_are_the_generators_bytes() -> None:
    assert shipped_files() == shipped()


@pytest.mark.parametrize(
    ("problem", "names"),
    [
        ("logistic_regression", ["simple-train.csv", "simple-test.csv"]),
        ("ancestry", ["ancestry-train.csv", "ancestry-test.csv"]),
        ("calibration", ["ancestry-calibration.csv"]),
        ("decision_tree_entropy", []),
    ],
)
def test_each_problem_describes_the_files_that_lie_beside_it(
    problem: str, names: list[str]
) -> None:
    described = problem_file(problem).get("data", [])
    assert [file["name"] for file in described] == names
    assert sorted(path.name for path in (PSET7 / problem).glob("data/*")) == sorted(names)
    for file in described:
        columns = list(read_table(shipped()[file["name"]]).columns)
        assert columns.index("Label") == file["features"]
        assert columns[file["features"] + 1 :] == file.get("extra", [])


def test_simple_is_the_truth_table_of_y_equals_x1() -> None:
    table = b"x1,x2,Label\n0,0,0\n0,1,0\n1,0,1\n1,1,1\n"
    assert shipped()["simple-train.csv"] == shipped()["simple-test.csv"] == table


@pytest.mark.parametrize(("name", "rows"), [("ancestry-train", 283), ("ancestry-test", 184)])
def test_ancestry_is_binary_and_has_the_shape_of_the_courses_files(name: str, rows: int) -> None:
    table = read_table(shipped()[f"{name}.csv"])
    assert list(table.columns) == [*(f"col{j}" for j in range(20)), "Label"]
    assert table.shape == (rows, 21)
    assert set(np.unique(table.to_numpy())) == {0, 1}
    # Every feature and the label take both values often enough to be learnt from.
    assert table.mean().between(0.05, 0.95).all()


def test_markers_of_one_block_are_inherited_together_and_those_of_two_blocks_are_not() -> None:
    table = read_table(shipped()["ancestry-train.csv"]).drop(columns="Label")
    correlation = table.corr().to_numpy()
    block = np.arange(20) // 4
    same = (block[:, None] == block) & ~np.eye(20, dtype=bool)
    assert correlation[same].mean() > 0.15
    assert abs(correlation[block[:, None] != block].mean()) < 0.03


def test_another_seed_gives_other_people_and_the_same_seed_the_same() -> None:
    assert shipped(SEED) == shipped(SEED)
    other = shipped(SEED + 1)
    assert {name for name, content in shipped().items() if content != other[name]} == {
        "ancestry-train.csv",
        "ancestry-test.csv",
        "ancestry-calibration.csv",
    }


def test_the_biggest_weight_is_a_negative_one_and_no_other_comes_near() -> None:
    features, y, features_test, y_test = shipped_inputs("ancestry").train_and_test("ancestry")
    theta = train(with_bias(features), y, eta=0.0001, steps=1000)
    by_size = np.argsort(-np.abs(theta[1:]))
    biggest, second = theta[1:][by_size[:2]]
    assert by_size[0] == np.argmin(LOG_ODDS) == 9
    assert biggest < 0 < second
    assert abs(biggest) - abs(second) > 0.5
    # What students report by mistake is told apart: the bias, x_1, x_2, the largest signed weight.
    reported = np.sort([biggest, -biggest, *theta[:3], max(theta[1:])])
    assert np.min(np.diff(reported)) > 0.01
    assert 0.8 < accuracy(theta, with_bias(features_test), y_test) < 0.9


def test_calibration_holds_the_test_rows_then_the_training_rows() -> None:
    rows = [row[:-1] for row in shipped_lines("ancestry-calibration")]
    assert rows == shipped_lines("ancestry-test") + shipped_lines("ancestry-train")


def test_predictions_have_six_decimals_and_are_far_from_half_way_between_buckets() -> None:
    predictions = [row[-1] for row in shipped_lines("ancestry-calibration")]
    assert {len(text.partition(".")[2]) for text in predictions} == {6}
    half_way = [Decimal(tenths) / 10 for tenths in (1, 3, 5, 7, 9)]
    assert min(abs(Decimal(text) - h) for text in predictions for h in half_way) > Decimal("0.0002")


def test_every_bucket_is_well_filled() -> None:
    predictions = [Fraction(row[-1]) for row in shipped_lines("ancestry-calibration")]
    nearest = [round(5 * p) for p in predictions]
    assert min(nearest.count(b) for b in range(6)) >= 50


def test_a_made_calibration_file_keeps_the_columns_names() -> None:
    test = pd.DataFrame({"snp": [0, 1, 1], "Label": [0, 1, 0]})
    train_rows = pd.DataFrame({"snp": [0, 0], "Label": [1, 0]})
    lines = calibration(test, train_rows).decode().splitlines()
    assert lines[0] == "snp,Label,LogRegPr"
    assert [line[:4] for line in lines[1:]] == ["0,0,", "1,1,", "1,0,", "0,1,", "0,0,"]
    # The unpenalised bias makes the predictions add up to the number of labels, here 2.
    assert sum(Decimal(line[4:]) for line in lines[1:]) == pytest.approx(
        Decimal(2), abs=Decimal("0.000003")
    )


def test_tables_whose_columns_differ_are_not_stacked() -> None:
    test = pd.DataFrame({"col0": [0, 1], "Label": [0, 1]})
    with pytest.raises(ValueError, match="the columns of test and train differ"):
        calibration(test, test.rename(columns={"col0": "col1"}))


def test_the_command_writes_every_file_into_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    assert main([str(folder)]) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == shipped()


def test_the_command_without_a_folder_says_how_it_is_used(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([]) == 2
    assert "usage: python -m reference.datasets DIR" in capsys.readouterr().err


def test_the_module_runs_as_a_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reference.datasets"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "usage: python -m reference.datasets DIR\n"
