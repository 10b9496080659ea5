"""What staff may hand in as a data file, what becomes of it, and what is refused by file and line."""

import csv
import gzip
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from hashlib import sha256, shake_256
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.content.data_lines import LONGEST_LINE, MOST_ROWS
from grader.content.intake import Intake, harmonise, read_data_file
from grader.content.opening import LARGEST_FILE
from grader.domain.errors import DataFileError, GraderError

CLEAN = b"x1,x2,Label\n0,1,1\n1,0,0\n1,1,0\n"
ROWS = b"0,1,1\n1,0,0\n1,1,0\n"
OLDER = b"0 1: 1\n1 0: 0\n1 1: 0\n"
READ_OLDER = "Read the older text form; its columns are now named col0.. and Label."
LINE_END = "Added the missing line end after the last row."
WIDE_HEADER = ",".join([*(f"x{place}" for place in range(23)), "Label\n"]).encode()
WIDE_ROW = b"0,1," * 11 + b"0,1\n"
ROOT = Path(__file__).resolve().parents[2]


def take(
    raw: bytes,
    *,
    name: str = "table.csv",
    features: int = 2,
    extra: tuple[str, ...] = (),
    columns: tuple[str, ...] | None = None,
) -> Intake:
    return read_data_file(name=name, raw=raw, features=features, extra=extra, columns=columns)


def refusal(raw: bytes, *, features: int = 2, extra: tuple[str, ...] = ()) -> str:
    with pytest.raises(DataFileError) as refused:
        take(raw, features=features, extra=extra)
    return str(refused.value)


def csv_of(rows: int, ending: bytes = b"") -> bytes:
    return b"x1,x2,Label\n" + b"0,1,1\n" * rows + ending


# What is taken.


def test_a_clean_file_is_taken_in_byte_for_byte() -> None:
    digest = sha256(CLEAN).hexdigest()
    assert take(CLEAN) == Intake("table.csv", CLEAN, digest, digest, 3, ())


DRESSED = {
    "CRLF": (CLEAN.replace(b"\n", b"\r\n"), "Converted CRLF line ends."),
    "CRLF and LF": (CLEAN.replace(b"\n", b"\r\n", 1), "Converted CRLF line ends."),
    "CR throughout": (CLEAN.replace(b"\n", b"\r"), "Converted CR line ends."),
    "a byte-order mark": (b"\xef\xbb\xbf" + CLEAN, "Removed a byte-order mark."),
    "spaces after commas": (CLEAN.replace(b",", b", "), "Removed spaces around values."),
    "spaces before commas": (CLEAN.replace(b",", b" ,"), "Removed spaces around values."),
    "a space in the header only": (b" " + CLEAN, "Removed spaces around values."),
    "a space in the last line only": (CLEAN[:-1] + b" \n", "Removed spaces around values."),
    "a tab": (CLEAN.replace(b"0,1,1", b"0,\t1,1"), "Removed spaces around values."),
    "a no-break space": (
        CLEAN.replace(b"0,1,1", b"0,\xc2\xa01,1"),
        "Removed spaces around values.",
    ),
    "no line end after the last row": (CLEAN[:-1], LINE_END),
    "a blank line at the end": (CLEAN + b"\n", "Removed blank lines at the end."),
    "many blank lines at the end": (CLEAN + b" \n\n\t\n", "Removed blank lines at the end."),
    "spaces after the last line end": (CLEAN + b"  ", "Removed blank lines at the end."),
    "label in lower case": (CLEAN.replace(b"L", b"l"), "Renamed the column label to Label."),
    "LABEL in upper case": (
        CLEAN.replace(b"Label", b"LABEL"),
        "Renamed the column LABEL to Label.",
    ),
    "Demographic": (
        b"x1,x2,Demographic,Label\n0,1,1,1\n1,0,0,0\n1,1,F,0\n",
        "Dropped the column Demographic.",
    ),
    "Demographic with a negative number": (
        b"x1,x2,demographic,Label\n0,1,-1,1\n1,0,0,0\n1,1,1,0\n",
        "Dropped the column demographic.",
    ),
}


@pytest.mark.parametrize("case", DRESSED)
def test_a_dressed_file_becomes_the_clean_one_and_what_was_changed_is_said(case: str) -> None:
    raw, note = DRESSED[case]
    intake = take(raw)
    assert (intake.content, intake.rows, intake.notes) == (CLEAN, 3, (note,))
    assert intake.sha256 == sha256(CLEAN).hexdigest()
    assert intake.source_sha256 == sha256(raw).hexdigest()


def test_every_change_has_its_own_note() -> None:
    raw = (
        b"\xef\xbb\xbfx1, x2, demographic, LABEL\r\n0, 1, 4, 1\r\n1, 0, 4, 0\r\n1, 1, 4, 0\r\n\r\n"
    )
    intake = take(raw)
    assert intake.content == CLEAN
    assert intake.notes == (
        "Removed a byte-order mark.",
        "Converted CRLF line ends.",
        "Removed blank lines at the end.",
        "Removed spaces around values.",
        "Dropped the column demographic.",
        "Renamed the column LABEL to Label.",
    )


@pytest.mark.parametrize(
    "names",
    ["col0,col1", "col1,col2", "A.1,B.5", "größe,élan", "0,1", "a,A", "two words,b", "a:b,c:d"],
)
def test_any_distinct_names_are_kept(names: str) -> None:
    raw = f"{names},Label\n0,1,1\n".encode()
    assert take(raw).content == raw


@pytest.mark.parametrize(
    "raw",
    [
        OLDER,
        b"2\n3\n" + OLDER,
        b" 2 \n3\t\n" + OLDER,
        OLDER.replace(b": ", b":"),
        OLDER.replace(b": ", b" : "),
        OLDER.replace(b" ", b"  "),
        OLDER.replace(b" ", b"\t"),
    ],
)
def test_the_older_text_form_is_taken_with_or_without_its_counting_lines(raw: bytes) -> None:
    intake = take(raw)
    assert intake.content == b"col0,col1,Label\n" + ROWS
    assert (intake.rows, intake.notes) == (3, (READ_OLDER,))


def test_the_older_text_form_may_be_dressed_too() -> None:
    raw = b"\xef\xbb\xbf2\r\n3\r\n" + OLDER.replace(b"\n", b"\r\n").removesuffix(b"\r\n")
    intake = take(raw)
    assert intake.content == b"col0,col1,Label\n" + ROWS
    assert intake.notes == (
        "Removed a byte-order mark.",
        "Converted CRLF line ends.",
        LINE_END,
        READ_OLDER,
    )


def test_the_older_text_form_may_have_one_feature() -> None:
    assert take(b"1\n1\n1: 0\n", features=1).content == b"col0,Label\n1,0\n"


PROBABILITIES = [
    "0",
    "1",
    "0.5",
    ".5",
    "1.",
    "1.000",
    "0.61803398874989485",
    "5e-7",
    "1E-30",
    "0." + "5" * 62,
]


@pytest.mark.parametrize("typed", PROBABILITIES)
def test_a_probability_keeps_the_digits_that_were_typed(typed: str) -> None:
    raw = f"x1,x2,Label,P\n0,1,1,{typed}\n".encode()
    assert take(raw, extra=("P",)).content == raw


def test_several_columns_of_probabilities_stand_in_the_declared_order() -> None:
    raw = b"x1,x2,demographic,label,P,Q\n0,1,1,1,0.25,0.75\n"
    intake = take(raw, extra=("P", "Q"))
    assert intake.content == b"x1,x2,Label,P,Q\n0,1,1,0.25,0.75\n"


@pytest.mark.parametrize(
    ("raw", "rows"),
    [
        (csv_of(1), 1),
        (csv_of(MOST_ROWS), MOST_ROWS),
        (csv_of(1, b"\n" * (LARGEST_FILE - len(csv_of(1)))), 1),
        (csv_of(1, b"0,1" + b" " * (LONGEST_LINE - 5) + b",1\n"), 2),
        (csv_of(1, b"0,1" + b" " * (LONGEST_LINE - 5) + b",1\r\n"), 2),
        (csv_of(1, b"0,1" + b" " * (LONGEST_LINE - 5) + b",1"), 2),
    ],
    ids=["one row", "most rows", "largest file", "longest line", "with CRLF", "at the end"],
)
def test_a_file_at_a_limit_is_taken(raw: bytes, rows: int) -> None:
    assert take(raw).rows == rows


def test_the_older_text_form_may_have_the_most_rows_and_the_counting_lines() -> None:
    assert take(f"2\n{MOST_ROWS}\n".encode() + b"0 1: 1\n" * MOST_ROWS).rows == MOST_ROWS


# What is refused, with the line that is named and words of the reason.


@dataclass(frozen=True)
class Case:
    raw: bytes
    line: int
    words: str
    features: int = 2
    extra: tuple[str, ...] = ()


def row(text: str, words: str) -> Case:
    """A wrong third line in an otherwise clean file."""
    return Case(f"x1,x2,Label\n0,1,1\n{text}\n1,1,0\n".encode(), 3, words)


def header(text: str, words: str) -> Case:
    return Case(f"{text}\n".encode() + ROWS, 1, words)


def probability(text: str, words: str) -> Case:
    return Case(f"x1,x2,Label,P\n0,1,1,0.5\n0,1,1,{text}\n".encode(), 3, words, extra=("P",))


def older(text: str, line: int, words: str) -> Case:
    return Case(text.encode(), line, words)


def zipped() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bomb:
        bomb.writestr("table.csv", b"0" * 1_000_000, zipfile.ZIP_DEFLATED)
    return archive.getvalue()


CASES = {
    # Rows of a CSV file.
    "label 2": row("1,0,2", "column 'Label': '2' is neither 0 nor 1; write 0 or 1"),
    "label yes": row("1,0,yes", "'yes' is neither 0 nor 1"),
    "label missing": row("1,0,", "column 'Label': the value is missing; fill it in"),
    "feature 2": row("2,0,1", "column 'x1': '2' is neither 0 nor 1"),
    "feature -1": row("1,-1,1", "column 'x2': '-1' is neither 0 nor 1"),
    "feature 0.5": row("0.5,0,1", "'0.5' is neither"),
    "feature 1.0": row("1.0,0,1", "'1.0' is neither"),
    "feature 01": row("01,0,1", "'01' is neither"),
    "feature with letters": row("l,O,1", "'l' is neither"),
    "full-width digit": row("１,0,1", "'１' is neither"),
    "feature missing": row("1,,1", "column 'x2': the value is missing"),
    "feature of spaces": row("1,  ,1", "the value is missing"),
    "nothing but commas": row(",,", "the value is missing"),
    "not available": row("NA,0,1", "'NA' is neither"),
    "zero-width space": row("1,\u200b0,1", r"'\u200b0' is neither"),
    "a cell too few": row("1,0", "expected 3 cells as in the header, found 2"),
    "a cell too many": row("1,0,1,1", "expected 3 cells as in the header, found 4"),
    "a trailing comma": row("1,0,1,", "as in the header, found 4"),
    "semicolons in a row": row("1;0;1", "expected 3 cells as in the header, found 1"),
    "a row of the older form": row("1 0: 1", "as in the header, found 1"),
    "the header again": row("x1,x2,Label", "'x1' is neither"),
    "a blank line": row("", "the line is blank; delete it"),
    "a line of spaces": row("  \t", "the line is blank"),
    "a formula": row("=1+0,0,1", "'=1+0' is a formula; use plain numbers"),
    "a formula with at": row("@SUM(A1),0,1", "is a formula"),
    "a formula with plus": row("+A1,0,1", "is a formula"),
    "a formula with minus": row("-A1,0,1", "is a formula"),
    "a formula after a space": row(' =cmd|"/C calc"!A0,0,1', "quoted cell"),
    "a quoted cell": row('"1",0,1', "there is a quoted cell; use plain numbers"),
    "an unclosed quote": row('"1,0,1', "quoted cell"),
    "deep quotes": row('"' * 9_000, "quoted cell"),
    "NUL in a row": row("1,\0,1", "there is a NUL byte"),
    "CR beside LF": row("1,0,1\r1,1,1", "there is a carriage return within the line"),
    "CR CR LF": row("1,0,1\r\r", "carriage return within the line"),
    "not UTF-8": Case(b"x1,x2,Label\n0,1,1\n1,\xe9,1\n", 3, "this is not UTF-8; save it as CSV"),
    "a surrogate in UTF-8": Case(b"x1,x2,Label\n\xed\xa0\x80,1,1\n", 2, "this is not UTF-8"),
    "wrong in the last row": Case(csv_of(2, b"0,1,2"), 4, "'2' is neither 0 nor 1"),
    "wrong after CRLF": Case(csv_of(2, b"0,1,2").replace(b"\n", b"\r\n"), 4, "'2' is neither"),
    "wrong after CR": Case(csv_of(2, b"0,1,2").replace(b"\n", b"\r"), 4, "'2' is neither"),
    "formula in Demographic": Case(
        b"x1,x2,Demographic,Label\n0,1,=A1,1\n", 2, "column 'Demographic': '=A1' is a formula"
    ),
    "Demographic missing": Case(
        b"x1,x2,Demographic,Label\n0,1,,1\n", 2, "column 'Demographic': the value is missing"
    ),
    "label 2 beside Demographic": Case(
        b"x1,x2,Demographic,Label\n0,1,1,2\n", 2, "column 'Label': '2' is neither"
    ),
    # Probabilities.
    "probability over 1": probability("1.0000001", "'1.0000001' is no probability; write a number"),
    "probability under 0": probability("-0.1", "write a number from 0 to 1"),
    "probability 1e30": probability("1e30", "write a number from 0 to 1"),
    "probability missing": probability("", "column 'P': the value is missing"),
    "probability nan": probability("nan", "'nan' is no probability. It says “not a number”"),
    "probability inf": probability("inf", "Infinity is not an answer"),
    "probability in words": probability(
        "half", "'half' is no probability. It has a unit or other letters"
    ),
    "probability in percent": probability("50%", "It has a percent sign"),
    "probability as fraction": probability("1/2", "It is a fraction"),
    "probability with underscore": probability("0.1_0", "It has an underscore"),
    "probability of 65 digits": probability("0." + "5" * 63, "It is too long"),
    "probability with huge exponent": probability("1e-999999999", "It is too close to zero"),
    "probability in Arabic digits": probability("٠.٥", "Its digits are not the plain ones"),
    "probability with a decimal comma": probability(
        "0,5", "expected 4 cells as in the header, found 5"
    ),
    "probability with plus": probability("+0.5", "'+0.5' has a sign; write the number without it"),
    "probability minus zero": probability("-0", "'-0' has a sign"),
    "probability with a typographic minus": probability("−0", "'−0' has a sign"),
    "probability formula": probability("=RAND()", "is a formula"),
    # Headers.
    "no header": Case(ROWS, 1, "there is no header line; begin with the columns' names"),
    "no header and probabilities": Case(b"0,1,1,0.25\n", 1, "no header line", extra=("P",)),
    "no header with a byte-order mark": Case(b"\xef\xbb\xbf" + ROWS, 1, "no header line"),
    "one number": Case(b"1.5\n", 1, "no header line"),
    "no commas": header("x1;x2;Label", "there is no comma in the header"),
    "tabs": header("x1\tx2\tLabel", "there is no comma in the header"),
    "no label": header("x1,x2,y", "there is no column Label; add it after the features"),
    "label first": header("Label,x1,x2", "expected 2 columns of features, found 0"),
    "label first, Demographic last": header(
        "Label,x1,Demographic", "expected 2 columns of features, found 0"
    ),
    "a feature too few": header("x1,Label", "expected 2 columns of features, found 1"),
    "a feature too many": header("x1,x2,x3,Label", "expected 2 columns of features, found 3"),
    "Demographic counted": header(
        "x1,Demographic,Label", "expected 2 columns of features besides Demographic, found 1"
    ),
    "Demographic in front": header(
        "Demographic,x2,Label", "the column Demographic can't stand among the features"
    ),
    "demographic in front": header("demographic,x2,Label", "the column demographic can't stand"),
    "Demographic after Label": header("x1,x2,Label,Demographic", "not 'Demographic'"),
    "two names alike": header("x1,x1,Label", "two columns are named 'x1'"),
    "two names alike but for spaces": header("x1, x1 ,Label", "two columns are named 'x1'"),
    "two labels": header("x1,x2,Label,label", "two columns are named 'Label'"),
    "an empty name": header("x1,,Label", "column 2 has no name; name it or delete it"),
    "an index column": header(",x1,x2,Label", "column 1 has no name"),
    "a trailing comma in the header": header("x1,x2,Label,", "column 4 has no name"),
    "a quoted name": header('"x1",x2,Label', "quoted cell"),
    "a formula for a name": header("=x1,x2,Label", "the name '=x1' could be taken for a formula"),
    "an invisible character in a name": header("x\u200b1,x2,Label", "has an invisible character"),
    "two byte-order marks": Case(b"\xef\xbb\xbf\xef\xbb\xbf" + CLEAN, 1, "invisible character"),
    "text from right to left": header("\u202ex1,x2,Label", "has an invisible character"),
    "an extra column": header("x1,x2,Label,P", "after Label there must be nothing, not 'P'"),
    "no extra column": Case(CLEAN, 1, "after Label there must be P, not 'nothing'", extra=("P",)),
    "another extra column": Case(
        b"x1,x2,Label,Q\n0,1,1,0\n", 1, "after Label there must be P, not 'Q'", extra=("P",)
    ),
    "extra columns swapped": Case(
        b"x1,x2,Label,Q,P\n0,1,1,0,0\n", 1, "must be P, Q, not 'Q, P'", extra=("P", "Q")
    ),
    "an extra column before Label": Case(
        b"x1,P,Label\n0,1,1\n", 1, "the column P can't stand among the features", extra=("P",)
    ),
    "a web page": header("<!DOCTYPE html><title>Sign in</title>", "there is no comma"),
    "a blank line first": Case(b"\n" + CLEAN, 1, "the line is blank"),
    # The older text form.
    "count of features": older("3\n3\n0 1: 1\n", 1, "the count of features is '3', but must be 2"),
    "count of features with a zero": older("02\n1\n0 1: 1\n", 1, "the count of features is '02'"),
    "count of features in other digits": older("٢\n1\n0 1: 1\n", 1, "the count of features is '٢'"),
    "count of rows too high": older(
        "2\n2\n0 1: 1\n", 2, "the count of rows is '2', but the file holds 1; correct it"
    ),
    "count of rows too low": older("2\n1\n0 1: 1\n1 1: 1\n", 2, "the count of rows is '1'"),
    "count of rows beyond counting": older(
        f"2\n{'9' * 9_000}\n0 1: 1\n", 2, f"is '{'9' * 40}…', but the file holds 1"
    ),
    "no count of rows": older("2\n0 1: 1\n", 2, "give the count of rows"),
    "counts swapped for words": older("2\nthree\n0 1: 1\n", 2, "give the count of rows"),
    "one count only": older("2\n", 2, "give the count of rows"),
    "counts only": older("2\n0\n", 3, "there are no rows of data"),
    "older label 2": older("2\n2\n0 1: 1\n0 1: 2\n", 4, "'2' is neither 0 nor 1"),
    "older label -1": older("0 1: 1\n0 1: -1\n", 2, "'-1' is neither 0 nor 1"),
    "older label missing": older("0 1: 1\n0 1:\n", 2, "the label is missing"),
    "older two labels": older("0 1: 1\n0 1: 1 1\n", 2, "'1 1' is neither"),
    "older two colons": older("0 1: 1\n0 1: 1: 1\n", 2, "'1: 1' is neither"),
    "older feature 3": older("0 1: 1\n0 3: 1\n", 2, "'3' is neither"),
    "older feature too few": older(
        "0 1: 1\n1: 1\n", 2, "expected 2 values before the colon, found 1"
    ),
    "older feature too many": older(
        "0 1: 1\n0 1 1: 1\n", 2, "expected 2 values before the colon, found 3"
    ),
    "older without colon": older("0 1: 1\n0 1 1\n", 2, "there is no colon; write one"),
    "older with commas": older("2\n1\n0,1: 1\n", 3, "'0,1' is neither"),
    "CSV below counts": older("2\n1\nx1,x2,Label\n0,1,1\n", 3, "there is no colon"),
    "older blank line": older("0 1: 1\n\n0 1: 1\n", 2, "the line is blank"),
    "older with probabilities": Case(
        OLDER, 1, "the older text form has no place for P; give a CSV file", extra=("P",)
    ),
    # Files that are no table at all.
    "nothing": Case(b"", 1, "the file is empty; it needs a header line and rows"),
    "only a byte-order mark": Case(b"\xef\xbb\xbf", 1, "the file is empty"),
    "only line ends": Case(b"\n\r\n  \n", 1, "the file is empty"),
    "only a header": Case(b"x1,x2,Label\n", 2, "there are no rows of data; add them below"),
    "only a header, without line end": Case(b"x1,x2,Label", 2, "there are no rows of data"),
    "only a header and blank lines": Case(b"x1,x2,Label\n\n\n", 2, "there are no rows of data"),
    "UTF-16": Case(CLEAN.decode().encode("utf-16"), 1, "saved as UTF-16: save it as CSV UTF-8"),
    "UTF-16, big end first": Case(
        b"\xfe\xff" + CLEAN.decode().encode("utf-16-be"), 1, "saved as UTF-16: save it"
    ),
    "UTF-16 without a mark": Case(CLEAN.decode().encode("utf-16-le"), 1, "saved as UTF-16"),
    "UTF-16 without a mark, big end first": Case(
        CLEAN.decode().encode("utf-16-be"), 1, "saved as UTF-16"
    ),
    "UTF-32": Case(CLEAN.decode().encode("utf-32"), 1, "saved as UTF-16"),
    "gzip": Case(gzip.compress(CLEAN * 100_000), 1, "the file is a gzip archive"),
    "zip or xlsx": Case(zipped(), 1, "the file is a zip archive or a spreadsheet"),
    "xls": Case(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99, 1, "a spreadsheet such as .xls"),
    "PNG": Case(b"\x89PNG\r\n\x1a\n" + bytes(99), 1, "the file is a PNG picture"),
    "PDF": Case(b"%PDF-1.7\n", 1, "the file is a PDF document"),
    "garbage": Case(b"\x80" + shake_256().digest(2_000_000), 1, "line 1"),
    "NULs only": Case(bytes(9_000), 1, "there is a NUL byte"),
    "one NUL": Case(b"\0", 1, "there is a NUL byte"),
    "5 MB of NULs": Case(bytes(LARGEST_FILE), 1, "longer than 10,000 characters"),
    "a byte over the largest": Case(csv_of(1, b"\n" * LARGEST_FILE), 1, "larger than 5 MB"),
    "one byte over": Case(
        csv_of(1, b"\n" * (LARGEST_FILE - len(csv_of(1)) + 1)), 1, "larger than 5 MB"
    ),
    "one line of 5 MB": Case(b"0" * LARGEST_FILE, 1, "the line is longer than 10,000 characters"),
    "one line of commas": Case(b"," * LARGEST_FILE, 1, "the line is longer than"),
    "one line of quotes": Case(b'"' * LARGEST_FILE, 1, "the line is longer than"),
    "a line one too long": Case(
        csv_of(1, b"0,1" + b" " * (LONGEST_LINE - 4) + b",1\n"), 3, "the line is longer than"
    ),
    "a last line one too long": Case(
        csv_of(1, b"0,1" + b" " * (LONGEST_LINE - 4) + b",1"), 3, "the line is longer than"
    ),
    "100,000 columns": Case(
        ",".join(f"x{i}" for i in range(100_000)).encode(), 1, "the line is longer than"
    ),
    "a row of commas": Case(csv_of(1, b"," * LONGEST_LINE), 3, "as in the header, found 10001"),
    "a header of commas": Case(b"," * LONGEST_LINE, 1, "column 1 has no name"),
    "5 MB of line ends": Case(b"x1,x2,Label" + b"\n" * 4_999_980 + b"0", 2, "the line is blank"),
    "a row too many": Case(csv_of(MOST_ROWS + 1), MOST_ROWS + 2, "more than 100,000 rows"),
    "a row too many in the older form": Case(
        b"0 1: 1\n" * (MOST_ROWS + 1), MOST_ROWS + 1, "more than 100,000 rows"
    ),
    "as many rows as 5 MB hold": Case(
        b"x,Label\n" + b"0,0\n" * 1_249_998, MOST_ROWS + 2, "more than 100,000 rows", features=1
    ),
    "wrong at the end of 4.8 MB": Case(
        WIDE_HEADER + WIDE_ROW * (MOST_ROWS - 1) + WIDE_ROW.replace(b"1\n", b"2\n"),
        MOST_ROWS + 1,
        "column 'Label': '2' is neither 0 nor 1",
        features=23,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_no_clean_table_is_refused_by_file_and_line(name: str) -> None:
    case = CASES[name]
    message = refusal(case.raw, features=case.features, extra=case.extra)
    assert message.startswith(f"table.csv, line {case.line}: ")
    assert case.words in message
    assert message.endswith(".")
    assert len(message) < 300
    assert message.isprintable()


def test_the_refusal_names_the_file_that_was_given() -> None:
    with pytest.raises(GraderError, match=r"^ancestry-train\.csv, line 2: column 'x1': '7' is"):
        take(b"x1,x2,Label\n7,1,1\n", name="ancestry-train.csv")


def test_thirty_hostile_files_at_least_are_tried() -> None:
    assert len(CASES) >= 30


def test_columns_that_are_settled_must_be_as_many_as_the_features() -> None:
    with pytest.raises(ValueError, match=r"1 columns are named, but there are 2 features\."):
        take(CLEAN, columns=("x1",))


# Names that differ between the files of one problem.


def test_settled_names_are_given_by_position_and_said() -> None:
    intake = take(CLEAN, columns=("col0", "col1"))
    assert intake.content == b"col0,col1,Label\n" + ROWS
    assert intake.sha256 == sha256(intake.content).hexdigest()
    assert intake.notes == (
        "Column names differ from the settled ones (x1.. against col0..); matched by position.",
    )


def test_settled_names_that_agree_are_not_worth_a_note() -> None:
    assert take(CLEAN, columns=("x1", "x2")) == take(CLEAN)


def test_the_older_text_form_takes_the_settled_names() -> None:
    intake = take(OLDER, columns=("x1", "x2"))
    assert intake.content == CLEAN
    assert intake.notes == ("Read the older text form; its columns are now named x1.. and Label.",)


def test_settled_names_in_another_order_are_refused() -> None:
    with pytest.raises(
        DataFileError, match=r"^table\.csv, line 1: the columns have the names of the settled"
    ):
        take(CLEAN, columns=("x2", "x1"))


def test_later_files_get_the_names_of_the_first_by_position() -> None:
    train = take(b"col0,col1,Label\n0,1,1\n", name="train.csv")
    test = take(b"col1,col2,Label\r\n0,1,1\r\n", name="test.csv")
    calibration = take(b"a,b,Label,P\n0,1,1,.5\n", name="calibration.csv", extra=("P",))
    first, second, third = harmonise([train, test, calibration])
    assert first == train
    assert second.content == train.content
    assert second.sha256 == train.sha256
    assert (second.source_sha256, second.rows) == (test.source_sha256, 1)
    assert second.notes == (
        "Converted CRLF line ends.",
        "Column names differ from train.csv (col1.. against col0..); matched by position.",
    )
    assert third.content == b"col0,col1,Label,P\n0,1,1,.5\n"


def test_the_note_names_the_first_column_that_differs() -> None:
    files = [take(CLEAN, name="train.csv"), take(CLEAN.replace(b"x2", b"x9"), name="test.csv")]
    assert harmonise(files)[1].notes == (
        "Column names differ from train.csv (x9.. against x2..); matched by position.",
    )


def test_files_that_agree_stay_as_they_are() -> None:
    files = [take(CLEAN, name="train.csv"), take(CLEAN, name="test.csv")]
    assert harmonise(files) == files


def test_a_table_with_other_features_stays_as_it_is() -> None:
    files = [take(CLEAN), take(b"a,Label\n0,1\n", features=1, name="other.csv")]
    assert harmonise(files) == files


def test_no_files_are_harmonised_to_none() -> None:
    assert harmonise([]) == []


def test_the_same_names_in_another_order_are_refused() -> None:
    files = [take(CLEAN, name="train.csv"), take(b"x2,x1,Label\n0,1,1\n", name="test.csv")]
    with pytest.raises(DataFileError, match=r"^test\.csv, line 1: .* train\.csv in another order"):
        harmonise(files)


def test_an_extra_column_named_like_a_feature_of_the_first_is_refused() -> None:
    files = [
        take(b"x1,P,Label\n0,1,1\n", name="train.csv"),
        take(b"x1,x2,Label,P\n0,1,1,0.5\n", name="test.csv", extra=("P",)),
    ]
    with pytest.raises(DataFileError, match=r"^test\.csv, line 1: 'P' is the name of a feature in"):
        harmonise(files)


# Whatever the bytes.


@dataclass(frozen=True)
class Clean:
    """A table as it should come out."""

    rows: list[tuple[list[str], str, list[str]]]
    extra: tuple[str, ...]

    @property
    def features(self) -> int:
        return len(self.rows[0][0])

    @property
    def body(self) -> str:
        return "".join(f"{','.join((*x, y, *p))}\n" for x, y, p in self.rows)


@st.composite
def clean_tables(draw: st.DrawFn) -> Clean:
    binary = st.sampled_from("01")
    features = draw(st.integers(1, 6))
    extra = draw(st.sampled_from([(), ("P",), ("P", "Q")]))
    cells = st.tuples(
        st.lists(binary, min_size=features, max_size=features),
        binary,
        st.lists(st.sampled_from(PROBABILITIES), min_size=len(extra), max_size=len(extra)),
    )
    return Clean(draw(st.lists(cells, min_size=1, max_size=8)), extra)


@st.composite
def csv_dressings(draw: st.DrawFn, table: Clean) -> str:
    start, stem = draw(st.sampled_from([(0, "col"), (1, "col"), (1, "x"), (7, "A.")]))
    names = [f"{stem}{start + place}" for place in range(table.features)]
    label = draw(st.sampled_from(["Label", "label", "LABEL"]))
    dropped = draw(st.booleans())
    lines = [[*names, *["Demographic"] * dropped, label, *table.extra]]
    lines += [[*x, *["3"] * dropped, y, *p] for x, y, p in table.rows]
    comma = draw(st.sampled_from([",", ", ", " ,", ",\t"]))
    return "".join(f"{comma.join(line)}\n" for line in lines)


@st.composite
def older_dressings(draw: st.DrawFn, table: Clean) -> str:
    gap, colon = draw(st.sampled_from([" ", "  ", "\t"])), draw(st.sampled_from([":", ": ", " : "]))
    counts = f"{table.features}\n{len(table.rows)}\n" if draw(st.booleans()) else ""
    return counts + "".join(f"{gap.join(x)}{colon}{y}\n" for x, y, _ in table.rows)


@st.composite
def dressed_tables(draw: st.DrawFn) -> tuple[Clean, bytes]:
    table = draw(clean_tables())
    older_too = [older_dressings(table)] if not table.extra else []
    text = draw(st.one_of(csv_dressings(table), *older_too))
    text = text.removesuffix("\n") + draw(st.sampled_from(["", "\n", "\n\n", "\n \n\n", " \n"]))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n", "\r"])))
    return table, draw(st.sampled_from(["", "\ufeff"])).encode() + text.encode()


@given(dressed_tables())
def test_a_table_in_any_dressing_comes_out_the_same(dressed: tuple[Clean, bytes]) -> None:
    table, raw = dressed
    intake = take(raw, features=table.features, extra=table.extra)
    header, _, body = intake.content.decode().partition("\n")
    assert body == table.body
    names = header.split(",")
    assert len(names) == len(set(names)) == table.features + 1 + len(table.extra)
    assert names[table.features :] == ["Label", *table.extra]
    assert intake.rows == len(table.rows)
    # Changes are said if, and only if, there are any; what comes out is taken in as it stands.
    assert (intake.notes == ()) == (intake.content == raw)
    again = take(intake.content, features=table.features, extra=table.extra)
    assert (again.content, again.notes) == (intake.content, ())


def is_taken_clean_or_refused_by_line(
    raw: bytes, extra: tuple[str, ...], *, features: int = 2
) -> None:
    try:
        intake = take(raw, features=features, extra=extra)
    except DataFileError as refused:
        message = str(refused)
        assert message.startswith("table.csv, line ")
        assert message.removeprefix("table.csv, line ").partition(":")[0].isdecimal()
        assert message.isprintable()
        return
    # Python's own reader of CSV is the judge of what came through.
    names, *rows = csv.reader(io.StringIO(intake.content.decode(), newline=""))
    assert names[features:] == ["Label", *extra]
    assert len(rows) == intake.rows > 0
    assert all({*row[: features + 1]} <= {"0", "1"} and len(row) == len(names) for row in rows)
    assert all(0 <= float(cell) <= 1 for row in rows for cell in row[features + 1 :])


@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b"\r")
@example(b":")
@example(b"2\n")
def test_arbitrary_bytes_are_refused_or_come_out_clean(raw: bytes) -> None:
    is_taken_clean_or_refused_by_line(raw, ())


PIECES = [
    *"012:,;\n\r \t\"'=+-@.e\0",
    *["\n", ",", "0,1,1\n", "x1,x2,Label\n", "x1,x2,Label,P\n", "0 1: 1\n", "Demographic,"],
    *["\u2028", "\u0085", "\x0b", "\xa0", "\ufeff", "٣", "²", "−", "ﬀ", "\r\n", "label"],
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.sampled_from([(), ("P",)]))
def test_arbitrary_pieces_of_tables_are_refused_or_come_out_clean(
    text: str, extra: tuple[str, ...]
) -> None:
    is_taken_clean_or_refused_by_line(text.encode(), extra)


@given(dressed_tables(), st.data())
def test_a_dressed_table_with_a_changed_byte_is_refused_or_comes_out_clean(
    dressed: tuple[Clean, bytes], data: st.DataObject
) -> None:
    table, raw = dressed
    place = data.draw(st.integers(0, len(raw) - 1))
    changed = bytearray(raw)
    changed[place] = data.draw(st.integers(0, 255))
    is_taken_clean_or_refused_by_line(bytes(changed), table.extra, features=table.features)


# In a process of its own, so that neither memory nor time is that of the tests.

CHILD = """
import json, sys, time, tracemalloc
from pathlib import Path
from grader.content.intake import read_data_file
from grader.domain.errors import DataFileError

for line in sys.stdin:
    path, features, extra = json.loads(line)
    tracemalloc.start()
    started = time.perf_counter()
    try:
        read_data_file(
            name="table.csv", raw=Path(path).read_bytes(), features=features, extra=tuple(extra)
        )
        outcome = "taken"
    except DataFileError as refused:
        outcome = str(refused)
    seconds, peak = time.perf_counter() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(json.dumps([outcome, seconds, peak]))
"""


def test_hostile_files_cost_less_than_fifty_megabytes_and_five_seconds(tmp_path: Path) -> None:
    orders = []
    for place, case in enumerate(CASES.values()):
        file = tmp_path / f"{place}.csv"
        file.write_bytes(case.raw)
        orders.append(json.dumps([str(file), case.features, case.extra]))
    child = subprocess.run(
        [sys.executable, "-c", CHILD],
        input="\n".join(orders),
        capture_output=True,
        check=True,
        cwd=ROOT,
        text=True,
        timeout=120,
    )
    outcomes = [json.loads(line) for line in child.stdout.splitlines()]
    assert len(outcomes) == len(CASES)
    # A harness that saw no memory at all would pass every file.
    assert max(peak for _, _, peak in outcomes) > LARGEST_FILE
    for (name, case), (outcome, seconds, peak) in zip(CASES.items(), outcomes, strict=True):
        assert outcome.startswith(f"table.csv, line {case.line}: "), name
        assert peak < 50_000_000, name
        assert seconds < 5, name
