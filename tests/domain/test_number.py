"""How typed text becomes a number, and how two numbers are compared."""

import math
import os
import random
from collections.abc import Callable, Iterator
from decimal import Decimal, Inexact, localcontext
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.db.types import ExactDecimal
from grader.domain.comparing import expected_decimal, within
from grader.domain.grammar import canonical
from grader.domain.number import Reading, read_number, too_few_decimals
from grader.domain.unreadable import Reason

SEED = 20_260_707
FUZZ = int(os.environ.get("GRADER_FUZZ", "1000000"))
SPACES = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
WHITE_SPACE = SPACES + "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"
MINUS_SIGNS = "-−–﹣－"
DIGITS = frozenset("0123456789")
LONGEST_CANONICAL = len("0.") + 89

Read = Callable[[str], Reading]
Judge = Callable[[Decimal, Decimal, Decimal], bool]


def read_by_hand(text: str) -> tuple[Fraction, int] | None:
    """Read by the grammar, character by character and in fractions: value and decimals, or None."""
    if len(text) > 10_000:
        return None
    text = text.strip(WHITE_SPACE)
    if not 1 <= len(text) <= 64:
        return None
    negative = text[0] in MINUS_SIGNS
    if negative or text[0] == "+":
        text = text[1:].lstrip(SPACES)
    mantissa, e, exponent = text.replace("E", "e").partition("e")
    whole, _, fraction = mantissa.partition(".")
    size = exponent[1:] if exponent[:1] in ("+", "-") else exponent
    if not DIGITS.issuperset(whole + fraction + size) or not whole + fraction:
        return None
    if not (1 <= len(size) <= 3 if e else not size):
        return None
    shift = int(exponent or "0") - len(fraction)
    digits = int(whole + fraction) * (-1 if negative else 1)
    value = Fraction(digits * 10 ** max(shift, 0), 10 ** max(-shift, 0))
    readable = value == 0 or Fraction(1, 10**30) <= abs(value) <= 10**30
    return (value, max(0, -shift)) if readable else None


def agrees_with_the_hand(text: str, read: Read = read_number) -> bool:
    reading, by_hand = read(text), read_by_hand(text)
    if by_hand is None or reading.value is None:
        return by_hand is None and not reading.readable and bool(reading.reason and reading.message)
    return reading.reason is None and (Fraction(reading.value), reading.decimals) == by_hand


def label(case: object) -> str:
    return ascii(case)[:40]


def value_of(text: str) -> Decimal:
    value = read_number(text).value
    assert value is not None, text
    return value


NINES = "9" * 30
READABLE = [
    # text, canonical text, decimals
    ("0", "0", 0), ("-0", "0", 0), ("-0.00", "0", 2), ("0e999", "0", 0), ("0e-999", "0", 999),
    ("0.5", "0.5", 1), (".5", "0.5", 1), ("5.", "5", 0), (".50000", "0.5", 5), ("5e-1", "0.5", 1),
    ("100", "100", 0), ("1e2", "100", 0), ("1E+2", "100", 0), ("1.50e1", "15", 1), ("007", "7", 0),
    ("0.01234", "0.01234", 5), ("1.234e-2", "0.01234", 5), ("12e-3", "0.012", 3), ("1.5e3", "1500", 0),
    ("+0.5", "0.5", 1), ("-0.5", "-0.5", 1), ("−0.5", "-0.5", 1), ("–0.5", "-0.5", 1),
    ("﹣0.5", "-0.5", 1), ("－0.5", "-0.5", 1), ("- 0.5", "-0.5", 1), ("+ \u00a0\u202f.5", "0.5", 1),
    *((f"{space}-{space}0.5{space}", "-0.5", 1) for space in SPACES),
    *((f"{space}0.5{space}", "0.5", 1) for space in WHITE_SPACE),
    ("1e30", f"1{'0' * 30}", 0), ("1e-30", f"0.{'0' * 29}1", 30), ("1e030", f"1{'0' * 30}", 0),
    (f"{NINES}.{'9' * 33}", f"{NINES}.{'9' * 33}", 33), ("0" * 64, "0", 0), (f" {'0' * 64} ", "0", 0),
    (" " * 9_999 + "7", "7", 0), (f"-{NINES}.{'9' * 32}", f"-{NINES}.{'9' * 32}", 32),
]  # fmt: skip


@pytest.mark.parametrize(("text", "exact", "decimals"), READABLE, ids=label)
def test_a_number_is_read_exactly_with_its_decimals_as_typed(
    text: str, exact: str, decimals: int
) -> None:
    reading = read_number(text)
    assert reading == Reading(text, Decimal(exact), decimals)
    assert reading.readable
    assert canonical(value_of(text)) == exact
    assert read_by_hand(text) == (Fraction(exact), decimals)


UNREADABLE: dict[Reason, list[str]] = {
    Reason.BLANK: ["", " ", "\t\n", "\u00a0\u2007\u202f", " " * 10_000],
    Reason.TOO_LONG: ["0" * 65, " " * 10_001, "1" * 2_000_000, "1," * 33, f"{' ' * 10_000}7"],
    Reason.TOO_BIG: [
        "1e31", f"1{'0' * 31}", f"1{'0' * 30}.{'0' * 31}1", "-1e31", "1e999", "1" * 64,
        "1e1000", "1e1000000", "0.01e+0099999",
    ],
    Reason.TOO_SMALL: ["1e-31", f"{'9' * 59}e-90", "-1e-31", "1e-400", "1e-999", "1e-1000", "1e-1000000"],
    Reason.INVISIBLE_CHARACTER: [
        "\u200b", "0.5\u200b", "\ufeff0.5", "0\u00ad5", "0.\x005", "\x1b5", "\ud800", "1\udfff", "\u2066-5",
        "5\ufe0f\u20e3", "\u28005", "5\u3164", "\ue0005", "5\uffff", "nan\u200d", "0,5\u200e",
    ],
    Reason.INNER_SPACE: ["1 000", "0. 5", "1 e5", "1e 5", "-\n5", "1\u00a0000", "1\u20282", "0.5 0.6", "1 2"],
    Reason.INFINITY: ["inf", "-inf", "INFINITY", "Infinity", "+ infinity", "∞", "−∞"],
    Reason.NOT_A_NUMBER: ["nan", "NaN", "-nan", "sNaN", "nan123"],
    Reason.NO_DIGITS: ["-", "+", ".", "..", ",", "%", "_", "()", "−", "🙂", "- ."],
    Reason.FRACTION: ["1/2", "-1/3", "1 / 2", "1⁄2", "1∕2", ".5/1e3", "1/-2", "½", "1½", "⅓"],
    Reason.PERCENT: ["86.4%", "86.4 %", "86,4%", "5％", "5‰", "٥٪", "%5"],
    Reason.BAD_EXPONENT: ["1e", "1e+", "1e5.5", "1e−5", "1e--5", "0e1000", "1e0005", "1e5,5", "1e5-3"],
    Reason.EXPRESSION: [
        "1+1", "1-2", "5–6", "2*3", "2**3", "10^-3", "1.5×10^-3", "6÷2", "√2", "10²", "10⁻³", "=0.5",
        "(0.5)", "[0.1, 0.2]", "{1}", "--5", "+-5", "5-", "1/2/3", "1 1/2", "sqrt(2)", "e^2", "N/A", "e-5",
        "1e5+x",
    ],
    Reason.UNIT_OR_LETTERS: [
        "5 kg", "5kg", "5 km/h", "0,5 kg", "abc", "Hello, world", "e", "e5", ".e5", "-e5", "pi", "2π", "2pi",
        "0x1F", "1L", "0.5f", "5eV", "1e5e3", "O.5", "1е5", "null", "<b>", "五", "infinite", "nano", "ı", "ſ",
    ],
    Reason.FOREIGN_DIGITS: ["１２.５", "１２．５", "٣.١٤", "٣٫١٤", "१२", "1２", "𝟓", "１ｅ５"],
    Reason.UNDERSCORE: ["1_000", "_5", "5_", "1__0", "0._5", "1_0_0.5"],
    Reason.COMMA: ["0,5", ",5", "5,", "1,234", "1,234.5", "1.234,5", "1,2,3", "0.1, 0.2", "1，5", "1,5e3"],
    Reason.TWO_POINTS: ["1.2.3", "0..5", "0.5.", ".5.", "1.5.e3", "1.234.567"],
    Reason.OTHER_SYMBOL: ["$5", "5!", "'5'", '"0.5"', "—0.5", "5;", "~5", "0·5", "1．5", "±5", "5\u0301"],
}  # fmt: skip


@pytest.mark.parametrize("text", ["-0", "−0.00", "+0e5", "0e-999", "-0e999"])
def test_every_zero_is_the_plain_zero(text: str) -> None:
    assert str(value_of(text)) == "0"


ALL_UNREADABLE = [(text, reason) for reason in Reason for text in UNREADABLE[reason]]


@pytest.mark.parametrize(("text", "reason"), ALL_UNREADABLE, ids=label)
def test_any_other_text_is_unreadable_for_a_named_reason(text: str, reason: Reason) -> None:
    reading = read_number(text)
    assert (reading.reason, reading.value, reading.decimals) == (reason, None, 0)
    assert not reading.readable
    assert reading.text is text
    assert not too_few_decimals(reading, 5)
    assert read_by_hand(text) is None


MESSAGES = [
    ("", "Nothing was typed; type a number."),
    ("0,86364", "It has a comma; use a point: 0.86364"),
    ("−0,5", "It has a comma; use a point: -0.5"),
    ("1，5", "It has a comma; use a point: 1.5"),
    ("1,234", "It has a comma; use a point: 1.234, or leave it out: 1234"),
    ("0,123", "It has a comma; use a point: 0.123"),
    ("1,234.5", "It has a comma; use a point: 1234.5"),
    ("0.1, 0.2", "It has a comma; use a point."),
    ("1,5e99", "It has a comma; use a point."),
    ("86.4%", "It has a percent sign; type the decimal value: 0.864"),
    ("-86.4 ％", "It has a percent sign; type the decimal value: -0.864"),
    ("86,4%", "It has a percent sign; type the decimal value."),
    (f"0.{'1' * 59}%", "It has a percent sign; type the decimal value: 0.00" + "1" * 59),
    (f"0.{'1' * 61}%", "It has a percent sign; type the decimal value."),
    ("1e-30%", "It has a percent sign; type the decimal value."),
    ("1/2", "It is a fraction; type the decimal value."),
    ("1_000", "It has an underscore; type the digits without it: 1000"),
    ("a_1", "It has an underscore; type the digits without it."),
    ("1 000", "It has a space inside; type one number without spaces: 1000"),
    ("-\n\u00a05", "It has a space inside; type one number without spaces: -5"),
    ("0.5 0.6", "It has a space inside; type one number without spaces."),
    ("１２．５", "Its digits are not the plain ones; type 0 to 9: 12.5"),
    ("٣.١٤", "Its digits are not the plain ones; type 0 to 9: 3.14"),
    ("1e−5", "After the e, type a plain whole number of at most three digits: 1e-5"),
    ("—0.5", f"Character 1 (EM DASH, U+2014) {Reason.OTHER_SYMBOL.advice}: -0.5"),
    ("  $5", f"Character 3 (DOLLAR SIGN, U+0024) {Reason.OTHER_SYMBOL.advice}."),
    ("0.\u200b5", f"Character 3 (ZERO WIDTH SPACE, U+200B) {Reason.INVISIBLE_CHARACTER.advice}."),
    (" 5\x00", "Character 3 (U+0000) is invisible; delete it, or type the number afresh."),
    ("\ud800", "Character 1 (U+D800) is invisible; delete it, or type the number afresh."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), MESSAGES, ids=label)
def test_the_message_tells_what_to_do_and_spells_the_number_where_that_is_plain(
    text: str, message: str
) -> None:
    assert read_number(text).message == message


@pytest.mark.parametrize(("text", "reason"), ALL_UNREADABLE, ids=label)
def test_a_message_can_be_printed_and_a_number_that_it_spells_is_readable(
    text: str, reason: Reason
) -> None:
    message = str(read_number(text).message)
    assert message.isprintable()
    assert reason.advice in message
    _, colon, spelled = message.rpartition(": ")
    assert read_number(spelled).readable == bool(colon)
    assert colon or message.endswith(".")


@pytest.mark.parametrize(
    ("text", "asked", "few"),
    [
        ("1", 5, True),
        ("0.5", 5, True),
        ("1234.5678", 5, True),
        ("0.01234", 5, False),
        ("0.012345", 5, False),
        ("1.234e-2", 5, False),
        ("12e-3", 5, True),
        ("5", 1, True),
        ("5", 0, False),
    ],
)
def test_too_few_decimals_are_counted_as_typed(text: str, asked: int, *, few: bool) -> None:
    assert too_few_decimals(read_number(text), asked) is few


@pytest.mark.parametrize("text", ["nan", "sNaN", "inf", "-inf"])
def test_what_is_not_finite_is_refused_at_the_door(text: str) -> None:
    odd, one = Decimal(text), Decimal(1)
    for three in [(odd, one, one), (one, odd, one), (one, one, odd)]:
        with pytest.raises(ValueError, match="finite"):
            within(*three)
    with pytest.raises(ValueError, match="finite"):
        canonical(odd)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_an_expected_value_must_be_finite(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        expected_decimal(value)


@pytest.mark.parametrize(
    ("value", "exact"),
    [(0.1, "0.1"), (-0.0, "0"), (1e-5, "0.00001"), (1 / 3, "0.3333333333333333"), (2, "2")],
)
def test_an_expected_value_is_the_shortest_decimal_of_its_float(value: float, exact: str) -> None:
    assert canonical(expected_decimal(value)) == exact


TINY = "0." + "0" * 39 + "1"


@pytest.mark.parametrize(
    ("answer", "expected", "tolerance", "correct"),
    [
        ("1.00001", "1", "0.00001", True),
        ("0.99999", "1", "0.00001", True),
        ("1.00002", "1.00001", "0.00001", True),
        (f"1.00001{'0' * 34}1", "1", "0.00001", False),
        (f"1.00000{'9' * 35}", "1", "0.00001", True),
        ("-1", "1", "2", True),
        ("0.5", "0.5", "0", True),
        (TINY, "0", "0", False),
        ("1e30", TINY, "1e30", True),
        ("-1e30", TINY, "1e30", False),
        ("1e30", "1e308", "1e308", True),
        (f"{NINES}.{'9' * 33}", "1e30", "1e-33", True),
        ("1", "1.1", "-1", False),
    ],
)
def test_the_tolerance_is_inclusive_to_the_last_digit(
    answer: str, expected: str, tolerance: str, *, correct: bool
) -> None:
    assert within(Decimal(answer), Decimal(expected), Decimal(tolerance)) is correct
    assert within(Decimal(expected), Decimal(answer), Decimal(tolerance)) is correct


def test_a_difference_that_would_be_rounded_raises_instead() -> None:
    with pytest.raises(Inexact):
        within(Decimal(1), Decimal("1e-1001"), Decimal(1))


def test_no_result_depends_on_the_precision_of_the_thread() -> None:
    digits = f"-{NINES}.{'9' * 32}"
    with localcontext(prec=1):
        assert canonical(value_of(digits)) == digits
        assert not within(value_of("0.12345"), Decimal("0.12344"), Decimal("0.000001"))
        assert read_number("86.4321%").message == f"{Reason.PERCENT.advice}: 0.864321"


def test_the_longest_canonical_text_fits_the_column_that_keeps_it() -> None:
    longest = ["1" * 60 + "e-89", "-" + "1" * 59 + "e-88", f"-{NINES}.{'9' * 32}", "-1e30"]
    lengths = [len(canonical(value_of(text))) for text in longest]
    assert max(lengths) == LONGEST_CANONICAL
    assert (ExactDecimal.impl.length or 0) >= LONGEST_CANONICAL


sign = st.sampled_from(["", "+", *MINUS_SIGNS]).flatmap(
    lambda sign: st.text(SPACES, max_size=2 if sign else 0).map(lambda spaces: sign + spaces)
)
digits = st.text("0123456789", max_size=32)
mantissa = st.tuples(digits, st.sampled_from(["", "."]), digits).map("".join)
exponent = st.tuples(
    st.sampled_from("eE"),
    st.sampled_from(["", "+", "-"]),
    st.integers(0, 40) | st.integers(0, 1200),
).map(lambda parts: "".join(map(str, parts)))
padding = st.text(WHITE_SPACE, max_size=2)
near_grammar = st.tuples(padding, sign, mantissa, st.just("") | exponent, padding).map("".join)
readable = near_grammar.filter(lambda text: read_by_hand(text) is not None)
decimals = readable.map(value_of)
thorough = settings(max_examples=500, deadline=None)


@settings(max_examples=5_000, deadline=None)
@given(st.text(st.characters()) | st.text("0123456789.,eE+-−%/_ \u00a0\u200b٣xnaif", max_size=66))
@example("\ud800\x00")
def test_any_text_at_all_is_read_or_refused_and_never_raises(text: str) -> None:
    assert agrees_with_the_hand(text)


@thorough
@given(near_grammar)
def test_text_of_the_grammar_is_read_as_an_independent_reader_does(text: str) -> None:
    assert agrees_with_the_hand(text)


@thorough
@given(decimals)
def test_the_canonical_text_reads_back_as_the_same_value(value: Decimal) -> None:
    text = canonical(value)
    assert Fraction(text) == Fraction(value)
    assert "e" not in text.lower()
    assert len(text) <= LONGEST_CANONICAL
    assert canonical(Decimal(text)) == text
    assert len(text) > 64 or read_number(text).value == value


@thorough
@given(decimals, st.integers(-40, 40), decimals)
def test_canonical_texts_are_equal_exactly_when_the_values_are(
    value: Decimal, zeros: int, other: Decimal
) -> None:
    sign, digits, power = value.as_tuple()
    padded = Decimal((sign, (*digits, *[0] * max(zeros, 0)), int(power) - max(zeros, 0)))
    assert canonical(padded) == canonical(value)
    assert (canonical(other) == canonical(value)) == (Fraction(other) == Fraction(value))


edges = st.tuples(
    decimals | st.floats(allow_nan=False, allow_infinity=False).map(expected_decimal),
    st.sampled_from(["0.00001", "0", "1e-30", "0.5", "1e30"]).map(Fraction),
    st.sampled_from([-1, 1]),
    st.sampled_from([0, 1, -1]).map(lambda nudge: Fraction(nudge, 10**40)),
)


def agrees_with_fractions(edge: tuple[Decimal, Fraction, int, Fraction], judge: Judge) -> bool:
    """Whether an answer at the edge of what is tolerated, or a nudge beside it, is judged as it should be."""
    expected, tolerance, side, nudge = edge
    answer = Fraction(expected) + side * (tolerance + nudge)
    with localcontext(prec=1_100):
        typed, allowed = (Decimal(x.numerator) / x.denominator for x in (answer, tolerance))
    assert Fraction(typed) == answer
    right = abs(answer - Fraction(expected)) <= tolerance
    assert right is (nudge <= 0 if tolerance else nudge == 0)
    return judge(typed, expected, allowed) is right


@thorough
@given(edges)
def test_the_verdict_at_the_edge_equals_exact_arithmetic_in_fractions(
    edge: tuple[Decimal, Fraction, int, Fraction],
) -> None:
    assert agrees_with_fractions(edge, within)


SEEDS = [text for text, _, _ in READABLE if len(text) <= 70]
ALPHABET = "0123456789.,eE+-−– \u00a0\t_%/٣１\u200b\x00\ud800xnaif½∞²$🙂"


def mutate(rng: random.Random, text: str) -> str:
    for _ in range(rng.randrange(4)):
        at = int(rng.random() * (len(text) + 1))
        cut = int(rng.random() * 3)
        text = (
            text[:at] + rng.choice(("", rng.choice(ALPHABET), text[at : at + 9])) + text[at + cut :]
        )
    return text


def mutated(count: int) -> Iterator[str]:
    rng = random.Random(SEED)  # noqa: S311 - a seeded run can be repeated; nothing here is secret.
    return (mutate(rng, rng.choice(SEEDS)) for _ in range(count))


def test_mutated_numbers_are_read_as_an_independent_reader_does() -> None:
    """GRADER_FUZZ sets how many; a million is the figure that is promised."""
    assert [text for text in mutated(FUZZ) if not agrees_with_the_hand(text)] == []
