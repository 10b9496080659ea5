"""The dates of an assignment: stated in the course's local time, kept as instants in UTC."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import RootModel

from grader.content.assignment_file import AssignmentFile, DatesTable
from grader.content.tomlfile import read_toml, refused

NAMES = ("opens", "due", "closes")
Instants = tuple[datetime | None, datetime | None, datetime | None]
"""When an assignment opens, is due and closes."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A date as a file states it, and where."""

    local: datetime
    file: Path
    key: tuple[str, ...]


class _Dates(RootModel[dict[str, DatesTable]]):
    pass


def read_own_dates(path: Path, assignments: Iterable[str]) -> dict[str, dict[str, Stated]]:
    """An instance's own dates, by assignment and name; none without the file.

    Raises:
        ContentError: the file is broken, or names an assignment that is not there.
    """
    if not path.exists():
        return {}
    tables = read_toml(path, _Dates).root
    for slug in tables:
        if slug not in assignments:
            raise refused(path, (slug,), f"there is no assignment '{slug}'")
    return {slug: stated_dates(path, table, slug) for slug, table in tables.items()}


def stated_dates(path: Path, table: AssignmentFile | DatesTable, *keys: str) -> dict[str, Stated]:
    """The dates that a table of a file states; ``keys`` lead to the table."""
    moments = {name: getattr(table, name) for name in NAMES}
    return {
        name: Stated(moment, path, (*keys, name))
        for name, moment in moments.items()
        if moment is not None
    }


def instants(stated: Mapping[str, Stated], zone: ZoneInfo) -> Instants:
    """The instants of stated dates.

    Raises:
        ContentError: one does not exist in this zone, or lies before another that it has to follow.
    """
    moments = {name: _instant(stated[name], zone) for name in NAMES if name in stated}
    for first, second in combinations(moments, 2):
        if moments[second] < moments[first]:
            earlier, later = stated[first], stated[second]
            place = "" if earlier.file == later.file else f" of {earlier.file}"
            reason = f"this lies before {first}{place}, {earlier.local.isoformat()}"
            raise refused(later.file, later.key, reason)
    return moments.get("opens"), moments.get("due"), moments.get("closes")


def _instant(stated: Stated, zone: ZoneInfo) -> datetime:
    local = stated.local.replace(tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != stated.local:
        before, after = _around(local)
        raise refused(
            stated.file,
            stated.key,
            f"the clocks skip {stated.local.isoformat()} in {zone.key}; write {before.isoformat()} "
            f"or {after.isoformat()}",
        )
    return instant


def _around(skipped: datetime) -> tuple[datetime, datetime]:
    """The last second before a gap of the local clock, and the first behind it."""
    first, last = (int(skipped.replace(fold=fold).timestamp()) for fold in (1, 0))
    zone, new = skipped.tzinfo, skipped.replace(fold=1).utcoffset()

    def local(second: int) -> datetime:
        return datetime.fromtimestamp(second, zone)

    change = bisect_left(
        range(first, last), True, key=lambda second: local(second).utcoffset() == new
    )
    behind = local(first + change)
    before = local(first + change - 1)
    return before.replace(tzinfo=None), behind.replace(tzinfo=None)
