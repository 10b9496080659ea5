"""Collects what is wrong with the rows of a file, so that one refusal names them all."""

from grader.domain.errors import ImportRefused

MOST_PROBLEMS = 1_000


class RowError(Exception):
    """What is wrong with one row."""


class Problems:
    """Collects row-numbered reasons, the first ``MOST_PROBLEMS`` of them, and counts the rest."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[tuple[int, str]] = []

    def add(self, row: int, reason: object) -> None:
        """Keep one more."""
        self.count += 1
        if len(self.first) < MOST_PROBLEMS:
            self.first.append((row, str(reason)))

    def refuse_if_any(self) -> None:
        """Refuse the whole file.

        Raises:
            ImportRefused: there is a problem.
        """
        if self.count:
            listed = [f"row {row}: {reason}" for row, reason in sorted(self.first)]
            if self.count > len(listed):
                listed.append(f"and {self.count - len(listed):,} more rows")
            raise ImportRefused(
                "The file has rows that can't be imported, so nothing was.", problems=tuple(listed)
            )
