"""Reading a file of overrides: every shape of it, and nothing else."""

from dataclasses import replace
from decimal import Decimal

import pytest

from grader.domain.errors import ImportRefused
from grader.services.files.row_problems import Problems
from grader.services.overrides.overrides_file import OVERRIDES_LIMITS, OverrideRow, read_overrides
from tests.support.courses import SET

NUMBERED = replace(
    SET,
    problems=tuple(
        replace(problem, number=str(number)) for number, problem in enumerate(SET.problems, 1)
    ),
)
FULL = "login,part,points,reason\nada,1a,2.5,key was wrong\nben,set/last/a,0,agreed\n"
READ = [
    OverrideRow(2, "ada", "set/sum/a", Decimal("2.5"), "key was wrong"),
    OverrideRow(3, "ben", "set/last/a", Decimal(0), "agreed"),
]


def read(raw: bytes) -> list[OverrideRow]:
    problems = Problems()
    found = read_overrides(raw, assignment=NUMBERED, problems=problems)
    problems.refuse_if_any()
    return found


def refusal(raw: bytes) -> ImportRefused:
    with pytest.raises(ImportRefused) as refused:
        read(raw)
    return refused.value


@pytest.mark.parametrize(
    "raw",
    [
        FULL.encode(),
        FULL.encode("utf-8-sig"),
        FULL.replace(",", ";").encode(),
        FULL.replace(",", "\t").encode(),
        FULL.replace("\n", "\r\n").encode(),
        FULL.replace("\n", "\r").encode(),
        FULL.rstrip().encode(),
        FULL.replace("login", "SUNet ID").encode(),
        FULL.replace("login", "SIS Login ID").encode(),
        FULL.replace("login,part", "UID,PART").encode(),
        FULL.replace("ada", " ADA ").replace("1a", "1A").encode(),
        FULL.replace("\n", ",,\n").encode(),
        FULL.encode() + b",,,\n\n",
        b"name,reason,points,part,login\nAda,key was wrong,2.50,1a,ada\nBen,agreed,0,2a,ben\n",
        b'"login","part","points","reason"\n"ada","1a","2.5","key was wrong"\nben,2a,.0,agreed\n',
    ],
)
def test_every_common_shape_of_a_file_gives_the_same(raw: bytes) -> None:
    assert read(raw) == READ


def test_a_reason_that_looks_like_a_formula_is_text() -> None:
    (row,) = read(b"login,part,points,reason\nada,1a,1,=1+1\n")
    assert row.reason == "=1+1"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",1a,1,x", "row 2: the login is missing"),
        ("a\u202eda,1a,1,x", "row 2: the login is missing, or holds an invisible character"),
        ("ada,9z,1,x", "row 2: '9z' is no part of set; write one as 2a"),
        ("ada,later/only/a,1,x", "row 2: 'later/only/a' is no part of set"),
        ("ada,,1,x", "row 2: '' is no part of set"),
        ("ada,1a,,x", "row 2: the points '' can't be read."),
        ("ada,1a,=1+1,x", "row 2: the points '=1+1' can't be read."),
        ("ada,1a,nan,x", "row 2: the points 'nan' can't be read."),
        ("ada,1a,1e999,x", "row 2: the points '1e999' can't be read."),
        ("ada,1a,１,x", "row 2: the points '１' can't be read."),
        ("ada,1a,1,", "row 2: Give a reason, in one line"),
        (f"ada,1a,1,{'x' * 501}", "row 2: Give a reason, in one line"),
        ("ada,1a,1,x\x1b[2J", "row 2: Give a reason, in one line"),
        ("ada,1a,1", "row 2: there are 3 cells, but the header has 4"),
        ("ada,1a,1,x,y", "row 2: there are 5 cells, but the header has 4"),
        ('ada,1a,1,"x', "row 2: a quoted cell is not closed on this row"),
        ("ada,1a,1,x\0", "row 2: there is a NUL character"),
        ("ada,1a,1,x\nADA,set/sum/a,2,y", "row 3: ada and set/sum/a are on row 2 already"),
    ],
)
def test_a_bad_row_is_refused_with_its_number(row: str, problem: str) -> None:
    (found,) = refusal(f"login,part,points,reason\n{row}\n".encode()).problems
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("", "row 1: the column login is missing"),
        ("ada,1a,1,x", "row 1: the column login is missing"),
        ("login,points,reason", "row 1: the column part is missing"),
        ("login,part,reason", "row 1: the column points is missing"),
        ("login,part,points", "row 1: the column reason is missing"),
        ("login,part,points,reason,uid", "row 1: the column login stands there twice"),
        ("login,part,points,reason,Reason", "row 1: the column reason stands there twice"),
        ('login,part,points,"reason', "row 1: a quoted cell is not closed on this row"),
        ("login,part,points,reason\0", "row 1: there is a NUL character"),
    ],
)
def test_a_header_that_can_not_be_used_is_refused(header: str, problem: str) -> None:
    (found,) = refusal(f"{header}\nada,1a,1,x,y\n".encode()).problems
    assert found.startswith(problem)


def test_all_problems_are_told_at_once_with_their_rows() -> None:
    raw = b"login,part,points,reason\n,1a,1,x\nada,1a,1,x\nben,1a,x,x\n\xff,1a,1,x\n"
    assert [problem[:6] for problem in refusal(raw).problems] == ["row 2:", "row 4:", "row 5:"]


@pytest.mark.parametrize("text", ["login,part,points,reason", "login,part,points,reason\n\n,,,\n"])
def test_a_file_without_rows_is_refused(text: str) -> None:
    assert "no row below its header" in str(refusal(text.encode()))


def test_a_file_may_have_as_many_rows_as_the_limit_and_no_more() -> None:
    rows = b"".join(b"u%d,1a,1,x\n" % number for number in range(OVERRIDES_LIMITS.rows))
    raw = b"login,part,points,reason\n" + rows
    assert len(read(raw)) == OVERRIDES_LIMITS.rows
    assert str(refusal(raw + b"one,1a,1,x\n")) == "The file has more than 1,000 rows; split it."
