"""An extension gives one student another due time: their policy is the class's with other dates."""

from dataclasses import replace
from datetime import datetime

from grader.domain.policy import Policy


def extended(policy: Policy, until: datetime | None) -> Policy:
    """The policy as it holds for a student whose extension ends then (None: who has none).

    It never takes time away, and counts whenever it was granted: work that came before is judged by it
    too. The close stays, unless it would come before the new due time: then it moves there.
    """
    if until is None or policy.due is None or until <= policy.due:
        return policy
    closes = None if policy.closes is None else max(policy.closes, until)
    return replace(policy, due=until, closes=closes)
