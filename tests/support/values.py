"""Small domain values that tests vary with ``dataclasses.replace``."""

from datetime import UTC, datetime
from decimal import Decimal

from grader.domain.policy import Policy
from grader.domain.problem import AttemptRules

DUE = datetime(2026, 3, 12, 6, 59, tzinfo=UTC)
"""Wednesday 11 March 2026, 23:59 in Los Angeles."""

UNLIMITED = AttemptRules(
    limit=None, free_wrong=5, cooldown_first_seconds=30, cooldown_longest_seconds=600
)

POLICY = Policy(
    assignment="set",
    opens=None,
    due=DUE,
    closes=None,
    timezone="America/Los_Angeles",
    graded=True,
    attempts=UNLIMITED,
    max_late_days=2,
    late_days=4,
    points={"set/sum/a": Decimal(5), "set/sum/b": Decimal(3), "set/last/a": Decimal(2)},
    hints_after_wrong=None,
)
