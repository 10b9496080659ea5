"""Texts that a student could type for an answer, odd ones above all; the same ones every time."""

from random import Random

CHANGES = 400
"""How many changed spellings of one answer there are."""

_READABLE = (
    *("0", "-0", "+0.5", ".5", "5.", "0.50000", "1e-5", "1E5", "2.e+3", " 0.5 ", "\u00a00.5\u202f"),
    *("\u22120.5", "\u20130.5", "\ufe630.5", "\uff0d0.5", "- 0.5", "1e30", "1e-30"),
)
_UNREADABLE = (
    *("", " ", "\n", "-", ".", "e5", "1e", "1e+", "1.2.3", "0,5", "1,234.5", "1 000", "50%", "5 %"),
    *("0.5 bits", "about 0.5", "1/2", "1/0", "1+1", "2^3", "2**3", "sqrt(2)", "(0.5)", "1_000"),
    *("nan", "NaN", "inf", "-Infinity", "∞", "None", "true", "0x10", "１２.５", "٣.١٤", "½", "²"),
    *("0.5\u200b", "\ufeff0.5", "0\x000.5", "\ud800", "1e31", "1e-31", "1e1000000", "1e-1000000"),
    *("9" * 64, "9" * 65, "0." + "0" * 62, "0." + "0" * 63, "1" * 10_001, " " * 10_001),
    *("=1+1", "<b>0.5</b>", "'; --", "{{ 7 * 7 }}", "\u202e5.0", "0.5\r\n0.6", "🎲"),
)
_PIECES = (
    *("", *"0 9 . , - + − e E / * ^ % ( ) _ x ٣ ５ ½ ∞ 🎲".split()),
    *(" ", "\t", "\n", "\x00", "\u00a0", "\u200b", "\u202e", "\ufe0f", "\ud800", "e999", "nan"),
)


def odd_texts(answer: str) -> list[str]:
    """Readable and unreadable texts of every kind, then changed spellings of this answer."""
    chance = Random(answer)  # noqa: S311 - an unforeseeable seed is just what must not be.
    return [*_READABLE, *_UNREADABLE, *(_changed(answer, chance) for _ in range(CHANGES))]


def _changed(answer: str, chance: Random) -> str:
    """The answer with one to three pieces put in, taken out or put in place of another."""
    text = answer
    for _ in range(chance.randint(1, 3)):
        place = chance.randint(0, len(text))
        piece = chance.choice(_PIECES)
        text = text[:place] + piece + text[place + chance.randint(0, 1) :]
    return text
