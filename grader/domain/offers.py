"""What an answer would cost if it came at a certain moment: told to students before they press."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from grader.domain.deadlines import Ruling, rule, turns
from grader.domain.policy import Policy
from grader.domain.scoring import (
    AssignmentScore,
    Decisions,
    Explained,
    PartRecord,
    affordable,
    score_assignment,
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a right answer at a moment costs.

    ``late_days`` are those that it spends beside what the assignment has spent, ``left`` those that the
    student has left before it. ``useful`` is False if no answer can raise the score, as all is right.
    """

    ruling: Ruling
    late_days: int
    spent: int
    left: int
    useful: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one student and one assignment: all that an offer depends on beside the moment.

    ``policy`` holds the dates that this student has, those of their ``extension`` if there is one;
    ``late_days_left`` is what assignments due earlier have left of the budget.
    """

    policy: Policy
    records: Mapping[str, PartRecord]
    late_days_left: int
    extension: datetime | None = None
    decisions: Decisions = field(default_factory=dict)
    explained: Explained | None = None

    @property
    def score(self) -> AssignmentScore:
        """The score as it stands."""
        return score_assignment(
            self.policy,
            self.records.values(),
            late_days_left=self.late_days_left,
            decisions=self.decisions,
            explained=self.explained,
        )


def offer(standing: Standing, at: datetime, *, parts: Iterable[str] | None = None) -> Offer:
    """What an answer to one of these parts (None: to any) costs at this moment if it raises the score.

    It is scored as a right answer would be, by the same function as what is stored.
    """
    policy, records, left = standing.policy, standing.records, standing.late_days_left
    now = standing.score
    before = now.late_days
    untaken = [
        slug
        for slug in (policy.points if parts is None else parts)
        if policy.points.get(slug)
        # What staff decided about a part, no answer changes.
        and now.part(slug).decision is None
        and (slug not in records or records[slug].first_correct_at is None)
    ]
    if not untaken:
        ruling = rule(policy, at, late_days=affordable(policy, left))
        return Offer(ruling, 0, before, left - before, useful=False)
    earlier = records.get(untaken[0], PartRecord(untaken[0], 0, None))
    tried = earlier._replace(attempts=earlier.attempts + 1, first_correct_at=at)
    scored = replace(standing, records={**records, tried.part: tried}).score
    ruling = rule(policy, at, late_days=scored.late_days)
    return Offer(ruling, scored.late_days - before, before, left - before, useful=True)


def offers(
    standing: Standing, now: datetime, *, parts: Iterable[str] | None = None, most: int = 12
) -> list[tuple[datetime, Offer]]:
    """The offer of now, and those of the moments to come at which it becomes another one."""
    asked = None if parts is None else tuple(parts)
    days = affordable(standing.policy, standing.late_days_left)
    moments = [now, *(each for each in turns(standing.policy, late_days=days) if each > now)]
    return [(each, offer(standing, each, parts=asked)) for each in moments[:most]]
