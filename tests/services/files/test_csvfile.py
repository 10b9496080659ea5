import pytest

from grader.domain.errors import ImportRefused
from grader.services.files.csvfile import Limits, cells, lines
from grader.services.files.row_problems import RowError

LIMITS = Limits(file=2_000_000, rows=2, line=20)


def read(raw: bytes) -> list[tuple[int, bytes]]:
    return list(lines(raw, LIMITS, subject="The file", advice="; split it"))


def refusal(raw: bytes) -> str:
    with pytest.raises(ImportRefused) as refused:
        read(raw)
    return str(refused.value)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_lines_are_numbered_as_a_spreadsheet_does_and_blank_ones_count(mark: bytes) -> None:
    assert read(mark + b"a\n\nb") == [(1, b"a\n"), (2, b"\n"), (3, b"b")]


def test_a_file_of_old_line_ends_has_lines_too() -> None:
    assert read(b"a\rb\r") == [(1, b"a\n"), (2, b"b\n")]


@pytest.mark.parametrize("raw", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file_has_an_empty_header(raw: bytes) -> None:
    assert read(raw) == [(1, b"\n")]


def test_a_file_that_is_too_large_is_told_its_limit_and_what_to_do() -> None:
    assert read(b"x" * LIMITS.file)
    assert refusal(b"x" * (LIMITS.file + 1)) == "The file is larger than 2 MB; split it."


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_the_header_and_the_last_line_end_are_no_rows(end: bytes) -> None:
    assert len(read(b"head\n1\n2" + end)) == 3
    assert refusal(b"head\n1\n2\n3" + end) == "The file has more than 2 rows; split it."


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_named(encoding: str) -> None:
    assert "UTF-16" in refusal("\ufeffa,b\n".encode(encoding))


def test_cells_stand_as_they_were_written() -> None:
    assert cells(b' a ,"b,c",\r\n', LIMITS) == [" a ", "b,c", ""]
    assert cells(b"a,b;c", LIMITS, delimiter=";") == ["a,b", "c"]
    assert cells(b"\n", LIMITS) == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"x" * 21, "the line is longer than 20 bytes"),
        (b"zo\xeb", "this is not UTF-8; please save the file as 'CSV UTF-8'"),
        (b"a\0", "there is a NUL character or a line break within the row"),
        (b"a\rb", "there is a NUL character or a line break within the row"),
        (b'"a', "a quoted cell is not closed on this row, or text follows it"),
        (b'"a"b', "a quoted cell is not closed on this row, or text follows it"),
    ],
)
def test_a_line_that_is_no_whole_row_is_told_why(line: bytes, problem: str) -> None:
    with pytest.raises(RowError) as refused:
        cells(line, LIMITS)
    assert str(refused.value) == problem
