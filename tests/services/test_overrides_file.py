"""Reading a file of overrides: every shape of it, and hostile ones."""

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pytest

from grader.config import PROJECT
from grader.domain.errors import ImportRefused
from grader.services.overrides_file import OVERRIDES_LIMITS, OverrideRow, read_overrides
from grader.services.row_problems import Problems
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


HEADER = b"login,part,points,reason\n"
HOSTILE = {
    "a zip bomb": b"PK\x03\x04" + b"\0" * 1_900_000,
    "utf-16": FULL.encode("utf-16"),
    "utf-32": FULL.encode("utf-32"),
    "latin-1": HEADER + "ada,1a,1,für alle\n".encode("latin-1"),
    "half characters": HEADER + b"ada,1a,1,\xed\xa0\x80\n",
    "nul bytes": HEADER + b"\0" * 1_900_000,
    "only nul bytes": b"\0" * 1_900_000,
    "commas": HEADER + b"," * 1_900_000,
    "quotes": HEADER + b'"' * 1_900_000,
    "line ends": HEADER + b"\n" * 1_900_000,
    "old line ends": HEADER.replace(b"\n", b"\r") + b"\r" * 1_900_000,
    "two hundred thousand rows": HEADER + b"a,1a,1,x\n" * 200_000,
    "too large": HEADER + b"x" * 2_000_000,
    "a huge header": b"login,part,points,reason," + b"x" * 1_900_000,
    "a huge cell": HEADER + b"ada,1a,1," + b"x" * 1_900_000,
    "a huge number": HEADER + b"ada,1a," + b"9" * 4_900 + b",x\n",
    "a huge exponent": HEADER + b"ada,1a,1e1000000,x\n",
    "an unclosed quote": HEADER + b'ada,1a,1,"x\n' + b"b,1a,1,x\n" * 900,
    "all the same": HEADER + b"ada,1a,1,x\n" * 999,
    "all bad": HEADER + b"x,y\n" * 999,
    "formulas": HEADER + b"ada,1a,=1+1,x\n" * 999,
    "the header twice": HEADER + HEADER,
    "every byte": bytes(range(256)) * 7_000,
    "wide": HEADER + "🦉,".encode() * 390_000,
    "a byte order mark alone": b"\xef\xbb\xbf",
    "empty": b"",
    "json": b'[{"login": "ada", "part": "1a", "points": 1, "reason": "x"}]',
    "markup": b"<html><body>Sign in</body></html>\n",
    "semicolons within commas": b"login;part,points;reason\nada;1a,1;x\n",
    "right to left": HEADER + "ada,1a,1,\u202ex\n".encode(),
}
MEASURE = """
import resource, sys, time
from grader.domain.errors import ImportRefused
from grader.services.overrides_file import read_overrides
from grader.services.row_problems import Problems
from tests.services.test_overrides_file import NUMBERED
raw = sys.stdin.buffer.read()
problems = Problems()
before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    read_overrides(raw, assignment=NUMBERED, problems=problems)
    problems.refuse_if_any()
except ImportRefused as refused:
    print(str(refused), *refused.problems, sep="\\n")
    print(f"{time.process_time() - started:.2f}")
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_there_are_thirty_hostile_files() -> None:
    assert len(HOSTILE) >= 30


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_with_little_memory_and_time(kind: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE],
        input=HOSTILE[kind],
        capture_output=True,
        check=True,
        cwd=PROJECT,
    )
    *told, seconds, megabytes = done.stdout.decode().splitlines()
    assert told
    assert float(seconds) < 5
    assert int(megabytes) < 50
