"""Run every benchmark and print the report as Markdown; ``--keep`` also writes docs/benchmarks.md."""

import argparse
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks import (
    beside_regrades,
    dashboard,
    diagnosing,
    regrades,
    solutions,
    startup,
    submissions,
    typing,
)

REPORT = Path(__file__).parent.parent.parent / "docs" / "benchmarks.md"
PACKAGES = ("flask", "sqlalchemy", "psycopg", "gunicorn", "numpy", "pandas", "click")


def main() -> int:
    """Give 1 if a promised ratio is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="write docs/benchmarks.md too")
    parser.add_argument("--seconds", type=float, default=6.0, help="length of each HTTP round")
    parser.add_argument(
        "--answers", type=int, default=regrades.ANSWERS, help="of the large regrade"
    )
    parser.add_argument(
        "--stored", type=int, default=submissions.MANY, help="submissions that are there already"
    )
    arguments = parser.parse_args()
    sections = [
        *submissions.measure(arguments.seconds, arguments.stored),
        *beside_regrades.measure(arguments.seconds),
        solutions.measure(),
        diagnosing.measure(),
        startup.measure(),
        startup.measure_server(),
        *regrades.measure(arguments.answers),
        *typing.measure(),
        *dashboard.measure(),
        *dashboard.measure_growth(),
    ]
    text = "\n\n".join([heading(), *(section.markdown() for section in sections)]) + "\n"
    sys.stdout.write(text)
    if arguments.keep:
        REPORT.write_text(text, encoding="utf-8")
    return 0 if all(section.kept for section in sections) else 1


def heading() -> str:
    """What the figures were measured on."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        "# Benchmarks\n\n"
        "Ratios compare with yardsticks measured in turn in the same run; absolute figures belong to the "
        f"machine.\n\nMeasured on {datetime.now(UTC):%d %B %Y}: {platform.machine()}, "
        f"{platform.system()}, Python {platform.python_version()}; {packages}."
    )


if __name__ == "__main__":
    sys.exit(main())
