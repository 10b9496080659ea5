"""Reading a file of submissions: what is none is refused by row."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from grader.domain.errors import ImportRefused
from grader.services.files.row_problems import MOST_PROBLEMS, Problems
from grader.services.imports.submissionsfile import ImportRow, read_submissions

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)
HEAD = "student,part,answer,submitted_at\n"
WHEN = "2026-03-09T20:15:00-07:00"
GOOD = f"ada,set/sum/a,0.5,{WHEN}\n"


def read(content: str | bytes) -> list[ImportRow]:
    raw = content.encode() if isinstance(content, str) else content
    problems = Problems()
    rows = list(read_submissions(raw, zone=ZONE, now=NOW, problems=problems))
    problems.refuse_if_any()
    return rows


def refusal(content: str | bytes) -> str:
    with pytest.raises(ImportRefused) as error:
        read(content)
    return "\n".join((str(error.value), *error.value.problems))


def test_a_row_is_read_as_it_stands() -> None:
    (row,) = read(HEAD + GOOD)
    assert row == ImportRow(
        row=2,
        login="ada",
        part="set/sum/a",
        text="0.5",
        value=Decimal("0.5"),
        submitted_at=datetime(2026, 3, 10, 3, 15, tzinfo=UTC),
        in_course_zone=False,
    )


def test_columns_may_stand_in_any_order_and_case() -> None:
    content = f"Submitted_At,ANSWER,Part,student\n{WHEN},0.5,set/sum/a,Ada \n"
    assert read(content) == read(HEAD + GOOD)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(end: str, start: bytes) -> None:
    content = start + (HEAD + GOOD).replace("\n", end).encode()
    assert read(content) == read(HEAD + GOOD)


def test_blank_rows_count_but_are_skipped() -> None:
    assert [row.row for row in read(f"{HEAD}\n{GOOD},,,\n{GOOD}")] == [3, 5]


def test_quoted_cells_are_read() -> None:
    (row,) = read(f'{HEAD}"ada","set/sum/a","0.5","{WHEN}"\n')
    assert row.text == "0.5"


def row(cells: str) -> str:
    """A file with a good row before and after the one in question."""
    return f"{HEAD}{GOOD}{cells}\n{GOOD}"


BAD: dict[str, tuple[str, str]] = {
    "other columns": ("login,part,answer,time\n", "'login' is none of the columns"),
    "a column missing": ("student,part,answer\n", "the column submitted_at is missing"),
    "a column twice": (f"student,{HEAD}", "the column student stands there twice"),
    "one more column": (HEAD.replace("\n", ",verdict\n"), "'verdict' is none of the columns"),
    "a formula for a header": (HEAD.replace("student", "=1+1"), "'=1+1' is none"),
    "semicolons": ((HEAD + GOOD).replace(",", ";"), "is none of the columns"),
    "too few cells": (row("ada,set/sum/a,0.5"), "row 3: there are 3 cells"),
    "too many cells": (row(f"ada,set/sum/a,0,5,{WHEN}"), "row 3: there are 5 cells"),
    "no student": (row(f",set/sum/a,0.5,{WHEN}"), "row 3: the student is missing"),
    "a word": (row(f"ada,set/sum/a,half,{WHEN}"), "row 3: the answer 'half' can't be read."),
    "a comma": (row(f'ada,set/sum/a,"0,5",{WHEN}'), "row 3: the answer '0,5' can't be read."),
    "a formula": (row(f"ada,set/sum/a,=1/2,{WHEN}"), "row 3: the answer '=1/2'"),
    "infinity": (row(f"ada,set/sum/a,inf,{WHEN}"), "row 3: the answer 'inf'"),
    "not a number": (row(f"ada,set/sum/a,nan,{WHEN}"), "row 3: the answer 'nan'"),
    "a huge exponent": (row(f"ada,set/sum/a,1e999999999,{WHEN}"), "row 3: the answer"),
    "no answer": (row(f"ada,set/sum/a,,{WHEN}"), "row 3: the answer '' can't be read."),
    "no time": (row("ada,set/sum/a,0.5,"), "row 3: the time '' is not one such as"),
    "a day alone": (row("ada,set/sum/a,0.5,2026-03-09"), "row 3: the time '2026-03-09'"),
    "a week": (row("ada,set/sum/a,0.5,2026-W11-1T10:00"), "row 3: the time"),
    "an American day": (row("ada,set/sum/a,0.5,3/9/2026 10:00"), "row 3: the time"),
    "a day that is none": (row("ada,set/sum/a,0.5,2026-02-30T10:00"), "row 3: the time"),
    "24 o'clock": (row("ada,set/sum/a,0.5,2026-03-09T24:00"), "row 3: the time"),
    "an offset that is none": (row("ada,set/sum/a,0.5,2026-03-09T10:00+99:99"), "row 3: the time"),
    "the year 1": (row("ada,set/sum/a,0.5,0001-01-01T00:00+14:00"), "row 3: the time"),
    "the year 1999": (row("ada,set/sum/a,0.5,1999-12-31T23:59:59Z"), "row 3: the time"),
    "the year 9999": (row("ada,set/sum/a,0.5,9999-12-31T23:59-14:00"), "row 3: the time"),
    "the future": (row("ada,set/sum/a,0.5,2026-03-13T00:00Z"), "lies in the future"),
    "full-width digits": (row("ada,set/sum/a,0.5,\uff12026-03-09T10:00"), "row 3: the time"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_answer_is_refused_and_the_row_is_named(name: str) -> None:
    content, message = BAD[name]
    assert message in refusal(content)


def test_every_bad_row_is_named_in_order() -> None:
    told = refusal(f"{HEAD},,0.5,\n{GOOD}ada,set/sum/a,x,{WHEN}\n{GOOD}ada\n")
    assert [line.partition(":")[0] for line in told.splitlines()[1:]] == ["row 2", "row 4", "row 6"]


def test_a_file_of_bad_rows_is_told_up_to_a_bound() -> None:
    lines = refusal(HEAD + "ada\n" * (MOST_PROBLEMS + 5)).splitlines()
    assert len(lines) == MOST_PROBLEMS + 2
    assert lines[-1] == "and 5 more rows"
