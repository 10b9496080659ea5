"""What staff add to a computed key: values that count as correct too, and mistakes that they have seen.

A computed key knows nothing of these, so they are carried from one version to the next; what no longer fits
is left out, and said.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from grader.domain.comparing import within
from grader.domain.errors import InvalidRequest
from grader.domain.grading import AnswerKey, PartKey
from grader.domain.leaks import names_a_value
from grader.domain.misconceptions import APART, Hint, Misconception, away_from

STAFF = "staff-"
"""What the tags of staff begin with; no computed tag has a hyphen, no detector's lacks a colon."""


def is_staffs(tag: str) -> bool:
    """Whether a misconception with this tag was written by staff."""
    return tag.startswith(STAFF)


def accepting(key: AnswerKey, part: str, value: Decimal) -> tuple[AnswerKey, tuple[str, ...]]:
    """The key under which this value counts as correct too, and what had to go for it.

    Raises:
        InvalidRequest: it counts as correct already.
    """
    known = key.parts[part]
    if any(within(value, truth, known.tolerance) for truth in known.truths):
        raise InvalidRequest("This value counts as correct already.")
    wider = replace(known, accepted=(*known.accepted, value))
    return carried(replace(key, parts={**key.parts, part: wider}), computed_alone(key))


def explaining(key: AnswerKey, part: str, mistake: Misconception, words: str) -> AnswerKey:
    """The key that tells students these words of a mistake which gives just this value.

    Raises:
        InvalidRequest: the tag is taken, the value can't be told apart from a truth or another mistake, or
            the words contain a value that counts as correct.
    """
    if mistake.tag in key.hints:
        raise InvalidRequest(f"The short name {mistake.tag} is taken: choose another one.")
    known = key.parts[part]
    objection = _clash(known, mistake.value) or _leak(key.parts, words)
    if objection:
        raise InvalidRequest(f"It can't be told of this value: {objection}.")
    wider = replace(known, misconceptions=(*known.misconceptions, mistake))
    hints = {**key.hints, mistake.tag: Hint(words)}
    return replace(key, parts={**key.parts, part: wider}, hints=hints)


def additions(key: AnswerKey) -> frozenset[tuple[str, Decimal | str]]:
    """What staff added: by part the values that count as correct too, and the tags of their mistakes."""
    accepted = {(slug, value) for slug, part in key.parts.items() for value in part.accepted}
    tags = {
        (slug, each.tag)
        for slug, part in key.parts.items()
        for each in part.misconceptions
        if is_staffs(each.tag)
    }
    return frozenset(accepted | tags)


def computed_alone(key: AnswerKey) -> AnswerKey:
    """The key without what staff added."""
    parts = {
        slug: replace(
            part,
            accepted=(),
            misconceptions=tuple(m for m in part.misconceptions if not is_staffs(m.tag)),
        )
        for slug, part in key.parts.items()
    }
    hints = {tag: hint for tag, hint in key.hints.items() if not is_staffs(tag)}
    return replace(key, parts=parts, hints=hints)


def carried(old: AnswerKey, new: AnswerKey) -> tuple[AnswerKey, tuple[str, ...]]:
    """A computed key with what staff added to an earlier one, and in words each thing that is left out."""
    dropped = [
        f"accepted value {value} of {slug}: the part is gone"
        for slug, part in old.parts.items()
        if slug not in new.parts
        for value in part.accepted
    ]
    parts = {
        slug: _accepting(part, old.parts[slug].accepted) if slug in old.parts else part
        for slug, part in new.parts.items()
    }
    hints = dict(new.hints)
    for slug, part in old.parts.items():
        for each in (m for m in part.misconceptions if is_staffs(m.tag)):
            why = (
                "the part is gone"
                if slug not in parts
                else _clash(parts[slug], each.value) or _leak(parts, old.hints[each.tag].message)
            )
            if why:
                dropped.append(f"{each.tag} of {slug}: {why}")
                continue
            hints[each.tag] = old.hints[each.tag]
            known = parts[slug]
            parts[slug] = replace(known, misconceptions=(*known.misconceptions, each))
    return replace(new, parts=parts, hints=hints), tuple(dropped)


def _accepting(part: PartKey, accepted: tuple[Decimal, ...]) -> PartKey:
    misconceptions = away_from(part.misconceptions, truths=accepted, tolerance=part.tolerance)
    return replace(part, accepted=accepted, misconceptions=misconceptions)


def _clash(part: PartKey, value: Decimal) -> str:
    """Why a mistake with this value could not be told; it goes before computed ones that are not told."""
    near = part.tolerance * APART
    if any(within(value, truth, near) for truth in part.truths):
        return "a value that counts as correct lies too close"
    rivals = (each.tag for each in part.misconceptions if each.told)
    close = {each.tag for each in part.misconceptions if within(value, each.value, near)}
    rival = next((tag for tag in rivals if tag in close), None)
    return f"{rival} gives that number already" if rival else ""


def _leak(parts: Mapping[str, PartKey], words: str) -> str:
    if any(names_a_value(words, each.truths, each.tolerance) for each in parts.values()):
        return "the words contain a value that counts as correct, or its first digits"
    return ""
