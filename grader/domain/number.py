"""The one place where text becomes a number, and where two numbers are compared.

The grammar, over the typed text without its surrounding white space, at most 64 characters then:

    number = [sign [spaces]] digits with at most one point [("e" | "E") ["+" | "-"] 1 to 3 digits]
    sign   = "+" | "-" | U+2212 | U+2013 | U+FE63 | U+FF0D

with ASCII digits, at least one before the exponent, and a magnitude of 0 or 1e-30 .. 1e30. All else
is unreadable, for a named reason. ``float`` and ``Decimal`` take more (``1_000``, ``infinity``, digits
of any script), so only text that has matched reaches them. ``Decimal`` operators round to 28 digits,
fewer than a student may type, so arithmetic runs in a context that raises rather than rounds.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation
from enum import StrEnum
from typing import Self

MAX_LENGTH = 64  # Characters of a readable number, counted after stripping.
MAX_RAW_LENGTH = 10_000  # Before stripping: longer text is refused unseen, to bound the time.
MAX_CANONICAL_LENGTH = 91  # Of the canonical text of a readable number: "0." and 89 decimals.
SMALLEST, LARGEST = Decimal("1e-30"), Decimal("1e30")
# Floats reach from 1.8e308 down to 5e-324, 633 digits, and a readable number lies within that.
_EXACT = Context(prec=1000, traps=[Inexact, InvalidOperation])
_WORDS = dict(enumerate("no one two three four five six seven eight nine ten".split()))

_MINUS = r"[\-\u2212\u2013\ufe63\uff0d]"
_SIGN = rf"(?:(?:[+]|({_MINUS}))[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*)?"
_MANTISSA = r"(?=\.?[0-9])[0-9]*(?:\.[0-9]*)?"
_UNSIGNED = rf"{_MANTISSA}(?:[eE][+\-]?[0-9]{{1,3}})?"
_NUMBER = re.compile(rf"{_SIGN}({_UNSIGNED})")


class Reason(StrEnum):
    """Why a text is unreadable, each with what to tell the student, but for the full stop."""

    advice: str

    def __new__(cls, name: str, advice: str) -> Self:
        """Keep the advice beside the name, which alone is the value."""
        member = str.__new__(cls, name)
        member._value_, member.advice = name, advice
        return member

    BLANK = "blank", "Nothing was typed; type a number"
    TOO_LONG = "too_long", f"It is too long; type a number of at most {MAX_LENGTH} characters"
    INVISIBLE_CHARACTER = (
        "invisible_character",
        "is invisible; delete it, or type the number afresh",
    )
    INNER_SPACE = "inner_space", "It has a space inside; type one number without spaces"
    INFINITY = "infinity", "Infinity is not an answer; type a finite number"
    NOT_A_NUMBER = "not_a_number", "It says “not a number”; type a number"
    NO_DIGITS = "no_digits", "It has no digits; type a number"
    FRACTION = "fraction", "It is a fraction; type the decimal value"
    PERCENT = "percent", "It has a percent sign; type the decimal value"
    TOO_BIG = "too_big", "It is too big; type a number of at most 1e30 in size"
    TOO_SMALL = "too_small", "It is too close to zero; type 0 or a number of at least 1e-30 in size"
    BAD_EXPONENT = "bad_exponent", "After the e, type a plain whole number of at most three digits"
    EXPRESSION = "expression", "It is an expression; work it out and type its decimal value"
    UNIT_OR_LETTERS = "unit_or_letters", "It has a unit or other letters; type the number alone"
    FOREIGN_DIGITS = "foreign_digits", "Its digits are not the plain ones; type 0 to 9"
    UNDERSCORE = "underscore", "It has an underscore; type the digits without it"
    COMMA = "comma", "It has a comma; use a point"
    TWO_POINTS = "two_points", "It has more than one point; keep only the one before the decimals"
    OTHER_SYMBOL = "other_symbol", "is no part of a number; type digits, a point and a sign only"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was read as: a value with its decimals as typed, or a reason and a message."""

    text: str
    value: Decimal | None = None
    decimals: int = 0
    reason: Reason | None = None
    message: str | None = None

    @property
    def readable(self) -> bool:
        """Whether the text is a number."""
        return self.value is not None


def read_number(text: str) -> Reading:
    """Read a number by the module's grammar. Never raises, whatever the text."""
    # str.strip() takes every Unicode white space, no-break spaces included.
    typed = text.strip() if len(text) <= MAX_RAW_LENGTH else text
    number = _parse(typed)
    if number is None:
        return _diagnose(text, typed)
    # The exponent counts decimals as typed: five in 0.50000 and in 1.234e-2. Any zero becomes plain 0.
    return Reading(text, number or Decimal(0), max(0, -int(number.as_tuple().exponent)))


def canonical(value: Decimal) -> str:
    """Write a finite value exactly and plainly, equal values alike: ``.50`` and ``5e-1`` as ``0.5``.

    Raises:
        ValueError: the value is infinite or not a number.
    """
    if not value.is_finite():
        raise ValueError("Only a finite number has a canonical text.")
    text = f"{value:f}" if value else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text


def describe(reading: Reading) -> str:
    """Say what was read, ``We read -0.46832, five decimals.``, or why nothing was."""
    value, decimals = reading.value, reading.decimals
    if value is None:
        return str(reading.message)
    shown = f"{value:.{decimals}f}" if value else "0"
    return f"We read {shown}, {_WORDS.get(decimals, decimals)} decimal{'s' * (decimals != 1)}."


def too_few_decimals(reading: Reading, decimals: int) -> str | None:
    """Warn when a readable text has fewer decimals than asked. Depends on the text alone."""
    if reading.value is None or reading.decimals >= decimals:
        return None
    typed = f"{reading.decimals or 'No'} decimal{'s' * (reading.decimals != 1)} typed"
    return f"{typed}; {_WORDS.get(decimals, decimals)} {'is' if decimals == 1 else 'are'} asked."


def expected_decimal(value: float) -> Decimal:
    """Take a computed value as the shortest decimal that names its float; it is never rounded.

    Raises:
        ValueError: the value is infinite or not a number.
    """
    number = Decimal(repr(float(value)))
    if not number.is_finite():
        raise ValueError(f"A computed value must be finite, not {number}.")
    return number


def within(answer: Decimal, expected: Decimal, tolerance: Decimal) -> bool:
    """Whether ``abs(answer - expected) <= tolerance``, inclusive and exact.

    Raises:
        ValueError: one of the three is infinite or not a number.
        decimal.Inexact: the difference has over 1,000 digits; no float or readable number needs it.
    """
    if not (answer.is_finite() and expected.is_finite() and tolerance.is_finite()):
        raise ValueError("Only finite numbers can be compared.")
    return _EXACT.subtract(answer, expected).copy_abs() <= tolerance


def _literal(typed: str) -> str | None:
    """Spell a text that has the form of a number in ASCII, as ``Decimal`` takes it."""
    match = _NUMBER.fullmatch(typed) if len(typed) <= MAX_LENGTH else None
    return ("-" if match[1] else "") + match[2] if match else None


def _parse(typed: str) -> Decimal | None:
    literal = _literal(typed)
    number = None if literal is None else Decimal(literal)
    return number if not number or SMALLEST <= number.copy_abs() <= LARGEST else None


def _is_invisible(character: str) -> bool:
    # Fillers, variation selectors and the like show nothing, though Python calls them printable.
    shown = character.isprintable() and not _BLANKS.match(character)
    return not shown and not character.isspace()


def _diagnose(text: str, typed: str) -> Reading:
    """Name the first symptom of an unreadable text, and spell it as a number where that is plain."""
    reason = next((reason for reason, shows in _SYMPTOMS if shows(typed)), Reason.OTHER_SYMBOL)
    message = reason.advice
    if is_culprit := _CULPRITS.get(reason):
        place = next((place for place, character in enumerate(typed) if is_culprit(character)), 0)
        name, code = unicodedata.name(typed[place], ""), f"U+{ord(typed[place]):04X}"
        before = len(text) - len(text.lstrip())  # White space counts: it still stands in the box.
        message = f"Character {before + place + 1} ({name}{', ' * bool(name)}{code}) {message}"
    mended = _MENDERS[reason](typed) if reason in _MENDERS else ()
    examples = [_literal(example) or "" for example in mended if _parse(example) is not None]
    message += ": " + ", or leave it out: ".join(examples) if examples else "."
    return Reading(text, reason=reason, message=message)


def _percent_as_decimal(typed: str) -> tuple[str, ...]:
    number = _parse(re.sub(r"\s*[%％]$", "", typed))
    return () if number is None else (canonical(_EXACT.scaleb(number, -2)),)


def _plain_digits(typed: str) -> tuple[str, ...]:
    digits = (str(unicodedata.decimal(character, character)) for character in typed)
    return ("".join(digits).replace("．", "."),)


def _without_commas(typed: str) -> tuple[str, ...]:
    plain = typed.replace("，", ",")
    # Commas may part thousands, as in 1,234: only the student knows, so both spellings are shown.
    thousands = (plain.replace(",", ""),) if _THOUSANDS.fullmatch(plain) else ()
    return (plain.replace(",", "."), *thousands)


_BLANKS = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]")
_THOUSANDS = re.compile(rf"{_SIGN}[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+(?:\.[0-9]*)?")
_DASHES = re.compile(rf"{_MINUS}|[\u2010-\u2015\u02d7\u2796]")
_LONG_EXPONENT = rf"{_SIGN}(?=[0.]*[1-9]){_MANTISSA}[eE]%s0*[1-9][0-9]{{3,}}"

# The first that shows decides; each may rely on those before it having found nothing.
_SYMPTOMS: tuple[tuple[Reason, Callable[[str], object]], ...] = (
    (Reason.BLANK, lambda typed: not typed),
    (Reason.TOO_LONG, lambda typed: len(typed) > MAX_LENGTH),
    (Reason.INVISIBLE_CHARACTER, lambda typed: any(map(_is_invisible, typed))),
    (Reason.INNER_SPACE, lambda typed: _parse("".join(typed.split())) is not None),
    (Reason.INFINITY, re.compile(rf"(?ai){_SIGN}(?:inf(?:inity)?|∞)").fullmatch),
    (Reason.NOT_A_NUMBER, re.compile(rf"(?ai){_SIGN}s?nan[0-9]*").fullmatch),
    (Reason.NO_DIGITS, re.compile(r"[\W_]*").fullmatch),
    (Reason.FRACTION, re.compile(rf"{_SIGN}{_UNSIGNED}\s*[/⁄∕]\s*{_SIGN}{_UNSIGNED}").fullmatch),
    (Reason.FRACTION, re.compile(r"[¼-¾⅐-⅟↉]").search),
    (Reason.PERCENT, re.compile(r"[%％٪‰]").search),
    (Reason.TOO_BIG, lambda typed: Decimal(_literal(typed) or 0).copy_abs() > LARGEST),
    (Reason.TOO_SMALL, _literal),
    (Reason.TOO_BIG, re.compile(_LONG_EXPONENT % "[+]?").fullmatch),
    (Reason.TOO_SMALL, re.compile(_LONG_EXPONENT % "-").fullmatch),
    (Reason.BAD_EXPONENT, re.compile(rf"{_SIGN}{_MANTISSA}[eE](?:[\s+.,0-9]|{_MINUS})*").fullmatch),
    (Reason.EXPRESSION, re.compile(r"[0-9.)]\s*[²³¹⁰-⁾]").search),
    (Reason.UNIT_OR_LETTERS, re.compile(rf"{_SIGN}{_UNSIGNED}\s*[^\W\d_][^\d+*^=()]*").fullmatch),
    (Reason.FOREIGN_DIGITS, re.compile(r"(?![0-9])\d").search),
    (
        Reason.EXPRESSION,
        re.compile(rf"[*/^=()\[\]{{}}×÷√∗⁄∕]|(?<!^)(?<!\d[eE])(?<![.,][eE])([+]|{_MINUS})").search,
    ),
    (Reason.UNDERSCORE, re.compile("_").search),
    (Reason.UNIT_OR_LETTERS, re.compile(r"(?<![0-9.,])[eE]|[eE](?![+\-]?[0-9])|[^\W\deE_]").search),
    (Reason.COMMA, re.compile("[,，]").search),
    (Reason.INNER_SPACE, re.compile(r"\s").search),
    (Reason.TWO_POINTS, re.compile(r"\.[^.]*\.").search),
    (Reason.UNIT_OR_LETTERS, re.compile("[eE]").search),
)
_CULPRITS: dict[Reason, Callable[[str], object]] = {
    Reason.INVISIBLE_CHARACTER: _is_invisible,
    Reason.OTHER_SYMBOL: re.compile(rf"(?![0-9+.eE]|{_MINUS})").match,
}
_MENDERS: dict[Reason, Callable[[str], tuple[str, ...]]] = {
    Reason.INNER_SPACE: lambda typed: ("".join(typed.split()),),
    Reason.PERCENT: _percent_as_decimal,
    Reason.BAD_EXPONENT: lambda typed: (_DASHES.sub("-", typed),),
    Reason.FOREIGN_DIGITS: _plain_digits,
    Reason.UNDERSCORE: lambda typed: (typed.replace("_", ""),),
    Reason.COMMA: _without_commas,
    Reason.OTHER_SYMBOL: lambda typed: (_DASHES.sub("-", typed),),
}
