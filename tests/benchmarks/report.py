"""What a benchmark found: a table, and a ratio that was promised."""

from dataclasses import dataclass, field
from statistics import median


@dataclass
class Section:
    """One benchmark of the report. The ratio of medians has to be within the promise.

    ``limit`` says what stands in the way where it is missed.
    """

    title: str
    promise: str
    ratio: float
    at_least: float | None = None
    at_most: float | None = None
    rows: list[tuple[str, str]] = field(default_factory=list)
    limit: str = ""

    @property
    def kept(self) -> bool:
        """Whether the promise holds."""
        enough = self.at_least is None or self.ratio >= self.at_least
        return enough and (self.at_most is None or self.ratio <= self.at_most)

    def markdown(self) -> str:
        """The section as Markdown."""
        verdict = "kept" if self.kept else "**missed**"
        table = "".join(f"| {name} | {figure} |\n" for name, figure in self.rows)
        limit = "" if self.kept or not self.limit else f"{self.limit}\n\n"
        return (
            f"## {self.title}\n\n{self.promise}: **{self.ratio:.2f}** ({verdict})\n\n{limit}"
            f"| | |\n|---|---:|\n{table}".rstrip()
        )


def spread(figures: list[float], unit: str, digits: int = 0) -> str:
    """Median, and the range in which the rounds lay."""
    low, middle, high = min(figures), median(figures), max(figures)
    return f"{middle:,.{digits}f} {unit} ({low:,.{digits}f} to {high:,.{digits}f})"
