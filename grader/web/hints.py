"""View models of hints and mistakes: their words set as the statement's are."""

from dataclasses import dataclass

from markupsafe import Markup

from grader.content.text import ANCHOR, render_inline, sections
from grader.domain.hinting import Mistake
from grader.domain.misconceptions import Hint


@dataclass(frozen=True, slots=True)
class ShownHint:
    """What a student is told of a mistake, and the heading of the statement to read again, if it has it."""

    words: Markup
    anchor: str = ""
    heading: Markup | None = None


@dataclass(frozen=True, slots=True)
class ShownMistake:
    """What staff are told of a wrong answer."""

    tag: str
    words: Markup
    told: bool


def shown_hint(hint: Hint | None, statement: str) -> ShownHint | None:
    """A hint as HTML, beside this statement, which is Markdown."""
    if hint is None:
        return None
    heading = sections(statement).get(hint.section or "")
    if heading is None:
        return ShownHint(_inline(hint.message))
    return ShownHint(_inline(hint.message), f"{ANCHOR}{hint.section}", _inline(heading))


def shown_mistake(mistake: Mistake) -> ShownMistake:
    """A mistake as HTML."""
    return ShownMistake(mistake.tag, _inline(mistake.words), mistake.told)


def _inline(markdown: str) -> Markup:
    # It was cleaned when it was rendered.
    return Markup(render_inline(markdown))  # noqa: S704
