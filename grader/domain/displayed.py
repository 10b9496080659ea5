"""An expected value as a student types it who has it right: with the decimals asked."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal

_ROUNDED = Context(prec=1000, rounding=ROUND_HALF_EVEN)
_TRUNCATED = Context(prec=1000, rounding=ROUND_DOWN)


def rounded(value: Decimal, decimals: int) -> str:
    """The value rounded to so many decimals, all of them written: ``0.50000``."""
    return _written(value, decimals, _ROUNDED)


def truncated(value: Decimal, decimals: int) -> str:
    """The value cut off after so many decimals, towards zero."""
    return _written(value, decimals, _TRUNCATED)


def _written(value: Decimal, decimals: int, context: Context) -> str:
    return f"{value.quantize(Decimal(1).scaleb(-decimals), context=context):f}"
