"""Finds a roster's columns by their titles, and takes its rows apart by them.

Columns may stand in any order; those that we don't know are ignored.
"""

from dataclasses import dataclass
from unicodedata import normalize

from grader.services.files.csvfile import Limits, cells
from grader.services.files.row_problems import RowError
from grader.services.roster.aliases import column_of

ROSTER_LIMITS = Limits(file=5_000_000, rows=50_000, line=10_000)

_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a header says: the delimiter, the place of each known column, and the cells of a row."""

    delimiter: str
    places: dict[str, int]
    width: int

    def pick(self, line: bytes) -> dict[str, str]:
        """The cells of the known columns; none of a blank row.

        Raises:
            RowError: it is no such row.
        """
        stated = _spaced(line, self.delimiter)
        if not any(stated):
            return {}
        # A row of another length is most likely shifted by an unquoted comma.
        if len(stated) < self.width or any(stated[self.width :]):
            raise RowError(f"there are {len(stated)} cells, but the header has {self.width}")
        return {column: stated[place] for column, place in self.places.items()}


def find_roster_columns(header: bytes) -> Columns:
    """What a header says.

    Raises:
        RowError: a column that is needed is missing, or two titles give the same one.
    """
    delimiter = max(_DELIMITERS, key=lambda guess: _known_titles(header, guess))
    titles = _spaced(header, delimiter)
    places: dict[str, int] = {}
    for place, title in enumerate(titles):
        column = column_of(title)
        if column in places:
            raise RowError(
                f"the columns {titles[places[column]][:40]!r} and {title[:40]!r} both give the {column}"
            )
        if column is not None:
            places[column] = place
    if "login" not in places:
        raise RowError("there is no column for the login: SUNetID, SIS Login ID, Login or UID")
    if "name" not in places and not {"first name", "last name"} <= places.keys():
        raise RowError("there is no column Name, nor First Name and Last Name")
    return Columns(delimiter, places, len(titles))


def _known_titles(line: bytes, delimiter: str) -> int:
    try:
        return sum(column_of(title) is not None for title in _spaced(line, delimiter))
    except RowError:
        # Quoted titles are not well-formed under the wrong delimiter.
        return 0


def _spaced(line: bytes, delimiter: str) -> list[str]:
    # White space of every kind, such as a no-break space, is one space.
    split = cells(line, ROSTER_LIMITS, delimiter=delimiter)
    return [normalize("NFC", " ".join(cell.split())) for cell in split]
