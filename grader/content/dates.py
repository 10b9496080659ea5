"""The dates of an assignment: stated in the course's local time, kept as instants in UTC."""

from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import RootModel

from grader.content.assignment_file import AssignmentFile, DatesTable
from grader.content.toml_lines import line_of
from grader.content.tomlfile import read_text, read_toml
from grader.domain.errors import ContentError

Instants = tuple[datetime | None, datetime | None, datetime | None]
"""When an assignment opens, is due and closes."""


class _Dates(RootModel[dict[str, DatesTable]]):
    pass


def read_own_dates(path: Path, assignments: list[str], zone: ZoneInfo) -> dict[str, Instants]:
    """An instance's own dates, by assignment; none without the file.

    Raises:
        ContentError: the file is broken, or names an assignment that is not there.
    """
    if not path.exists():
        return {}
    dates = read_toml(path, _Dates).root
    for slug in dates:
        if slug not in assignments:
            line = line_of(read_text(path), (slug,))
            raise ContentError(f"{path}, line {line}: there is no assignment '{slug}'")
    return {slug: instants(f"{path}: {slug}", table, zone) for slug, table in dates.items()}


def instants(source: str, dates: AssignmentFile | DatesTable, zone: ZoneInfo) -> Instants:
    """The instants that a file states; ``source`` names it in errors.

    Raises:
        ContentError: one lies before another that it has to follow.
    """
    moments = {name: _instant(getattr(dates, name), zone) for name in ("opens", "due", "closes")}
    for (first, earlier), (second, later) in combinations(moments.items(), 2):
        if earlier is not None and later is not None and later < earlier:
            raise ContentError(f"{source}: {first}/{second}: the second lies before the first")
    return moments["opens"], moments["due"], moments["closes"]


def _instant(local: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if local is None else local.replace(tzinfo=zone).astimezone(UTC)
