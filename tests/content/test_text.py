import re
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import pytest

from grader.config import PROJECT
from grader.content.formulas import mathml
from grader.content.text import (
    ANCHOR,
    render,
    render_inline,
    render_statement,
    sections,
)
from grader.domain.errors import ContentError


class Pieces(HTMLParser):
    """A document as a list of its tags, each with its attributes, and texts."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.found: list[tuple[str, frozenset[tuple[str, str | None]]] | str] = []
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, frozenset(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    @property
    def tags(self) -> set[str]:
        return {piece[0] for piece in self.found if not isinstance(piece, str)}


def math_in(document: str) -> str:
    match = re.search("<math.*?</math>", document, re.DOTALL)
    assert match is not None, document
    return match[0]


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        (
            "one\n\n**two** *three* `four`",
            "<p>one</p>\n<p><strong>two</strong> <em>three</em> <code>four</code></p>\n",
        ),
        ("~~no~~", "<p><s>no</s></p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("costs \\$5 or $6", "<p>costs $5 or $6</p>\n"),
        ("`$x$`", "<p><code>$x$</code></p>\n"),
        ("[x](https://a.example)", '<p><a href="https://a.example" rel="noopener noreferrer">x</a></p>\n'),
        ("```python\n1 < 2\n```", '<pre><code class="language-python">1 &lt; 2\n</code></pre>\n'),
    ],
)  # fmt: skip
def test_markdown_becomes_html(markdown: str, html: str) -> None:
    assert render(markdown) == html


def test_tables_are_set() -> None:
    rendered = render("| left | right |\n|---|---|\n| 35 | $x_1$ |\n")
    assert {"table", "thead", "tbody", "tr", "th", "td", "msub"} <= Pieces(rendered).tags
    assert "<td>35</td>" in rendered


@pytest.mark.parametrize(
    ("rule", "classes"),
    [
        ("---", None),
        (":---", "align-left"),
        (":---:", "align-center"),
        ("---:", "align-right"),
    ],
)
def test_the_alignment_of_a_column_becomes_a_class_since_inline_styles_are_forbidden(
    rule: str, classes: str | None
) -> None:
    found = Pieces(render(f"| head | other |\n|{rule}|---|\n| 35 | $x$ |\n")).found
    cells = [
        dict(piece[1]) for piece in found if isinstance(piece, tuple) and piece[0] in {"th", "td"}
    ]
    aligned = {"class": classes} if classes else {}
    assert cells == [aligned, {}, aligned, {}]


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a <b onclick='x'>b</b>",
        "$<script>alert(1)</script>$",
        r"$\text{<img src=x onerror=alert(1)>}$",
        "$$\\text{</math><script>alert(1)</script>}$$",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "<javascript:alert(1)>",
        "![x](javascript:alert(1))",
        "[x]\n\n[x]: javascript:alert(1)",
        r"$\href{javascript:alert(1)}{x}$",
        r"$\url{javascript:alert(1)}$",
        r"$\htmlStyle{position:fixed}{x}$",
        r"$\htmlClass{evil}{x}$",
        r"$\includegraphics{https://evil.example/x.png}$",
        "[x](https://a.example 'a\" onmouseover=\"alert(1)')",
        '```x" onmouseover="alert(1)\n```',
    ],
)
@pytest.mark.parametrize("whole", [True, False], ids=["block", "inline"])
def test_nothing_that_runs_or_loads_survives(*, markdown: str, whole: bool) -> None:
    pieces = Pieces(render(markdown) if whole else render_inline(markdown))
    assert not pieces.tags & {"script", "img", "b", "style", "iframe", "svg"}
    for piece in pieces.found:
        if not isinstance(piece, str):
            for name, value in piece[1]:
                assert not name.startswith("on")
                assert name not in {"style", "src"}
                assert name != "href" or str(value).startswith("https://")
                assert name != "class" or "evil" not in str(value)


def test_typed_html_is_shown_as_it_was_typed() -> None:
    assert render_inline("<b>1</b> & 2") == "&lt;b&gt;1&lt;/b&gt; &amp; 2"


def test_a_single_line_gets_no_paragraph() -> None:
    assert render_inline("what is **x**?") == "what is <strong>x</strong>?"
    assert "<p>" not in render_inline("what is $x$?")


def test_a_formula_in_the_line_is_told_from_one_on_its_own() -> None:
    assert "<math>" in render("so $x$ is")
    assert '<math display="block">' in render("$$x$$")
    assert '<math display="block">' in render("so $$x$$ is")


FORMULAS = r"""
\theta^T x                                  \mathbf{x} \cdot \mathbf{1}           \mathbb{R}^{n}
\frac{1}{1 + e^{-\theta^T x}}               \sum_{i=1}^{n} y_i \log \sigma(z_i)   \sqrt{x} + \sqrt[3]{x}
\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}  \text{if } y = 1                    \textbf{bold} \textit{x}
\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}   \boxed{x}  \cancel{x}        \binom{n}{k}
\begin{aligned} a &= b \\ c &= d \end{aligned}       \color{red}{x} \large y      \left( \frac{a}{b} \right)
\underset{\theta}{\operatorname{argmax}} L  \operatorname*{argmin}_x f            \mathop{x} \stackrel{a}{=} b
\hat{y} \bar{x} \vec{v} \overline{x}        \overbrace{a}^{b} \underbrace{c}_{d}  f'(x) \neq 0
\begin{array}{c|c} 1 & 2 \\ \hline 3 & 4 \end{array} \big( x \Big)                a \quad b \, c \! d
\rule{1em}{2em} \colorbox{red}{x}           \phantom{x} \smash{y}                 \int_0^1 x \, \mathrm{d}x
"""


@pytest.mark.parametrize("display", [True, False], ids=["display", "inline"])
@pytest.mark.parametrize("tex", [tex for tex in re.split(r"\s{2,}|\n", FORMULAS) if tex])
def test_every_piece_of_a_formula_survives_the_cleaning(*, tex: str, display: bool) -> None:
    made = math_in(mathml(tex, display=display))
    shown = math_in(render_inline(f"$${tex}$$" if display else f"${tex}$"))
    assert Pieces(shown).found == Pieces(made).found
    assert "<annotation" in shown


@pytest.mark.parametrize(
    "tex",
    [r"\underset{\theta}{\operatorname{argmax}} L", r"\mathop{x}", r"\stackrel{a}{=}", r"\text{a}"],
)
def test_no_token_of_a_formula_holds_elements_since_html_expects_text_there(tex: str) -> None:
    assert not re.search(r"<(mi|mn|mo|mtext)\b[^>]*><[^/]", mathml(tex, display=True))


@pytest.mark.parametrize(
    ("tex", "complaint"),
    [
        (r"\frac{1}", "Unexpected end of input"),
        (r"\nope", "Undefined control sequence"),
        ("x^", "Expected group after '^'"),
        (r"\begin{x}", "No such environment"),
        (r"\def\a{\a\a}\a", "Too many expansions"),
    ],
)
def test_a_formula_that_can_t_be_set_is_quoted(tex: str, complaint: str) -> None:
    with pytest.raises(ContentError) as refusal:
        render(f"so ${tex}$ it is")
    assert f"the formula '{tex}' can't be set" in str(refusal.value)
    assert complaint in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_long_formula_is_set_whole() -> None:
    terms = 2_000
    assert mathml(" + ".join(["x"] * terms), display=False).count("<mi>x</mi>") == terms


HEADED = "# Data\n\n## What *a split* gains, $x$\n\ntext\n\n> ### Data\n"


def test_the_headings_of_a_statement_are_anchors_named_by_their_words() -> None:
    assert list(sections(HEADED).items()) == [
        ("data", "Data"),
        ("what-a-split-gains-", "What *a split* gains, $x$"),
        ("data-1", "Data"),
    ]
    page = render_statement(HEADED)
    assert [f'id="{ANCHOR}{name}"' in page for name in sections(HEADED)] == [True] * 3
    assert sections("no heading") == {}


def test_only_a_statement_has_anchors_and_nobody_can_name_others() -> None:
    assert "id=" not in render(HEADED)
    assert "id=" not in render_inline("# Data")
    assert '<h2 id="a">' not in render_statement('<h2 id="a">Data</h2>')
    assert '<h2 id="statement-data-ida">' in render_statement('## Data" id="a"')


def test_threads_set_formulas_side_by_side() -> None:
    formulas = [f"x_{{{number}}}^{{{number % 7}}}" for number in range(400)]

    def setting(tex: str) -> str:
        return mathml(tex, display=False)

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(setting, formulas))
    assert together == [setting(tex) for tex in formulas]


def test_each_shipped_statement_is_set() -> None:
    statements = sorted((PROJECT / "problems").glob("*/*/statement.md"))
    assert statements
    for statement in statements:
        rendered = render(statement.read_text(encoding="utf-8"))
        assert len(rendered) > 500
        assert "$" not in rendered


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"P(y) \log_2 \frac{1}{2}", "P(y)_log2_12"),
        (r"\log x", "log_x"),
        (r"x \log\log y", "x_log_log_y"),
        (r"2\exp(x)", "2_exp(x)"),
        (r"-\max_i x", "−maxi_x"),
    ],
)
def test_the_name_of_an_operator_stands_apart_from_what_it_is_applied_to(
    tex: str, shown: str
) -> None:
    formula = render_inline(f"${tex}$").partition("<annotation")[0]
    spaced = re.sub(r"<mspace[^>]*>", "_", formula).replace("\N{FUNCTION APPLICATION}", "")
    assert re.sub(r"<[^>]*>", "", spaced) == shown
