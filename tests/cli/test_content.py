"""``grader problems`` and ``grader data``: the files."""

import pytest

from tests.cli.desk import ENTROPY, Desk

ANCESTRY = "pset7/ancestry"


def test_the_shipped_problems_are_in_order(bare_desk: Desk) -> None:
    document = bare_desk.json("problems", "check")
    assert document == {"problems": 9, "parts": 45, "data_files": 5}
    said = bare_desk.run("problems", "check").stdout
    assert "9 problems with 45 parts and 5 data files are in order." in said


def test_a_broken_file_is_named_with_its_line(bare_desk: Desk) -> None:
    bare_desk.edit(f"{ENTROPY}/problem.toml", "points = 5", "pionts = 5")
    refusal = bare_desk.run("problems", "check", code=1).stderr
    assert refusal.startswith(f"Error: {bare_desk.problems / ENTROPY / 'problem.toml'}, line ")


def test_everything_that_can_not_be_shown_is_named_at_once(bare_desk: Desk) -> None:
    for slug in (ENTROPY, ANCESTRY):
        with (bare_desk.problems / slug / "statement.md").open("a") as file:
            file.write("\n$\\nonsense$\n")
    document = bare_desk.json("problems", "check", code=1)
    assert document["error"] == "broken_content"
    assert document["message"].count("statement.md, line ") == 2


def test_the_parts_are_listed(bare_desk: Desk) -> None:
    parts = {row["part"]: row for row in bare_desk.json("problems", "list")}
    assert len(parts) == 45
    assert parts[f"{ENTROPY}/b"]["tolerance"] == "0.00001"


def staff_folder(desk: Desk) -> str:
    """The shipped ancestry files with one label turned, and a file of no use."""
    folder = desk.folder / "staff"
    folder.mkdir()
    for name in ("train", "test"):
        shipped = desk.problems / ANCESTRY / "data" / f"ancestry-{name}.csv"
        head, first, rest = shipped.read_text().split("\n", 2)
        turned = f"{first[:-1]}{1 - int(first[-1])}"
        (folder / f"ancestry-{name}.csv").write_text(f"{head}\n{turned}\n{rest}")
    (folder / "heart-train.csv").write_text("x")
    return str(folder)


def test_installing_data_makes_its_keys_stale_until_they_are_published(desk: Desk) -> None:
    desk.run("keys", "publish")
    document = desk.json("data", "install", staff_folder(desk))
    assert {file["file"]: file["made"] for file in document["files"]} == {
        "ancestry-train.csv": False,
        "ancestry-test.csv": False,
        "ancestry-calibration.csv": True,
    }
    assert document["kept"] == ["simple-train.csv", "simple-test.csv"]
    assert document["unused"] == ["heart-train.csv"]
    assert document["stale"] == [ANCESTRY, "pset7/calibration"]
    assert document["missing"] == []
    states = {s["problem"]: s["state"] for s in desk.json("keys", "status", code=3)}
    assert [slug for slug, state in states.items() if state == "stale"] == document["stale"]
    desk.run("keys", "publish")
    desk.run("keys", "status")


def test_people_are_told_what_was_not_there_and_what_to_do(desk: Desk) -> None:
    for published in (ENTROPY, ANCESTRY):
        desk.run("keys", "publish", published)
    result = desk.run("data", "install", staff_folder(desk))
    assert "simple-train.csv is not there; it stays as it is." in result.stderr
    assert "heart-train.csv is not used by any problem." in result.stderr
    assert f"run: grader keys publish {ANCESTRY}" in result.stderr
    assert f"run: grader keys publish {ENTROPY}" not in result.stderr
    assert (
        "No key is published yet of: pset7/logistic_regression, pset7/calibration, "
        in result.stderr
    )
    assert "ancestry-calibration.csv" in result.stdout


def test_data_can_be_installed_before_there_is_a_database(bare_desk: Desk) -> None:
    before = bare_desk.json("keys", "solve", ANCESTRY)
    result = bare_desk.run("data", "install", staff_folder(bare_desk))
    assert "There is no database yet" in result.stderr
    assert bare_desk.json("keys", "solve", ANCESTRY) != before
    assert not (bare_desk.instance / "grader.db").exists()


def test_the_status_says_where_each_file_came_from(bare_desk: Desk) -> None:
    shipped = bare_desk.json("data", "status")
    assert {row["state"] for row in shipped} == {"shipped"}
    assert all(len(row["sha256"]) == 64 for row in shipped)
    bare_desk.run("data", "install", staff_folder(bare_desk))
    states = {row["file"]: row["state"] for row in bare_desk.json("data", "status")}
    assert states == {
        "simple-train.csv": "shipped",
        "simple-test.csv": "shipped",
        "ancestry-train.csv": "installed",
        "ancestry-test.csv": "installed",
        "ancestry-calibration.csv": "made",
    }


@pytest.mark.parametrize(
    "command",
    [
        ("data", "status"),
        ("data", "install", "staff"),
        ("problems", "check"),
        ("keys", "solve", ANCESTRY),
        ("keys", "publish"),
        ("keys", "status"),
    ],
    ids=" ".join,
)
def test_a_half_written_list_of_installed_data_is_named_with_the_way_on(
    bare_desk: Desk, command: tuple[str, ...]
) -> None:
    bare_desk.run("db", "upgrade")
    folder = staff_folder(bare_desk)
    bare_desk.run("data", "install", folder)
    bare_desk.run("keys", "publish", ANCESTRY)
    installed = bare_desk.json("data", "status")
    manifest = bare_desk.instance / "data" / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:100])
    arguments = [folder if word == "staff" else word for word in command]
    refusal = bare_desk.run(*arguments, code=1).stderr
    assert refusal.startswith(f"Error: {manifest} is damaged")
    assert "Remove this file, then install all of the course's data again" in refusal
    manifest.unlink()
    bare_desk.run("data", "install", folder)
    assert without_times(bare_desk.json("data", "status")) == without_times(installed)


def without_times(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{name: row[name] for name in row if name != "installed_at"} for row in rows]


def test_a_refused_file_is_named_and_changes_nothing(bare_desk: Desk) -> None:
    folder = bare_desk.folder / "staff"
    folder.mkdir()
    (folder / "ancestry-train.csv").write_text("nonsense\n")
    refusal = bare_desk.json("data", "install", folder, code=1)
    assert refusal["error"] == "bad_data_file"
    assert refusal["message"].startswith("ancestry-train.csv, line 1: ")
    assert not bare_desk.instance.exists()
