"""Texts that anybody may have typed: nothing in them runs or loads, and none takes long."""

import re
from time import perf_counter

import pytest

from grader.content import guest_text
from grader.content.formulas import LONGEST, FormulaRefused, guest_mathml
from grader.content.guest_text import render_guest
from grader.domain.explanations import LONGEST as LONGEST_TEXT
from tests.content.test_text import Pieces

PATIENCE = 10.0
"""Seconds: none takes one here, a machine may be busy, and without the limits some take minutes."""


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**two** *three*", "<p><strong>two</strong> <em>three</em></p>\n"),
        ("```python\nimport os\n```", '<pre><code class="language-python">import os\n</code></pre>\n'),
        ("# Title", "<h3>Title</h3>\n"),
        ("###### Small", "<h3>Small</h3>\n"),
        ("Title\n---", "<h3>Title</h3>\n"),
        ("## A\n#### B\n### C\n# D", "<h3>A</h3>\n<h4>B</h4>\n<h4>C</h4>\n<h3>D</h3>\n"),
        (
            "# A\n## B\n### C\n#### D\n##### E",
            "<h3>A</h3>\n<h4>B</h4>\n<h5>C</h5>\n<h6>D</h6>\n<h6>E</h6>\n",
        ),
        ("~~no~~", "<p><s>no</s></p>\n"),
        (
            "[here](https://a.example/x)",
            ('<p><a href="https://a.example/x" rel="noopener noreferrer">here</a> '
             '<span class="link__where">(a.example)</span></p>\n'),
        ),
        (
            "[me](mailto:a@b.example)",
            ('<p><a href="mailto:a@b.example" rel="noopener noreferrer">me</a> '
             '<span class="link__where">(a@b.example)</span></p>\n'),
        ),
        (
            "<https://a.example/>",
            '<p><a href="https://a.example/" rel="noopener noreferrer">https://a.example/</a></p>\n',
        ),
        ("[here](/signout)", "<p>[here](/signout)</p>\n"),
        ("[here](#main)", "<p>[here](#main)</p>\n"),
        ("[here](//evil.example)", "<p>[here](//evil.example)</p>\n"),
        ("[x](http://[::1)", "<p>[x](http://[::1)</p>\n"),
        ("[x](http:///a.example)", "<p>[x](http:///a.example)</p>\n"),
        ("<b>1</b> & 2", "<p>&lt;b&gt;1&lt;/b&gt; &amp; 2</p>\n"),
    ],
)  # fmt: skip
def test_markdown_is_set_and_links_say_where_they_lead(markdown: str, html: str) -> None:
    assert render_guest(markdown) == html


def test_the_words_of_a_link_are_not_what_is_said_of_where_it_leads() -> None:
    shown = render_guest("[https://bank.example](https://evil.example/<b>)")
    assert '<span class="link__where">(evil.example)</span>' in shown


def test_an_image_is_a_link_and_loads_nothing() -> None:
    shown = render_guest("![me](https://evil.example/seen.png)")
    assert "<img" not in shown
    assert '!<a href="https://evil.example/seen.png"' in shown


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "$<script>alert(1)</script>$",
        r"$\text{<img src=x onerror=alert(1)>}$",
        "$\\nope<script>alert(1)</script>$",
        "$$\\text{</math><script>alert(1)</script>}$$",
        "$\\text{</annotation><style>*{display:none}</style>}$",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](data:image/svg+xml;base64,PHN2Zz4=)",
        "<javascript:alert(1)>",
        "[x]\n\n[x]: javascript:alert(1)",
        r"$\href{javascript:alert(1)}{x}$",
        r"$\htmlStyle{position:fixed}{x}$",
        r"$\htmlClass{panel--pinned}{x}$",
        r"$\includegraphics{https://evil.example/x.png}$",
        "$$x$$ (label)",
        "[x](https://a.example 'a\" onmouseover=\"alert(1)')",
        '```x" onmouseover="alert(1)\n```',
        "a\x00<script\x00>alert(1)</script>",
    ],
)
def test_nothing_that_runs_or_loads_survives(markdown: str) -> None:
    pieces = Pieces(render_guest(markdown))
    assert not pieces.tags & {"script", "img", "b", "style", "iframe", "svg"}
    for piece in pieces.found:
        if not isinstance(piece, str):
            for name, value in piece[1]:
                assert not name.startswith("on")
                assert name not in {"style", "src", "id"}
                assert name != "href" or str(value).startswith(("https://", "http://", "mailto:"))
                assert name != "class" or "pinned" not in str(value)


def test_marks_that_turn_the_order_of_reading_around_are_seen() -> None:
    shown = render_guest(
        "`if admin\u202e \u2066# no\u2069`, and \u05e9\u05dc\u05d5\u05dd\u200f stays"
    )
    assert "⟦U+202E⟧ ⟦U+2066⟧# no⟦U+2069⟧" in shown
    assert "\u05e9\u05dc\u05d5\u05dd\u200f" in shown


@pytest.mark.parametrize(
    ("tex", "why"),
    [
        (r"\nope", r"Undefined control sequence: \nope"),
        (r"\frac{1}", "Unexpected end of input"),
        (r"\def\a{\a\a}\a", "commands of your own"),
        (r"\newcommand{\a}{x}\a", "commands of your own"),
        (r"\global\let\a=b", "commands of your own"),
        ("x" * (LONGEST + 1), "longer than 2,000"),
        ("{" * 900 + "x" + "}" * 900, "nested too deeply"),
        (r"\left(" * 140 + r"\right)" * 140, "nested too deeply"),
        ("x\x01", "Unexpected character"),
        ("x\ufffe", "odd characters"),
    ],
)  # fmt: skip
def test_a_formula_that_is_not_set_says_why_and_shows_its_source(tex: str, why: str) -> None:
    with pytest.raises(FormulaRefused) as refusal:
        guest_mathml(tex, display=False)
    assert why in str(refusal.value)
    assert "\n" not in str(refusal.value)
    if "\x01" not in tex:
        shown = render_guest(f"so ${tex}$ and $y$")
        assert '<code class="tex">' in shown
        assert '<span class="tex__why">(not set: ' in shown
        assert "<mi>y</mi>" in shown


def test_commands_that_only_begin_like_definitions_are_set() -> None:
    assert "<mi" in guest_mathml(r"\leq x \longrightarrow y", display=True)


@pytest.mark.parametrize("tex", [r"\rule{900em}{900em}", r"\hspace{900em}", r"\kern900em"])
def test_sizes_are_held_to_what_fits_beside_text(tex: str) -> None:
    drawn = guest_mathml(tex, display=False).partition("<annotation")[0]
    assert "20em" in drawn
    assert "900em" not in drawn


def test_after_a_formula_that_was_stopped_the_next_is_set() -> None:
    for _ in range(3):
        with pytest.raises(FormulaRefused):
            guest_mathml("{" * 900 + "}" * 900, display=False)
        assert "<mi>x</mi>" in guest_mathml("x", display=False)


def filled(piece: str, end: str = "") -> str:
    return (piece * (LONGEST_TEXT // len(piece)))[: LONGEST_TEXT - len(end)] + end


HOSTILE = {
    "brackets": filled("["),
    "images": filled("!["),
    "open links": filled("[a]("),
    "back ticks": "".join("`" * count + "a" for count in range(1, 198)),
    "stars": filled("*a "),
    "strong and emphasised": filled("*_"),
    "quotes in quotes": filled("> "),
    "lists in lists": "\n".join("  " * depth + "- a" for depth in range(138)),
    "a wide table": f"|{'a|' * 4000}\n|{'-|' * 4000}\n{filled('|')[:3900]}",
    "dollars": filled("$"),
    "many formulas": filled("$x$ "),
    "many double formulas": filled("$$x$$ "),
    "cells": filled(f"$\\begin{{matrix}}{'&' * 1900}\\end{{matrix}}$ "),
    "broken formulas": filled("$\\a$ "),
    "deep formulas": filled(f"${'{' * 900}{'}' * 900}$ "),
    "roots": filled(f"${chr(92)}sqrt{{{'x^{' * 60}{'}' * 60}}}$ "),
    "underbraces": filled(f"${'_{' * 5}{chr(92)}underbrace{{x}}{'}' * 5}$ "),
    "primes": filled(f"$x{chr(39) * 1900}$ "),
    "definitions": filled(r"$\def\a{xxxxxxxxxxxxxxxx}\a\a\a\a$ "),
    "references": filled("[a]: b\n"),
    "overrides": filled("\u202e"),
    "emoji": filled("\U0001f600"),
    "nothing": filled("\x00"),
    "blank": filled(" "),
    "lines": filled("\n"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_of_the_longest_length_takes_long_or_becomes_huge(name: str) -> None:
    text = HOSTILE[name]
    assert len(text) <= LONGEST_TEXT
    begun = perf_counter()
    shown = render_guest(text)
    assert perf_counter() - begun < PATIENCE
    assert len(shown) < 4_000_000


def test_the_formulas_of_one_text_share_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "$x$ $y$ $z$"
    for name, limit, why in (
        ("MOST_FORMULAS", 2, "at most 2 formulas"),
        ("MOST_SET", len(guest_mathml("x", display=False)), "too large together"),
        ("MOST_SECONDS", -1, "too large together"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(guest_text, name, limit)
            shown = render_guest(text)
        assert re.findall(r"not set: (.*?)\)", shown)[-1].endswith(why.split(",", maxsplit=1)[0])
        assert '<code class="tex">z</code>' in shown
    assert "not set" not in render_guest(text)
