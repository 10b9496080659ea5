"""TeX becomes MathML. KaTeX writes it, in an embedded JavaScript engine.

Authors' formulas are set without limits, since a broken one has to be found when it is written. Those that
anybody may type get an engine of their own, with little time and memory.
"""

import json
import re
import threading
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import quickjs

from grader.domain.errors import ContentError

LONGEST = 2_000
"""The most characters of a formula that anybody may type."""

_KATEX = Path(__file__).parent / "vendor" / "katex.min.js"
_NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'  # HTML needs none.
_TOKENS = {"mi", "mn", "mo", "ms", "mtext"}
_APPLY = "\N{FUNCTION APPLICATION}"
"""What KaTeX writes after the name of an operator, such as log; no browser sets any space by it."""
_ROWS = {"mrow", "mstyle", "mtd"}
_SCRIPTED = {"msub", "msup", "msubsup", "munder", "mover", "munderover"}
_CLOSING = {")", "]", "}", "|", "!"}
_THIN = {"width": "0.1667em"}
_SECONDS = 0.5
_BYTES = 64 * 2**20
_OPTIONS = "output: 'mathml', displayMode: display, trust: false, maxExpand: 200"
# Commands of one's own can double a formula with each step: a short text then has no end.
_OWN_COMMANDS = re.compile(
    r"\\(?:[egx]?def|(?:re|provide)?newcommand|renewcommand|let|futurelet|global|long)(?![a-zA-Z])"
)

# An engine belongs to the thread that made it, so each thread has its own.
_engines = threading.local()


class FormulaRefused(Exception):
    """A formula that somebody typed is not set; the message says why."""


def mathml(tex: str, *, display: bool) -> str:
    """Set a formula of ours.

    Raises:
        ContentError: it is no valid TeX.
    """
    try:
        answer = _engine("author", _OPTIONS)(tex, display)
    except quickjs.JSException as error:
        first = str(error).splitlines()[0]
        raise ContentError(f"the formula '{tex}' can't be set: {first}") from None
    return _without_nesting(json.loads(answer).replace(_NAMESPACE, ""))


def guest_mathml(tex: str, *, display: bool) -> str:
    """Set a formula that anybody may have typed, or refuse it: it takes little time, whatever it is.

    Raises:
        FormulaRefused: it is no valid TeX, or asks for too much.
    """
    if len(tex) > LONGEST:
        raise FormulaRefused(f"it is longer than {LONGEST:,} characters")
    if _OWN_COMMANDS.search(tex):
        raise FormulaRefused("commands of your own are not set here")
    try:
        answer = _engine("guest", f"{_OPTIONS}, maxSize: 20")(tex, display)
        return _without_nesting(json.loads(answer).replace(_NAMESPACE, ""))
    except quickjs.JSException as error:
        raise FormulaRefused(_reason(str(error))) from None
    except (ET.ParseError, RecursionError):
        raise FormulaRefused("it is nested too deeply, or holds odd characters") from None


def _reason(told: str) -> str:
    """KaTeX's complaint in short; what the engine itself says is that a limit was reached."""
    found = re.search(r"KaTeX parse error: (.*?)(?: at (?:position|end)|$)", told.splitlines()[0])
    if found is None:
        # Stopped in the midst of its work: the next formula gets a fresh engine.
        del _engines.guest
        return "it is too large, or nested too deeply"
    return found[1]


def _without_nesting(markup: str) -> str:
    """Make a row of each token that holds elements: HTML expects text in it, and would lose them."""
    root = ET.fromstring(markup)  # noqa: S314 - KaTeX wrote it, and escapes what it was given.
    for element in root.iter():
        if element.tag in _TOKENS and len(element):
            element.tag = "mrow"
            element.attrib.clear()
    _space_operators(root)
    return ET.tostring(root, encoding="unicode")


def _space_operators(root: ET.Element) -> None:
    """Put the thin space of TeX before and after the names of operators: P log x, not Plogx."""
    for row in [each for each in root.iter() if each.tag in _ROWS]:
        children = list(row)
        for at, child in enumerate(children):
            if not _ends_a_name(child):
                continue
            first = at if child.tag in _SCRIPTED else max(at - 1, 0)
            before, after = children[:first][-1:], children[at + 1 : at + 2]
            if after and after[0].tag not in {"mo", "mspace"}:
                row.insert(list(row).index(child) + 1, ET.Element("mspace", _THIN))
            if before and (before[0].tag not in {"mo", "mspace"} or before[0].text in _CLOSING):
                row.insert(list(row).index(children[first]), ET.Element("mspace", _THIN))


def _ends_a_name(element: ET.Element) -> bool:
    """Whether the name of an operator ends here, with what stands below and above it."""
    if element.tag in _SCRIPTED:
        return len(element[0]) > 0 and _ends_a_name(element[0][-1])
    return element.tag == "mo" and element.text == _APPLY


def _engine(name: str, options: str) -> Any:  # noqa: ANN401 - a JavaScript function.
    if not hasattr(_engines, name):
        context = quickjs.Context()
        source = _KATEX.read_text(encoding="utf-8")
        # A long string comes back from the engine as a rope that the binding can't read; as JSON it is flat.
        context.eval(
            f"(function () {{ {source} }}).call(globalThis);"
            "function render(tex, display) "
            f"{{ return JSON.stringify(katex.renderToString(tex, {{{options}}})) }}; 0"
        )
        if name == "guest":
            context.set_time_limit(_SECONDS)
            context.set_memory_limit(_BYTES)
        # The function does not keep its context alive.
        setattr(_engines, name, (context, context.get("render")))
    return getattr(_engines, name)[1]
