"""Reading the gradebook that Canvas exports: every shape of it, and nothing else."""

import pytest

from grader.domain.errors import ImportRefused
from grader.services.exports.canvas_file import (
    CANVAS_LIMITS,
    CanvasGradebook,
    CanvasStudent,
    read_canvas,
)

HEADER = "Student,ID,SIS User ID,SIS Login ID,Section,The set (4711),Quiz (2),Current Score\n"
POSTING = ",,,,,Manual Posting,,\n"
POSSIBLE = "    Points Possible,,,,,10.00,5.00,(read only)\n"
ADA = '"Lovelace, Ada",101,00012,ada,"Mon, Tue",1.00,,50\n'
BEN = '"Berg, Ben",102,,ben@example.edu,Mon,,,\n'
FULL = HEADER + POSTING + POSSIBLE + ADA + BEN
READ = CanvasGradebook(
    (
        CanvasStudent("Lovelace, Ada", "101", "00012", "ada", "Mon, Tue"),
        CanvasStudent("Berg, Ben", "102", "", "ben@example.edu", "Mon"),
    ),
    ("The set (4711)", "Quiz (2)"),
)


def refusal(raw: bytes) -> ImportRefused:
    with pytest.raises(ImportRefused) as refused:
        read_canvas(raw)
    return refused.value


def problems(text: str) -> tuple[str, ...]:
    return refusal(text.encode()).problems


QUOTED = FULL.replace(",", ";").replace('"Lovelace; Ada"', '"Lovelace, Ada"')


@pytest.mark.parametrize(
    "raw",
    [
        FULL.encode(),
        FULL.encode("utf-8-sig"),
        FULL.replace("\n", "\r\n").encode(),
        FULL.replace("\n", "\r").encode(),
        QUOTED.replace('"Mon; Tue"', '"Mon, Tue"').replace("Berg; Ben", "Berg, Ben").encode(),
        FULL.replace("Student,ID", "STUDENT,Id").encode(),
        (FULL + "\n,,,,,,,\n").encode(),
        FULL.replace(POSTING, "").replace(POSSIBLE, "").encode(),
        FULL.replace("Mon\n", "Mon\n").replace("Berg, Ben", " Berg,\u00a0Ben ").encode(),
        FULL.replace(BEN, BEN.rstrip("\n") + ",,\n").encode(),
    ],
)
def test_every_common_shape_of_an_export_gives_the_same(raw: bytes) -> None:
    assert read_canvas(raw) == READ


def test_columns_that_canvas_hides_from_some_are_blank() -> None:
    found = read_canvas(b"ID,Student,The set (1)\n7,Ada,\n")
    assert found == CanvasGradebook((CanvasStudent("Ada", "7", "", "", ""),), ("The set (1)",))


def test_a_title_stays_exactly_as_canvas_wrote_it() -> None:
    header = HEADER.replace("The set (4711)", '"The  ""Set"", one (4711)"')
    assert read_canvas((header + ADA).encode()).titles[0] == 'The  "Set", one (4711)'


@pytest.mark.parametrize("title", ["The set", "(5)", "The set (5x)", "The set (5) ", "The set ()"])
def test_a_column_without_canvas_s_number_is_no_assignment(title: str) -> None:
    header = HEADER.replace("The set (4711)", title)
    assert read_canvas((header + ADA).encode()).titles == ("Quiz (2)",)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("Ada,,1,ada,Mon,,,", "row 2: the ID '' of 'Ada' is no number of Canvas"),
        ("Ada,x1,1,ada,Mon,,,", "row 2: the ID 'x1' of 'Ada' is no number of Canvas"),
        ("Ada,=1,1,ada,Mon,,,", "row 2: the ID '=1' of 'Ada' is no number of Canvas"),
        ("Ada,１,1,ada,Mon,,,", "row 2: the ID '１' of 'Ada' is no number of Canvas"),
        (f"Ada,{'1' * 21},1,ada,Mon,,,", "row 2: the ID '1111"),
        (",7,1,ada,Mon,,,", "row 2: the student's name is missing"),
        ("Ada,7,1,ada", "row 2: there are 4 cells, but the header has 8"),
        ("Ada,7,1,ada,Mon,,,,x", "row 2: there are 9 cells, but the header has 8"),
        ("A\u202eda,7,1,ada,Mon,,,", "row 2: the Student holds an invisible character"),
        (f"{'a' * 501},7,1,ada,Mon,,,", "row 2: the Student is longer than 500 characters"),
        ('"Ada,7,1,ada,Mon,,,', "row 2: a quoted cell is not closed on this row"),
        ("A\0da,7,1,ada,Mon,,,", "row 2: there is a NUL character"),
        ("Ada,7,1,ada,Mon,,,\nBob,7,2,bob,Mon,,,", "row 3: the ID 7 is on row 2 already"),
    ],
)
def test_a_bad_row_is_refused_with_its_number(row: str, problem: str) -> None:
    (found,) = problems(f"{HEADER}{row}\n")
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("", "row 1: the column Student is missing"),
        ("Name,ID", "row 1: the column Student is missing"),
        ("Student,SIS User ID", "row 1: the column ID is missing"),
        ("Student,ID,ID", "row 1: the column ID stands there twice"),
        ("Student,ID,Section,section", "row 1: the column Section stands there twice"),
        ("Student,ID,A\u200bB (1)", "row 1: the title of column 3 holds an invisible character"),
        ('Student,ID,"A', "row 1: a quoted cell is not closed on this row"),
        ("Student,ID," + "x" * CANVAS_LIMITS.line, "row 1: the line is longer than 50,000 bytes"),
    ],
)
def test_a_header_of_something_else_is_refused(header: str, problem: str) -> None:
    (found,) = problems(f"{header}\nAda,7,x,y,z\n")
    assert found.startswith(problem)


@pytest.mark.parametrize("text", [HEADER, HEADER + POSSIBLE, HEADER + POSTING + "\n\n"])
def test_a_gradebook_of_nobody_is_refused(text: str) -> None:
    assert "names no student" in str(refusal(text.encode()))
