"""Where two numbers are compared: exactly, whatever the precision of the caller's arithmetic.

``Decimal`` operators round to 28 digits, fewer than a student may type, so differences are taken in a
context that raises rather than rounds.
"""

from decimal import Context, Decimal, Inexact, InvalidOperation

# Floats reach from 1.8e308 down to 5e-324, 633 digits, and a readable number lies within that.
EXACT = Context(prec=1000, traps=[Inexact, InvalidOperation])


def expected_decimal(value: float) -> Decimal:
    """Take a computed value as the shortest decimal that names its float; it is never rounded.

    Raises:
        ValueError: the value is infinite or not a number.
    """
    number = Decimal(repr(float(value)))
    if not number.is_finite():
        raise ValueError(f"A computed value must be finite, not {number}.")
    return number


def distance(one: Decimal, other: Decimal) -> Decimal:
    """``abs(one - other)``, exactly.

    Raises:
        decimal.Inexact: the difference has over 1,000 digits; no float or readable number needs it.
    """
    return EXACT.subtract(one, other).copy_abs()


def within(answer: Decimal, expected: Decimal, tolerance: Decimal) -> bool:
    """Whether ``abs(answer - expected) <= tolerance``, inclusive and exact.

    Raises:
        ValueError: one of the three is infinite or not a number.
        decimal.Inexact: the difference has over 1,000 digits; no float or readable number needs it.
    """
    if not (answer.is_finite() and expected.is_finite() and tolerance.is_finite()):
        raise ValueError("Only finite numbers can be compared.")
    return distance(answer, expected) <= tolerance
