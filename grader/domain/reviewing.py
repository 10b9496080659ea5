"""Reviewing a practice variant before a student sees it: is it another one, and as clear as the graded one?

Some mistakes can't be told apart whatever the numbers are (an accuracy takes few values, and going down is
the same as turning the sigmoid round). So a variant may be no more ambiguous than the graded instance: a
mistake that can be told there has to be told here too, at one of the parts at least.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import combinations

from grader.domain.comparing import within
from grader.domain.grading import AnswerKey, PartKey, grade
from grader.domain.misconceptions import collisions
from grader.domain.number import read_number
from grader.domain.problem import Part

SAME, AMBIGUOUS, UNANSWERABLE = "equal to another", "ambiguous", "not answerable"
"""The kinds of findings, as they are counted for the author."""

SMALLEST = 100
"""Tolerances between zero and a value that is worth asking for."""

_ROUND = Context(prec=1000, rounding=ROUND_HALF_EVEN)
_TRUTH = ""  # Beside the tags of misconceptions, none of which is empty.


def review(
    variant: AnswerKey, *, parts: Sequence[Part], graded: AnswerKey, others: Sequence[AnswerKey]
) -> str | None:
    """The kind of the first thing that speaks against a variant, or None: it may be deployed.

    ``others`` are the variants that there are already.
    """
    if any(same_instance(variant, each) for each in (graded, *others)):
        return SAME
    if not all(answerable(variant, part) for part in parts):
        return UNANSWERABLE
    return AMBIGUOUS if confused(variant) - confused(graded) else None


def same_instance(one: AnswerKey, other: AnswerKey) -> bool:
    """Whether two keys have the same data, or at every part an answer that is right under both."""
    if one.data and one.data == other.data:
        return True
    return one.parts.keys() == other.parts.keys() and all(
        any(within(part.expected, truth, part.tolerance) for truth in other.parts[slug].truths)
        for slug, part in one.parts.items()
    )


def answerable(key: AnswerKey, part: Part) -> bool:
    """Whether the expected value, typed to the decimals that are asked, is right, and shows any work.

    A value that is almost zero does not: whoever types 0, or guesses, would be right or nearly so.
    """
    expected = key.parts[part.slug].expected
    if 0 < abs(expected) < part.tolerance * SMALLEST:
        return False
    shown = expected.quantize(Decimal(1).scaleb(-part.decimals), context=_ROUND)
    value = read_number(f"{shown:f}").value
    return value is not None and grade(key, part.slug, value).correct


def confused(key: AnswerKey) -> set[frozenset[str]]:
    """Every two mistakes that meet at each part that both touch, and each that is right at all it touches."""
    touched, met = Counter[frozenset[str]](), Counter[frozenset[str]]()
    for part in key.parts.values():
        tags = [_TRUTH, *(each.tag for each in part.misconceptions)]
        touched.update(frozenset(pair) for pair in combinations(tags, 2))
        met.update(_meeting(part))
    return {pair for pair, times in met.items() if times == touched[pair]}


def _meeting(part: PartKey) -> Iterator[frozenset[str]]:
    for each in collisions(part.misconceptions, truths=part.truths, tolerance=part.tolerance):
        if not each.settled:
            yield frozenset((each.tag, each.other or _TRUTH))
