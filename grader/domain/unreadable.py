"""Why a text is no number: the first symptom that shows, in words that tell the student what to do."""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Self

from grader.domain.comparing import EXACT
from grader.domain.grammar import (
    LARGEST,
    MANTISSA,
    MAX_LENGTH,
    MINUS,
    SIGN,
    UNSIGNED,
    canonical,
    literal,
    parse,
)

Sign = re.Pattern[str] | Callable[[str], object]
"""What shows in a text that is no number: a pattern that is found in it, or a question to ask of it."""


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


def _is_invisible(character: str) -> bool:
    # Fillers, variation selectors and the like show nothing, though Python calls them printable.
    shown = character.isprintable() and not BLANKS.match(character)
    return not shown and not character.isspace()


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\A(?:{pattern})\Z")


def diagnose(text: str, typed: str) -> tuple[Reason, str]:
    """Name the first symptom of an unreadable text, and spell it as a number where that is plain.

    ``typed`` is the text without its surrounding white space.
    """
    reason = next((reason for reason, sign in SYMPTOMS if _shows(sign, typed)), Reason.OTHER_SYMBOL)
    message = reason.advice
    if is_culprit := _CULPRITS.get(reason):
        place = next((place for place, character in enumerate(typed) if is_culprit(character)), 0)
        name, code = unicodedata.name(typed[place], ""), f"U+{ord(typed[place]):04X}"
        before = len(text) - len(text.lstrip())  # White space counts: it still stands in the box.
        message = f"Character {before + place + 1} ({name}{', ' * bool(name)}{code}) {message}"
    mended = _MENDERS[reason](typed) if reason in _MENDERS else ()
    examples = [literal(example) or "" for example in mended if parse(example) is not None]
    message += ": " + ", or leave it out: ".join(examples) if examples else "."
    return reason, message


def _shows(sign: Sign, typed: str) -> object:
    return sign.search(typed) if isinstance(sign, re.Pattern) else sign(typed)


def _percent_as_decimal(typed: str) -> tuple[str, ...]:
    number = parse(re.sub(r"\s*[%％]$", "", typed))
    return () if number is None else (canonical(EXACT.scaleb(number, -2)),)


def _plain_digits(typed: str) -> tuple[str, ...]:
    digits = (str(unicodedata.decimal(character, character)) for character in typed)
    return ("".join(digits).replace("．", "."),)


def _without_commas(typed: str) -> tuple[str, ...]:
    plain = typed.replace("，", ",")
    # Commas may part thousands, as in 1,234: only the student knows, so both spellings are shown.
    thousands = (plain.replace(",", ""),) if THOUSANDS.search(plain) else ()
    return (plain.replace(",", "."), *thousands)


BLANKS = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]")
THOUSANDS = _whole(rf"{SIGN}[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+(?:\.[0-9]*)?")
DASHES = re.compile(rf"{MINUS}|[\u2010-\u2015\u02d7\u2796]")
ORDINARY = re.compile(rf"[0-9+.eE]|{MINUS}")
_LONG_EXPONENT = rf"{SIGN}(?=[0.]*[1-9]){MANTISSA}[eE]%s0*[1-9][0-9]{{3,}}"
_LETTER = r"[^\W\d_]"

# The first that shows decides; each may rely on those before it having found nothing. The page's script gets
# the patterns from here (web/grammar_document.py); what is a function here has its like there.
SYMPTOMS: tuple[tuple[Reason, Sign], ...] = (
    (Reason.BLANK, _whole("")),
    (Reason.TOO_LONG, lambda typed: len(typed) > MAX_LENGTH),
    (Reason.INVISIBLE_CHARACTER, lambda typed: any(map(_is_invisible, typed))),
    (Reason.INNER_SPACE, lambda typed: parse("".join(typed.split())) is not None),
    (Reason.INFINITY, _whole(rf"{SIGN}(?:[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|∞)")),
    (Reason.NOT_A_NUMBER, _whole(rf"{SIGN}[sS]?[nN][aA][nN][0-9]*")),
    (Reason.NO_DIGITS, _whole(r"[\W_]*")),
    (Reason.FRACTION, _whole(rf"{SIGN}{UNSIGNED}\s*[/⁄∕]\s*{SIGN}{UNSIGNED}")),
    (Reason.FRACTION, re.compile(r"[¼-¾⅐-⅟↉]")),
    (Reason.PERCENT, re.compile(r"[%％٪‰]")),
    (Reason.TOO_BIG, lambda typed: Decimal(literal(typed) or 0).copy_abs() > LARGEST),
    (Reason.TOO_SMALL, literal),
    (Reason.TOO_BIG, _whole(_LONG_EXPONENT % "[+]?")),
    (Reason.TOO_SMALL, _whole(_LONG_EXPONENT % "-")),
    (Reason.BAD_EXPONENT, _whole(rf"{SIGN}{MANTISSA}[eE](?:[\s+.,0-9]|{MINUS})*")),
    (Reason.EXPRESSION, re.compile(r"[0-9.)]\s*[²³¹⁰-⁾]")),
    (Reason.UNIT_OR_LETTERS, _whole(rf"{SIGN}{UNSIGNED}\s*{_LETTER}[^\d+*^=()]*")),
    (Reason.FOREIGN_DIGITS, re.compile(r"(?![0-9])\d")),
    (
        Reason.EXPRESSION,
        re.compile(rf"[*/^=()\[\]{{}}×÷√∗⁄∕]|(?<!^)(?<!\d[eE])(?<![.,][eE])([+]|{MINUS})"),
    ),
    (Reason.UNDERSCORE, re.compile("_")),
    (
        Reason.UNIT_OR_LETTERS,
        re.compile(rf"(?<![0-9.,])[eE]|[eE](?![+\-]?[0-9])|(?![eE]){_LETTER}"),
    ),
    (Reason.COMMA, re.compile("[,，]")),
    (Reason.INNER_SPACE, re.compile(r"\s")),
    (Reason.TWO_POINTS, re.compile(r"\.[^.]*\.")),
    (Reason.UNIT_OR_LETTERS, re.compile("[eE]")),
)
_CULPRITS: dict[Reason, Callable[[str], object]] = {
    Reason.INVISIBLE_CHARACTER: _is_invisible,
    Reason.OTHER_SYMBOL: lambda character: not ORDINARY.match(character),
}
_MENDERS: dict[Reason, Callable[[str], tuple[str, ...]]] = {
    Reason.INNER_SPACE: lambda typed: ("".join(typed.split()),),
    Reason.PERCENT: _percent_as_decimal,
    Reason.BAD_EXPONENT: lambda typed: (DASHES.sub("-", typed),),
    Reason.FOREIGN_DIGITS: _plain_digits,
    Reason.UNDERSCORE: lambda typed: (typed.replace("_", ""),),
    Reason.COMMA: _without_commas,
    Reason.OTHER_SYMBOL: lambda typed: (DASHES.sub("-", typed),),
}
