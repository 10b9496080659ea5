"""Numbers that are the same but for rounding: the answers of a class, gathered around the common ones."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from decimal import Decimal

from grader.domain.comparing import EXACT


def clusters(values: Sequence[Decimal], tolerance: Decimal) -> list[list[int]]:
    """Gather values, of which the more common come first; gives the places of each cluster's members.

    The first value that is in no cluster yet is the centre of the next one, and takes all others within
    the tolerance of it, the bounds included. So a centre is at least as common as each of its members, two
    centres are more than a tolerance apart, and no chain of small steps joins what is far apart.
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    ascending = [values[place] for place in order]
    taken = [False] * len(values)
    found = []
    for centre, value in enumerate(values):
        if taken[centre]:
            continue
        first = bisect_left(ascending, EXACT.subtract(value, tolerance))
        last = bisect_right(ascending, EXACT.add(value, tolerance))
        members = sorted(place for place in order[first:last] if not taken[place])
        for place in members:
            taken[place] = True
        found.append(members)
    return found


def heaviest(weights: Mapping[Decimal, int], tolerance: Decimal) -> int:
    """No cluster of these values weighs more than this, whichever of them are its centres.

    It is the largest sum of the weights within any stretch of twice the tolerance, the bounds included.
    """
    ascending = sorted(weights)
    most = inside = first = 0
    for value in ascending:
        inside += weights[value]
        while EXACT.subtract(value, ascending[first]) > EXACT.add(tolerance, tolerance):
            inside -= weights[ascending[first]]
            first += 1
        most = max(most, inside)
    return most
