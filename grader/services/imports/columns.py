"""Finds the columns of a file of submissions, and takes its rows apart by them.

The header must hold these columns and no others, in any order.
"""

from collections.abc import Sequence

from grader.services.files.csvfile import Limits, cells
from grader.services.files.row_problems import RowError

SUBMISSIONS_LIMITS = Limits(file=10_000_000, rows=100_000, line=1_000)
COLUMNS = ("student", "part", "answer", "submitted_at")


def find_submission_columns(header: bytes) -> list[int]:
    """Where each of ``COLUMNS`` stands.

    Raises:
        RowError: there is another column, one is missing, or one stands there twice.
    """
    titles = [title.lower() for title in _stripped(header)]
    for title in titles:
        if title not in COLUMNS:
            raise RowError(f"{title[:40]!r} is none of the columns {', '.join(COLUMNS)}")
        if titles.count(title) > 1:
            raise RowError(f"the column {title} stands there twice")
    missing = [column for column in COLUMNS if column not in titles]
    if missing:
        raise RowError(f"the column {missing[0]} is missing")
    return [titles.index(column) for column in COLUMNS]


def pick(line: bytes, places: Sequence[int]) -> list[str]:
    """The cells of a row in the order of ``COLUMNS``; none of a blank row.

    Raises:
        RowError: it is no such row.
    """
    stated = _stripped(line)
    if not any(stated):
        return []
    if len(stated) != len(places):
        raise RowError(f"there are {len(stated)} cells, but the header has {len(places)}")
    return [stated[place] for place in places]


def _stripped(line: bytes) -> list[str]:
    return [cell.strip() for cell in cells(line, SUBMISSIONS_LIMITS)]
