"""What has to hold of a freshly drafted key before students meet it. Each check yields what is wrong."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from grader.content.catalog import fill_in
from grader.content.findings import Finding
from grader.content.text import sections
from grader.domain.displayed import rounded, truncated
from grader.domain.grading import AnswerKey, PartKey, grade
from grader.domain.misconceptions import collisions
from grader.domain.number import Reading, read_number
from grader.domain.odd_texts import odd_texts
from grader.domain.problem import Part, Problem
from grader.domain.unreadable import Reason
from grader.services.keys.drafting import Draft

Check = Callable[[Problem, Draft], Iterator[Finding]]
Write = Callable[[Decimal, int], str]


def check_displayed(problem: Problem, draft: Draft) -> Iterator[Finding]:
    """The expected value, rounded to the decimals asked, is read and is correct."""
    for part in problem.parts:
        yield from _graded_as_correct(part, draft, rounded)


def check_truncated(problem: Problem, draft: Draft) -> Iterator[Finding]:
    """The expected value, cut off after the decimals asked, is correct too: students do both."""
    for part in problem.parts:
        yield from _graded_as_correct(part, draft, truncated)


def check_misconceptions(problem: Problem, draft: Draft) -> Iterator[Finding]:
    """No mistake passes as correct, in full or typed with the decimals asked, unless it is reported.

    ``grader keys check`` reports those whose number lies too close to the expected one to be told from it.
    """
    for part in problem.parts:
        key = draft.key.parts[part.slug]
        reported = _too_close_to_tell(key)
        for each in key.misconceptions:
            answers = (each.value, *_as_typed(each.value, part.decimals))
            right = [answer for answer in answers if grade(draft.key, part.slug, answer).correct]
            if right and each.tag not in reported:
                yield Finding(
                    part.slug,
                    f"the misconception {each.tag} gives {each.value}, which counts as correct when it is "
                    f"typed as {right[0]}.",
                    "Ask for more decimals, or change the numbers so that the mistake shows.",
                )


def check_hints(problem: Problem, draft: Draft) -> Iterator[Finding]:
    """Each misconception that sends students to a section of the statement names one that there is."""
    known = sections(fill_in(problem.statement, problem.parameters))
    for tag, hint in draft.key.hints.items():
        if hint.section is not None and hint.section not in known:
            yield Finding(
                f"reference/{problem.slug}.py",
                f"the misconception {tag} names the section {hint.section}, but no heading of the statement "
                "is called so.",
                f"It has: {', '.join(known)}."
                if known
                else "It has no headings: leave the section out.",
            )


def check_reading(problem: Problem, draft: Draft) -> Iterator[Finding]:
    """Whatever is typed is read as a number, or refused with a reason."""
    for part in problem.parts:
        answer = rounded(draft.key.parts[part.slug].expected, part.decimals)
        for text, what in unread(odd_texts(answer), read_number):
            yield Finding(
                part.slug,
                f"the text {text!a} {what}.",
                "This is a defect of the grader: please report it.",
            )


def unread(texts: list[str], read: Callable[[str], Reading]) -> Iterator[tuple[str, str]]:
    """The texts that get neither a value nor a reason in words, or make reading fail; and in which way."""
    for text in texts:
        try:
            reading = read(text)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for.
            yield text, f"makes reading fail with {type(error).__name__}"
            continue
        named = isinstance(reading.reason, Reason) and bool(reading.message)
        if reading.readable == named:
            yield text, "is read as a number and refused, or neither"


def _graded_as_correct(part: Part, draft: Draft, write: Write) -> Iterator[Finding]:
    text = write(draft.key.parts[part.slug].expected, part.decimals)
    reading = read_number(text)
    if reading.value is None:
        yield Finding(
            part.slug,
            f"the answer reads {text}, which can't be read: {reading.message}",
            "Ask for the number in another unit or scale.",
        )
    elif not grade(draft.key, part.slug, reading.value).correct:
        yield Finding(
            part.slug,
            f"the answer {write.__name__} to {part.decimals} decimals, {text}, is not within "
            f"{part.tolerance:f} of the expected value.",
            "Ask for more decimals, or widen the tolerance, in problem.toml.",
        )


def too_close(key: AnswerKey) -> tuple[str, ...]:
    """In words each mistake whose number lies too close to a truth to be told of."""
    return tuple(
        f"{tag} at {slug}"
        for slug, part in key.parts.items()
        for tag in sorted(_too_close_to_tell(part))
    )


def _too_close_to_tell(key: PartKey) -> set[str]:
    found = collisions(key.misconceptions, truths=key.truths, tolerance=key.tolerance)
    return {each.tag for each in found if each.other is None}


def _as_typed(value: Decimal, decimals: int) -> Iterator[Decimal]:
    for write in (rounded, truncated):
        reading = read_number(write(value, decimals))
        if reading.value is not None:
            yield reading.value


CHECKS: dict[str, tuple[str, Check]] = {
    "displayed": ("the rounded answer is read and is correct", check_displayed),
    "truncated": ("the answer cut off instead of rounded is correct", check_truncated),
    "misconceptions": (
        "no mistake passes as correct",
        check_misconceptions,
    ),
    "hints": ("the statement has each section that a hint names", check_hints),
    "reading": ("any text is read or refused with a reason", check_reading),
}
"""What any drafted key has to pass, that of a practice variant as well."""
