"""What a problem's texts say about decimals and tolerance has to be what its answers are checked by.

The page states each part's rule beside its box, from ``problem.toml``. A statement or a prompt need not say
it again; where it does, in words such as "give five decimals" or "within 0.00001 of the reference value", it
is found here and compared.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from grader.content.catalog import Catalog, fill_in
from grader.content.findings import Finding
from grader.content.toml_lines import line_of
from grader.domain.grammar import canonical
from grader.domain.problem import Part, Problem

_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
_COUNT = rf"\b(?P<count>no|{'|'.join(_WORDS)}|[0-9]{{1,3}})"
_DECIMALS = re.compile(
    rf"{_COUNT}[\s-]+(?:decimals?\b|(?:digits?|places?)\s+after\s+the\s+(?:decimal\s+)?point\b)",
    re.IGNORECASE,
)
_AMOUNT = (
    r"(?:\$\s*)?(?:\\pm\s*|±\s*)?"
    r"(?P<amount>10\s*\^\s*\{?\s*[-−]\s*[0-9]{1,3}\s*\}?|[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]{1,3})?)"
)
_TOLERANCES = (
    # "within 0.1 of the mean" may be what a problem is about; these speak of answers.
    re.compile(rf"\bwithin\s+{_AMOUNT}\s*\$?\s+of\s+(?:the|our)\s+(?:reference|correct|right)\b"),
    re.compile(rf"\b(?:right|correct|accepted|counts)\b[^.]{{0,60}}?\bwithin\s+{_AMOUNT}"),
    re.compile(rf"\btolerance\s+(?:of|is)\s+{_AMOUNT}", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class Stated:
    """A rule that a text states: ``0.00001`` as tolerance or ``5`` as decimals, and on which line."""

    value: Decimal
    line: int


def check_stated_rules(catalog: Catalog, problem: Problem) -> Iterator[Finding]:
    """Each place where a text states other decimals or another tolerance than answers are checked by."""
    folder = catalog.problems_dir / problem.slug
    source = (folder / "problem.toml").read_text(encoding="utf-8")
    statement = fill_in(problem.statement, problem.parameters)
    for rule in _RULES:
        silent = []
        for place, part in enumerate(problem.parts):
            own = rule.stated(fill_in(part.prompt, problem.parameters))
            where = f"{folder / 'problem.toml'}, line {line_of(source, ('parts', place, 'prompt'))}"
            yield from (_other(rule, where, each, [part]) for each in _wrong(rule, own, [part]))
            silent += [] if own else [part]
        stated = rule.stated(statement)
        wrong = _wrong(rule, stated, problem.parts)
        for each in wrong:
            yield _other(rule, f"{folder / 'statement.md'}, line {each.line}", each, problem.parts)
        if not wrong:
            yield from _left_out(rule, folder / "statement.md", stated, silent)


def stated_decimals(text: str) -> list[Stated]:
    """How many decimals a text asks for, wherever it does."""
    return [
        Stated(_count(match["count"]), _line(text, match)) for match in _DECIMALS.finditer(text)
    ]


def stated_tolerances(text: str) -> list[Stated]:
    """Within what of the reference value a text says that an answer is right, wherever it does."""
    found = {
        match.start("amount"): Stated(_amount(match["amount"]), _line(text, match, "amount"))
        for pattern in _TOLERANCES
        for match in pattern.finditer(text)
    }
    return [found[place] for place in sorted(found)]


@dataclass(frozen=True, slots=True)
class _Rule:
    """One of the two numbers of a rule: what texts state of it, and what a part is checked by."""

    name: str
    stated: Callable[[str], list[Stated]]
    checked: Callable[[Part], Decimal]


_RULES = (
    _Rule("tolerance", stated_tolerances, lambda part: part.tolerance),
    _Rule("decimals", stated_decimals, lambda part: Decimal(part.decimals)),
)


def _wrong(rule: _Rule, stated: Iterable[Stated], parts: Sequence[Part]) -> list[Stated]:
    """What is stated though none of the parts is checked so."""
    checked = {rule.checked(part) for part in parts}
    return [each for each in stated if each.value not in checked]


def _other(rule: _Rule, where: str, stated: Stated, parts: Sequence[Part]) -> Finding:
    checked = " and ".join(sorted({canonical(rule.checked(part)) for part in parts}))
    return Finding(
        where,
        f"it states {canonical(stated.value)} as {rule.name}, but problem.toml says {checked}.",
        "Make both say the same, or leave it out of the text: the page says it beside each box.",
    )


def _left_out(
    rule: _Rule, path: Path, stated: Sequence[Stated], silent: Iterable[Part]
) -> Iterator[Finding]:
    """Parts that a statement which does state a rule passes over, and whose prompt does not state it."""
    known = {each.value for each in stated}
    for part in silent:
        if known and rule.checked(part) not in known:
            yield Finding(
                f"{path}, line {stated[0].line}",
                f"it passes over part {part.id}, which has {canonical(rule.checked(part))} as {rule.name}.",
                "State each part's own, or none: the page says it beside each box.",
            )


def _count(word: str) -> Decimal:
    plain = word.lower()
    return Decimal(_WORDS.index(plain)) if plain in _WORDS else Decimal(plain.replace("no", "0"))


def _amount(text: str) -> Decimal:
    power = re.fullmatch(r"10\s*\^\s*\{?\s*[-−]\s*([0-9]+)\s*\}?", text)
    return Decimal(1).scaleb(-int(power[1])) if power else Decimal(text)


def _line(text: str, match: re.Match[str], group: str = "count") -> int:
    # Parameters fill in without moving lines.
    return text.count("\n", 0, match.start(group)) + 1
