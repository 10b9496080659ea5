"""The page's script reads as the server does: the same patterns and words, run by a JavaScript engine."""

import json
import unicodedata
from collections.abc import Callable, Iterable
from itertools import chain, product
from pathlib import Path
from typing import Any

import pytest
import quickjs
from hypothesis import given
from hypothesis import strategies as st

import grader.web
from grader.domain.number import read_number, too_few_decimals
from grader.domain.odd_texts import odd_texts
from grader.web import wording
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


def expected(text: str) -> dict[str, str]:
    """The server's reading, in the script's shape; a name that the document lacks is left out."""
    reading = read_number(text)
    if reading.value is None:
        return {
            "reason": str(reading.reason),
            "message": without_unknown_name(str(reading.message)),
        }
    return {
        "read": wording.as_read(reading),
        "decimals": wording.decimals_in_words(reading.decimals),
        "warning": too_few_decimals(reading, FIVE) or "",
    }


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
    said = (
        found.get("message") or f"We read {found['read']}, {found['decimals']}. {found['warning']}"
    )
    return " ".join(said.split())


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


def test_every_character_is_read_alike_alone_and_beside_digits(script: Read) -> None:
    # The engine may know a later Unicode than Python does: what Python doesn't know is left out.
    known = [chr(code) for code in range(0x30000) if unicodedata.category(chr(code)) != "Cn"]
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
