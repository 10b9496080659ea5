"""Markdown with TeX that anybody may have typed becomes HTML for other people's pages.

It is set as our own texts are, with less: no HTML, no image, no link but to another site, which it names.
What would take long is shown as it was typed instead. Code is text, and is never run.
"""

import re
from collections.abc import Sequence
from html import escape
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.dollarmath import dollarmath_plugin

from grader.content.formulas import FormulaRefused, guest_mathml
from grader.content.text import aligned_cell, clean

MOST_FORMULAS = 500
MOST_SECONDS = 1.5
MOST_SET = 1_000_000
"""Characters of MathML in one text; a formula of many empty cells is eighty times as long as its TeX."""

_LINK = re.compile(r"mailto:[^/?#]|https?://[^/?#\\]", re.IGNORECASE)
# These make what stands behind them read in another order, so that code looks like other code.
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LOWEST_HEADING = 6


class _Budget:
    """Sets the formulas of one text while its limits last."""

    def __init__(self) -> None:
        self.until = monotonic() + MOST_SECONDS
        self.formulas = 0
        self.length = 0

    def formula(self, tex: str, options: dict[str, Any]) -> str:
        """A formula, or the TeX as it was typed and why it is not set."""
        try:
            return self._set(tex, display=options["display_mode"])
        except FormulaRefused as error:
            return (
                f'<code class="tex">{escape(tex)}</code> '
                f'<span class="tex__why">(not set: {escape(str(error))})</span>'
            )

    def _set(self, tex: str, *, display: bool) -> str:
        self.formulas += 1
        if self.formulas > MOST_FORMULAS:
            raise FormulaRefused(f"a text has at most {MOST_FORMULAS} formulas")
        if self.length > MOST_SET or monotonic() > self.until:
            raise FormulaRefused("the formulas of this text are too large together")
        made = guest_mathml(tex, display=display)
        self.length += len(made)
        return made


def render_guest(markdown: str) -> str:
    """Render a text of unknown origin to HTML that is safe on anybody's page, within a bounded time."""
    shown = _OVERRIDES.sub(lambda match: f"⟦U+{ord(match[0]):04X}⟧", markdown)
    return clean(_parser().render(shown))


class _GuestMarkdown(MarkdownIt):
    """Markdown whose links lead to other sites, or are shown as they were typed."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser's name.
        """Let an address pass that names a host, or a mailbox."""
        if _LINK.match(url) is None:
            return False
        try:
            return bool(_where(url))
        except ValueError:
            return False


def _parser() -> MarkdownIt:
    parser = _GuestMarkdown("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.disable("image")
    parser.use(
        dollarmath_plugin, double_inline=True, allow_labels=False, renderer=_Budget().formula
    )
    parser.core.ruler.push("lower_headings", _lower_headings)
    for cell in ("th_open", "td_open"):
        parser.add_render_rule(cell, aligned_cell)
    parser.add_render_rule("link_close", _link_end)
    return parser


def _lower_headings(state: StateCore) -> None:
    """Put headings below the page's h1 and h2, one step after the other, whatever their own levels are."""
    above: list[int] = []
    for token in state.tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
            above = [*(each for each in above if each < level), level]
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(len(above) + 2, _LOWEST_HEADING)}"


def _link_end(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    place: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    """Say behind a link where it leads, whatever its words are."""
    while tokens[place].type != "link_open":
        place -= 1
    if tokens[place].info == "auto":
        return "</a>"
    where = _where(str(tokens[place].attrs["href"]))
    return f'</a> <span class="link__where">({escape(where)})</span>'


def _where(address: str) -> str:
    parts = urlsplit(address)
    return parts.hostname or parts.path
