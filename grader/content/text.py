"""Markdown with TeX becomes safe HTML, on the server.

Formulas become MathML, which browsers set by themselves: no script, no font to wait for, no jump in the
layout, and screen readers can read it.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.anchors.index import anchors_plugin, slugify
from mdit_py_plugins.dollarmath import dollarmath_plugin

from grader.content.formulas import mathml

ANCHOR = "statement-"
"""What the anchors of headings begin with, so that they are no other id of a page."""

_MATHML = """
math semantics annotation mrow mi mo mn ms mtext mspace msub msup msubsup munder mover munderover mfrac
msqrt mroot mtable mtr mtd mstyle mpadded mphantom menclose
""".split()
_ATTRIBUTES: dict[str, set[str]] = {
    "math": {"display"},
    "annotation": {"encoding"},
    "mo": {
        *("stretchy", "fence", "separator", "lspace", "rspace", "minsize", "maxsize", "accent"),
        "mathvariant",
    },
    "mi": {"mathvariant"},
    "mn": {"mathvariant"},
    "mtext": {"mathvariant"},
    "mspace": {"width", "height", "mathbackground"},
    "mstyle": {"scriptlevel", "displaystyle", "mathcolor", "mathsize"},
    "menclose": {"notation"},
    "mtable": {"rowspacing", "columnspacing", "columnalign", "rowlines", "columnlines"},
    "mfrac": {"linethickness"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mpadded": {"width", "height", "depth", "lspace", "voffset", "mathbackground"},
    "code": {"class"},
    "span": {"class"},
    "div": {"class"},
    "th": {"class"},
    "td": {"class"},
}
_ANCHORED = {f"h{level}": {"id"} for level in range(1, 7)}


@lru_cache(maxsize=4096)
def render(markdown: str) -> str:
    """Render Markdown with ``$...$`` and ``$$...$$`` to HTML that is safe whoever wrote it.

    Raises:
        ContentError: a formula is no valid TeX; the message quotes it.
    """
    return clean(_markdown().render(markdown))


@lru_cache(maxsize=4096)
def render_statement(markdown: str) -> str:
    """The same, with each heading as an anchor: ``ANCHOR`` and its name among the ``sections``."""
    return clean(_markdown().render(markdown), _ANCHORED)


@lru_cache(maxsize=4096)
def sections(markdown: str) -> Mapping[str, str]:
    """The headings of a text in their order, as Markdown, each by a name made of its words."""
    tokens = _markdown().parse(markdown)
    return {
        str(heading.attrs["id"]).removeprefix(ANCHOR): words.content
        for heading, words in pairwise(tokens)
        if heading.type == "heading_open"
    }


@lru_cache(maxsize=4096)
def render_inline(markdown: str) -> str:
    """The same for a single line: no paragraph around it."""
    return clean(_markdown().renderInline(markdown))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin, double_inline=True, renderer=_formula)
    parser.use(anchors_plugin, max_level=6, slug_func=lambda words: ANCHOR + slugify(words))
    for cell in ("th_open", "td_open"):
        parser.add_render_rule(cell, aligned_cell)
    return parser


def aligned_cell(  # noqa: PLR0917 - as the parser calls it.
    renderer: RendererHTML,
    tokens: Sequence[Token],
    place: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    """Name a column's alignment by a class: pages allow no inline style, as the parser would write it."""
    attributes = tokens[place].attrs
    style = attributes.pop("style", None)
    if style is not None:
        attributes["class"] = f"align-{str(style).removeprefix('text-align:')}"
    return renderer.renderToken(tokens, place, options, env)


def _formula(tex: str, options: dict[str, Any]) -> str:
    return mathml(tex, display=options["display_mode"])


def clean(rendered: str, more: Mapping[str, set[str]] = {}) -> str:
    """Keep of HTML what is safe to show; ``more`` attributes may stay, by tag."""
    return nh3.clean(
        rendered,
        tags=nh3.ALLOWED_TAGS | set(_MATHML) | {"section"},
        attributes={**nh3.ALLOWED_ATTRIBUTES, **_ATTRIBUTES, **more},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
