"""How far wrong answers are from the key, on a logarithmic scale: what a wider tolerance would reach."""

from bisect import bisect_left
from decimal import Decimal

from grader.domain.grammar import canonical
from grader.domain.what_if import WhatIf
from grader.web.figures.frame import Table
from grader.web.figures.histogram import HistogramDrawing, Words, draw_histogram
from grader.web.wording import counted

_RAISED = str.maketrans(
    "-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
)


def draw_distances(found: WhatIf, chosen: Decimal) -> HistogramDrawing | None:
    """Draw how many wrong submissions lie between one tolerance and the next; None if none are that near.

    Those that the chosen tolerance would reach are marked.
    """
    bounds = found.tolerances
    counts = [0] * len(bounds)
    for miss in found.wrong:
        place = bisect_left(bounds, miss.distance)
        if place < len(bounds):
            counts[place] += miss.answer.submissions
    if not any(counts):
        return None
    reached = bounds.index(chosen)
    far = sum(miss.answer.submissions for miss in found.wrong if miss.distance > bounds[-1])
    return draw_histogram(
        counts,
        [
            (place + 1.0, f"10{str(bound.adjusted()).translate(_RAISED)}")
            for place, bound in enumerate(bounds)
            if bound.as_tuple().digits == (1,)
        ],
        Words(
            x="distance to the key",
            y="wrong submissions",
            described=(
                f"{counted(sum(counts), 'wrong submission')} within {canonical(bounds[-1])} of the key, and "
                f"{far:,} beyond."
            ),
        ),
        Table(
            ("farther than", "up to", "wrong submissions"),
            tuple(
                (
                    canonical(bounds[place - 1]) if place else "0",
                    canonical(bound),
                    str(counts[place]),
                )
                for place, bound in enumerate(bounds)
                if counts[place]
            ),
        ),
        line=(bounds.index(found.key.tolerance) + 1.0, "the key’s tolerance"),
        marked=frozenset(range(reached + 1)),
    )
