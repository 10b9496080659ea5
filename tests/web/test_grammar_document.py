"""The page's script reads as the server does: the same patterns and words, run by a JavaScript engine."""

import json
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import asdict
from itertools import chain, pairwise, product
from pathlib import Path
from typing import Any

import pytest
import quickjs
from hypothesis import given
from hypothesis import strategies as st

import grader.web
from grader.domain.number import read_number
from grader.domain.odd_texts import odd_texts
from grader.web.echo import echo
from grader.web.grammar_document import grammar_document
from tests.domain.test_number import MESSAGES, READABLE, UNREADABLE, label
from tests.support.school import School

SCRIPT = Path(grader.web.__file__).parent / "static" / "js" / "reading.js"
ALPHABET = "01.,-−+eE%/ _x٣５—"
LENGTH = 4
FIVE = 5
NAMES = json.loads(grammar_document())["names"]

Read = Callable[[Iterable[str]], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def script() -> Read:
    """The page's reader of many texts at once."""
    context = quickjs.Context()
    context.eval(SCRIPT.read_text(encoding="utf-8"))
    context.eval(
        f"globalThis.read = readerOf({grammar_document()});"
        "function all(texts) { return JSON.stringify(JSON.parse(texts).map(t => read(t, 5))) }; 0"
    )
    run = context.get("all")

    def read(texts: Iterable[str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(run(json.dumps(list(texts))))
        return found

    return read


def expected(text: str) -> dict[str, str | bool]:
    """The server's reading, in the script's shape; a name that the document lacks is left out."""
    reading, said = read_number(text), echo(text, FIVE)
    if said is None:
        return {
            "reason": str(reading.reason),
            "message": without_unknown_name(str(reading.message)),
        }
    return asdict(said)


def without_unknown_name(message: str) -> str:
    head, plus, rest = message.partition(", U+")
    code = rest.partition(")")[0]
    if not plus or not message.startswith("Character ") or code in NAMES:
        return message
    return f"{head.rpartition('(')[0]}(U+{rest}"


def told_by_the_server(text: str) -> str:
    """What the page says of a text, by the server's reading; nothing of a blank one."""
    found = expected(text)
    if found.get("reason") == "blank":
        return ""
    said = found.get("message") or f"We read {found['read']}, {found['decimals']}."
    return " ".join(str(said).split())


def differences(script: Read, texts: list[str]) -> list[object]:
    found = script(texts)
    for each in found:
        each.pop("begun", None)
    return [
        (text, said, expected(text))
        for text, said in zip(texts, found, strict=True)
        if said != expected(text)
    ]


@pytest.mark.parametrize(
    "text",
    [
        *(row[0] for row in READABLE),
        *(text for texts in UNREADABLE.values() for text in texts if len(text) <= 20_000),
        *(text for text, _ in MESSAGES),
    ],
    ids=label,
)
def test_each_text_of_the_grammar_is_read_alike(script: Read, text: str) -> None:
    assert differences(script, [text]) == []


def test_every_short_text_is_read_alike(script: Read) -> None:
    texts = ("".join(each) for size in range(LENGTH + 1) for each in product(ALPHABET, repeat=size))
    assert differences(script, list(texts)) == []


BLOCKS = (
    *((0, False), (0x3400, True), (0x4DC0, False), (0x4E00, True), (0xA000, False)),
    *((0xAC00, True), (0xD7A4, False), (0x20000, True), (0x30000, False)),
)
"""Where blocks of characters begin, and whether one holds letters of Han or Hangul alone."""


def test_every_character_is_read_alike_alone_and_beside_digits(
    script: Read, request: pytest.FixtureRequest
) -> None:
    """The suite takes every seventh of those that are letters of Han and Hangul alone, the soak all."""
    step = 1 if request.config.getoption("--soak") else 7
    # The engine may know a later Unicode than Python does: what Python doesn't know is left out.
    codes = chain.from_iterable(
        range(first, after, step if sampled else 1)
        for (first, sampled), (after, _) in pairwise(BLOCKS)
    )
    known = [chr(code) for code in codes if unicodedata.category(chr(code)) != "Cn"]
    texts = list(
        chain.from_iterable((each, f"{each}5", f"0.5{each}", f"5{each}0") for each in known)
    )
    assert differences(script, texts) == []


def test_odd_spellings_of_answers_are_read_alike(script: Read) -> None:
    texts = [text for number in range(30) for text in odd_texts(f"-{number}.4683{number}")]
    assert differences(script, texts) == []


NUMBERS = st.from_regex(
    r"[ ]?[+\-−]? ?[0-9]{0,40}\.?[0-9]{0,40}(?:[eE][+\-]?[0-9]{1,4})?[%,_ ]?[0-9]?",
    # What stands around the match is any character that Python knows, as above.
    alphabet=st.characters(exclude_categories=["Cn", "Cs"]),
)


@given(text=NUMBERS | st.text(alphabet=ALPHABET + "\u200b\u00a09(^*n½∞🎲", max_size=70))
def test_what_hypothesis_finds_is_read_alike(script: Read, text: str) -> None:
    assert differences(script, [text]) == []


def test_a_number_that_was_begun_is_told_from_one_that_is_wrong(script: Read) -> None:
    begun = ["-", "+", ".", "-.", "1e", "1.5E-", "− ", "0.e+"]
    wrong = ["", "--", "1e5.", "e", "0,", "1 ", "..", "1e-5"]
    assert [each["begun"] for each in script(begun)] == [True] * len(begun)
    assert not any(each.get("begun") for each in script(wrong))


def test_the_document_says_nothing_of_any_answer_and_browsers_keep_it(school: School) -> None:
    with school.client().get("/static/grammar.json") as reply:
        assert reply.get_json() == json.loads(grammar_document())
        assert "immutable" in reply.headers["Cache-Control"]
    with school.client().get("/static/grammar.json", headers={"Accept-Encoding": "gzip"}) as small:
        assert small.headers["Content-Encoding"] == "gzip"
        assert len(small.data) < len(reply.data) / 2
