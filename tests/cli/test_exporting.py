"""``grader export`` and ``grader overrides``: files for other tools, and scores that come back."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from grader.db.session import reading
from grader.services.ledger.ledger import list_entries
from tests.cli.desk import RIGHT, WRONG, Desk

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Pset 7: Machine Learning (77)\nAda,101,,ada,A,\n"
)
OVERRIDES = "login,part,points,reason\nada,6a,2.5,as agreed\nbob,6b,0,a slip\n"


def acts(desk: Desk) -> list[tuple[str, str]]:
    engine = desk.engine()
    with reading(engine) as session:
        entries = [each for each in list_entries(session) if each.act in {"export", "import"}]
        found = [(each.act, each.detail["format"]) for each in entries]
    engine.dispose()
    # The answers of the class came by a file, too.
    return [each for each in found if each != ("import", "submissions")]


def a_class(desk: Desk) -> None:
    desk.enrol("ada", "bob", section="A")
    desk.publish()
    desk.answers(("ada", "b", RIGHT), ("bob", "b", WRONG))


def test_files_for_canvas_and_gradescope_go_to_a_file_or_to_the_output(desk: Desk) -> None:
    a_class(desk)
    refusal = desk.run("export", "canvas", "pset7", code=1).stderr
    assert "hand in the gradebook that Canvas exports first" in refusal
    learned = desk.write("canvas.csv", CANVAS)
    there = desk.folder / "out.csv"
    done = desk.run("export", "canvas", "pset7", "--learn", learned, "-o", there)
    assert f"Written: {there}" in done.stderr
    assert there.read_bytes() == (
        b"Student,ID,SIS User ID,SIS Login ID,Section,Pset 7: Machine Learning (77)\r\n"
        b"    Points Possible,,,,,50.00\r\n"
        b"Ada,101,,ada,A,5.00\r\n"
    )
    assert desk.run("export", "canvas", "pset7").stdout_bytes == there.read_bytes()
    assert desk.run("export", "gradescope", "pset7").stdout.startswith("First Name,Last Name,SID")
    assert acts(desk) == [
        ("export", "gradescope"),
        ("export", "canvas"),
        ("export", "canvas"),
        ("import", "canvas"),
    ]


def test_the_class_goes_out_as_csv_and_as_a_workbook(desk: Desk) -> None:
    a_class(desk)
    rows = desk.run("export", "csv", "pset7").stdout.splitlines()
    assert [row.partition(",")[0] for row in rows] == ["login", "ada", "bob"]
    there = desk.folder / "out.xlsx"
    desk.run("export", "xlsx", "pset7", "--output", there)
    by = load_workbook(io.BytesIO(there.read_bytes()))["About"]["B6"].value
    assert str(by).startswith("cli:")


@pytest.mark.parametrize("kind", ["canvas", "gradescope", "csv", "xlsx"])
def test_what_can_not_be_written_is_refused_and_not_recorded(desk: Desk, kind: str) -> None:
    a_class(desk)
    assert "no assignment 'none'" in desk.run("export", kind, "none", code=1).stderr
    if kind == "canvas":
        return
    nowhere = desk.folder / "none" / "out"
    assert "can't be written" in desk.run("export", kind, "pset7", "-o", nowhere, code=1).stderr
    assert acts(desk) == []


def test_a_file_that_is_not_canvas_s_is_refused_with_its_rows(desk: Desk) -> None:
    a_class(desk)
    bad = desk.write("bad.csv", "Student,ID\nAda,=1\n")
    result = desk.run("export", "canvas", "pset7", "--learn", bad, code=1)
    assert result.stderr.startswith("row 2: the ID '=1' of 'Ada' is no number of Canvas")
    missing = desk.run("export", "canvas", "pset7", "--learn", Path("none.csv"), code=1)
    assert "can't be read" in missing.stderr
    assert acts(desk) == []


def test_overrides_are_shown_first_and_then_imported(desk: Desk) -> None:
    a_class(desk)
    file = desk.write("overrides.csv", OVERRIDES)
    shown = desk.run("overrides", "import", file, code=3)
    assert "2 to add, 0 to change, 0 unchanged." in shown.stdout
    assert "add --apply" in shown.stderr
    assert acts(desk) == []
    done = desk.json("overrides", "import", file, "--apply")
    assert (done["applied"], done["adds"], done["changes"], done["unchanged"]) == (True, 2, 0, 0)
    assert done["rows"][0] == {
        "change": "add",
        "row": 2,
        "login": "ada",
        "part": "6a",
        "counts": "0",
        "points": "2.5",
        "possible": "5",
        "instead_of": None,
        "reason": "as agreed",
    }
    assert "ada" in desk.run("export", "csv", "pset7").stdout
    again = desk.json("overrides", "import", file, "--assignment", "pset7")
    assert (again["adds"], again["unchanged"], again["rows"]) == (0, 2, [])
    for nothing in ([], ["--apply"]):
        said = desk.run("overrides", "import", file, *nothing).stdout
        assert said == (
            "Every score of the file (2) is decided so already, so there is nothing to do.\n"
        )
    changed = desk.write("overrides.csv", OVERRIDES.replace("2.5", "1"))
    shown_again = desk.json("overrides", "import", changed, code=3)
    assert shown_again["changes"] == 1
    assert [row["instead_of"] for row in shown_again["rows"]] == ["2.5"]
    by_stdin = desk.run("overrides", "import", "-", code=3, stdin=OVERRIDES.replace("2.5", "1"))
    assert "1 to change" in by_stdin.stdout


def test_a_bad_row_of_overrides_stops_all_of_them(desk: Desk) -> None:
    a_class(desk)
    file = desk.write("overrides.csv", f"{OVERRIDES}eve,6a,1,x\nada,6b,99,x\n")
    result = desk.run("overrides", "import", file, "--apply", code=1)
    assert result.stderr.startswith(
        "row 4: there is no active student 'eve'\nrow 5: 99 points are not"
    )
    assert acts(desk) == []
