"""Hints through every door: a wrong answer's page or reply differs from another's by its hint alone."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from types import CodeType, FrameType
from typing import Any

import pytest
from werkzeug.test import TestResponse

from grader.content.text import ANCHOR
from grader.domain.detectors import DETECTORS
from grader.domain.grading import AnswerKey, grade
from grader.domain.grammar import canonical
from grader.domain.misconceptions import Hint
from tests.support.school import School
from tests.support.statements import statements
from tests.support.variants import ENTROPY, deploy_shipped, shipped_key
from tests.web.in_force import change_key, change_policy
from tests.web.pages import Form, Reader, result, text_of

PAGE = f"/{ENTROPY}"
KEY = shipped_key(ENTROPY)
NATS = "You took the natural logarithm. Entropy in bits takes the logarithm to base two."
SAID = f"Likely mistake: {NATS} Read again: Entropy"
HINT = re.compile(r'<p class="hint">.*?</p>\n?')

Send = Callable[[School, str, str, str], TestResponse]
"""Sends one person's answer to a part, and gives what the person then gets to see."""


def six_decimals(value: Decimal) -> str:
    """The text of a number that ends in no zero, so that it is shown as it was typed."""
    text = f"{value:.6f}"
    return text if text[-1] != "0" else f"{text[:-1]}1"


def explained(part: str, tag: str) -> str:
    """A wrong answer to a part that this mistake gives."""
    of_part = KEY.parts[f"{ENTROPY}/{part}"].misconceptions
    return six_decimals(next(each.value for each in of_part if each.tag == tag))


def tag_of(part: str, text: str) -> str | None:
    graded = grade(KEY, f"{ENTROPY}/{part}", Decimal(text))
    assert not graded.correct
    return graded.misconception


def set_hints(school: School, after_wrong: int | None) -> None:
    change_policy(school, lambda one: replace(one, hints_after_wrong=after_wrong))


def without_scripts(school: School, who: str, part: str, text: str) -> TestResponse:
    reader = Reader.of(school, who)
    typed: dict[str, Any] = {part: text}
    assert reader.check(PAGE, press=part, **typed).status_code == 303
    return reader.client.get(PAGE)


def beside_another_text(school: School, who: str, part: str, text: str) -> TestResponse:
    """The page that comes without a redirect, as another box holds what is not yet checked."""
    typed: dict[str, Any] = {"d": "0.5", part: text}
    return Reader.of(school, who).check(PAGE, press=part, **typed)


def with_scripts(school: School, who: str, part: str, text: str) -> TestResponse:
    typed: dict[str, Any] = {part: text}
    headers = {"HX-Request": "true"}
    return Reader.of(school, who).check(PAGE, press=part, headers=headers, **typed)


def by_api(school: School, who: str, part: str, text: str) -> TestResponse:
    return school.submit(f"{ENTROPY}/{part}", text, who=who)


def by_api_again(school: School, who: str, part: str, text: str) -> TestResponse:
    first = by_api(school, who, part, text).get_json()
    again = by_api(school, who, part, text)
    assert again.get_json() == {**first, "counted": False}
    return again


def from_the_list(school: School, who: str, part: str, text: str) -> TestResponse:
    by_api(school, who, part, text)
    return school.get("/submissions", who=who)


def alone_from_the_list(school: School, who: str, part: str, text: str) -> TestResponse:
    made = by_api(school, who, part, text).get_json()
    return school.get(f"/submissions/{made['id']}", who=who)


def overview(school: School, who: str, part: str, text: str) -> TestResponse:
    by_api(school, who, part, text)
    return Reader.of(school, who).client.get("/pset7")


PAGES: list[Send] = [without_scripts, beside_another_text, with_scripts]
API: list[Send] = [by_api, by_api_again, from_the_list, alone_from_the_list]
DOORS = [*PAGES, *API, overview]
every_door = pytest.mark.parametrize("send", DOORS, ids=lambda door: door.__name__)


def normal(reply: TestResponse, typed: str) -> tuple[int, list[tuple[str, str]], str]:
    """A reply without what is another's in any case: what was typed, whose it is, ids, tokens and times."""
    body = reply.get_data(as_text=True).replace(typed, "TYPED")
    body = re.sub(r"<time.*?</time>", "TIME", body)
    body = re.sub(r'value="[0-9a-f-]{36}"', "KEY", body)
    body = re.sub(r'name="csrf_token" value="[^"]*"', "TOKEN", body)
    body = re.sub(r'"submitted_at":"[^"]*"', "TIME", body)
    body = re.sub(r'"id":[0-9]+', "ID", body)
    body = re.sub(r"\b(Ada|Bob)\b", "NAME", body)
    body = re.sub(r'data-signs-out="[0-9]+"', "PERSON", body)
    body = re.sub(r'name="person" value="[0-9]+" data-now="[^"]*"', "PERSON", body)
    ours = ("Content-Length", "Date", "Set-Cookie", "X-Request-Id")
    headers = [each for each in reply.headers.items() if each[0] not in ours]
    return reply.status_code, [*headers, ("Set-Cookie", f"{'Set-Cookie' in reply.headers}")], body


def taken_out(body: str) -> tuple[str, int]:
    """A page or reply without its hints, and how many they were."""
    body, shown = HINT.subn("", body)
    body, named = re.subn(r'"hint":"(?:[^"\\]|\\.)*"', '"hint":null', body)
    return body, shown + named


def lines(body: str) -> list[str]:
    """Without the empty lines that a template leaves, with a hint or without."""
    return [line.strip() for line in body.splitlines() if line.strip()]


PLAIN = "0.123457"
ALIKE = {
    "a hint": ("b", explained("b", "nats")),
    "a hint of another part": ("c", explained("c", "gini")),
    "an ambiguous mistake": ("a", "0.500001"),
    "the other sign": ("b", f"-{six_decimals(KEY.parts[f'{ENTROPY}/b'].expected)}"),
    "a percentage": ("e", six_decimals(100 * KEY.parts[f"{ENTROPY}/e"].expected)),
}
"""Answers that have a tag each, though students may only be told of the first two."""


def unexplained(text: str) -> str:
    """An answer that nothing explains, as long as this one."""
    return f"-{PLAIN}" if text.startswith("-") else PLAIN.rjust(len(text), "1")


def two_replies(school: School, send: Send, part: str, text: str) -> list[TestResponse]:
    """What two students see who were wrong once before: of a tagged answer, and of one without a tag."""
    plain = unexplained(text)
    assert tag_of(part, text) is not None
    assert tag_of(part, plain) is None
    for who in ("ada", "bob"):
        by_api(school, who, part, "77")
    return [send(school, "ada", part, text), send(school, "bob", part, plain)]


@every_door
@pytest.mark.parametrize("named", ["a hint", "a hint of another part"])
def test_with_a_hint_all_the_rest_is_the_same(school: School, send: Send, named: str) -> None:
    part, text = ALIKE[named]
    replies = two_replies(school, send, part, text)
    (status, headers, with_hint), (_, _, without) = (
        normal(reply, typed)
        for reply, typed in zip(replies, (text, unexplained(text)), strict=True)
    )
    rest, hints = taken_out(with_hint)
    # On a page it stands under the box and in the history, which the script's reply brings as well.
    assert hints == (2 if send in PAGES else 0 if send is overview else 1)
    assert taken_out(without) == (without, 0)
    assert lines(rest) == lines(without)
    assert (status, headers) == normal(replies[1], unexplained(text))[:2]


@every_door
@pytest.mark.parametrize(("after_wrong", "named"), [(None, "a hint"), (3, "a hint")])
def test_with_never_or_too_early_there_is_no_difference(
    school: School, send: Send, after_wrong: int | None, named: str
) -> None:
    set_hints(school, after_wrong)
    part, text = ALIKE[named]
    one, other = two_replies(school, send, part, text)
    assert normal(one, text) == normal(other, unexplained(text))
    assert taken_out(one.get_data(as_text=True))[1] == 0


@every_door
@pytest.mark.parametrize("named", [each for each in ALIKE if "hint" not in each])
def test_what_only_staff_are_told_makes_no_difference(
    school: School, send: Send, named: str
) -> None:
    set_hints(school, 1)
    part, text = ALIKE[named]
    one, other = two_replies(school, send, part, text)
    assert normal(one, text) == normal(other, unexplained(text))
    assert taken_out(one.get_data(as_text=True))[1] == 0


def secrets(own: str) -> dict[str, str]:
    """What no student may read: values, tags, the detectors' words and the other mistakes' messages."""
    found = {f"the message of {tag}": each.message for tag, each in KEY.hints.items() if tag != own}
    found |= {f"the tag {tag}": tag for tag in KEY.hints}
    found |= {f"the detector {tag}": tag for tag in DETECTORS}
    found |= {f"the words of {tag}": words for tag, words in DETECTORS.items()}
    for slug, part in KEY.parts.items():
        for value in (part.expected, *(each.value for each in part.misconceptions)):
            digits = canonical(abs(value)).partition(".")[2][:5]
            if len(digits) == 5:
                found |= {f"{slug}: {value}": digits}
    return found


def leaks(body: str, own: str) -> dict[str, int]:
    words = text_of(body) + body
    counts = {name: words.count(secret) for name, secret in secrets(own).items()}
    return {name: count for name, count in counts.items() if count}


@every_door
def test_beside_a_hint_nothing_of_the_key_is_told(school: School, send: Send) -> None:
    text = explained("b", "nats")
    set_hints(school, 1)
    pages: dict[Send, str] = {without_scripts: PAGE, beside_another_text: PAGE, overview: "/pset7"}
    fresh = {}
    if send in pages:
        # A statement has words of its own that are tags as well: no more may come.
        reply = Reader.of(school, "ina").client.get(pages[send])
        fresh = leaks(normal(reply, text)[2], "nats")
    assert leaks(normal(send(school, "ada", "b", text), text)[2], "nats") == fresh


def test_the_api_gives_the_message_or_null_from_the_wrong_attempt_on(school: School) -> None:
    part, text = f"{ENTROPY}/b", explained("b", "nats")
    hints = [
        school.submit(part, sent, key=key).get_json()["hint"]
        for sent, key in ((text, "k"), (text, "k"), (PLAIN, None), (text, "k"), (text, None))
    ]
    assert hints == [None, None, None, NATS, NATS]
    listed = school.get("/submissions").get_json()["items"]
    assert [(each["text"], each["hint"]) for each in listed] == [(PLAIN, None), (text, NATS)]
    for each in listed:
        assert school.get(f"/submissions/{each['id']}").get_json() == each


def test_the_document_of_the_api_tells_no_hint(school: School) -> None:
    body = school.client().get("/api/v1/openapi.json").get_data(as_text=True)
    assert leaks(body, "") == {}
    document = json.loads(body)
    for name in ("SubmissionReply", "StoredSubmission"):
        described = document["components"]["schemas"][name]
        assert "hint" in described["required"]
        assert {each["type"] for each in described["properties"]["hint"]["anyOf"]} == {
            "string",
            "null",
        }
        assert "Null where none is known" in described["properties"]["hint"]["description"]


@contextmanager
def calls_of_ours() -> Iterator[list[str]]:
    """Each call of a function of the grader's, in order."""
    seen: list[str] = []

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        code: CodeType = frame.f_code
        if event == "call" and "/grader/" in code.co_filename:
            seen.append(f"{code.co_filename.rpartition('/grader/')[2]}:{code.co_name}")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield seen
    finally:
        sys.setprofile(before)


@pytest.mark.parametrize("after_wrong", [None, 3])
@pytest.mark.parametrize("send", [with_scripts, by_api], ids=["page", "api"])
def test_with_or_without_a_hint_that_is_not_told_the_same_code_runs(
    school: School, send: Send, after_wrong: int | None
) -> None:
    set_hints(school, after_wrong)
    ways, sent = [], []
    # What is read or rendered once in a process is now.
    for who in ("tia", "ada", "bob"):
        send(school, who, "b", "77")
    send(school, "tia", "b", explained("b", "nats"))
    for who, text in (("ada", explained("b", "nats")), ("bob", PLAIN)):
        engine = school.app.extensions["grader"].engine
        with statements(engine) as made, calls_of_ours() as way:
            send(school, who, "b", text)
        ways.append(way)
        sent.append(len(made))
    assert ways[0] == ways[1]
    assert any("hinting.py:told_hint" in call for call in ways[0])
    assert sent[0] == sent[1]


def test_a_student_reads_the_hint_under_the_answer_and_in_the_history(school: School) -> None:
    reader, text = Reader.of(school, "ada"), explained("b", "nats")
    reader.check(PAGE, press="b", b=text)
    page = reader.open(PAGE)
    assert "Likely mistake" not in page
    reader.check(PAGE, press="b", b="0.77777")
    page = reader.open(PAGE)
    assert "Likely mistake" not in result(page, "b")
    # The second wrong attempt lets the first one's mistake be named.
    history = page.partition('id="history-b"')[2].partition("</details>")[0]
    assert SAID in text_of(history)
    reply = reader.check(PAGE, press="b", b=text)
    said = result(reply.get_data(as_text=True), "b")
    assert "You gave this number before, as attempt 1. Nothing was counted." in said
    assert said.endswith(SAID)


def test_a_hint_leads_to_the_heading_of_the_statement(school: School) -> None:
    set_hints(school, 1)
    reader = Reader.of(school, "ada")
    reader.check(PAGE, press="b", b=explained("b", "nats"))
    page = reader.open(PAGE)
    assert page.count(f'href="#{ANCHOR}entropy"') == 2
    assert page.count(f'id="{ANCHOR}entropy"') == 1
    assert len(set(re.findall(r'\bid="([^"]*)"', page))) == len(re.findall(r'\bid="', page))


@pytest.mark.parametrize("section", [None, "gone"])
def test_without_a_heading_to_read_again_there_is_no_link(
    school: School, section: str | None
) -> None:
    hint = Hint(r"You took $\ln$ & <b>not</b> *that*.", section)
    change_key(school, ENTROPY, lambda key: replace(key, hints={**key.hints, "nats": hint}))
    set_hints(school, 1)
    reader = Reader.of(school, "ada")
    reader.check(PAGE, press="b", b=explained("b", "nats"))
    page = reader.open(PAGE)
    assert "Read again" not in page
    (shown, again) = HINT.findall(page)
    assert shown.strip() == again.strip()
    assert "<math>" in shown
    assert "&amp; &lt;b&gt;not&lt;/b&gt; <em>that</em>." in shown


def test_correct_and_unreadable_answers_have_no_hint(school: School) -> None:
    set_hints(school, 1)
    right = school.expected(f"{ENTROPY}/b")
    reader = Reader.of(school, "ada")
    for text in (right, f"{explained('b', 'nats')} bits"):
        reply = reader.check(PAGE, press="b", headers={"HX-Request": "true"}, b=text)
        assert "hint" not in reply.get_data(as_text=True)
    assert school.submit(f"{ENTROPY}/b", right).get_json()["hint"] is None


def test_the_rules_say_when_mistakes_are_named(school: School) -> None:
    reader = Reader.of(school, "ada")
    assert "Once you have two wrong attempts at a part, a known mistake" in reader.open("/pset7")
    set_hints(school, None)
    assert "known mistake" not in reader.open("/pset7")


def practise(school: School, key: AnswerKey) -> str:
    """What is said of the mistake with the logarithm at part b of the only variant."""
    reader = Reader.of(school, "ada")
    token = Form.on(reader.open(PAGE), "answer.a").fields["csrf_token"]
    address = reader.client.post(f"{PAGE}/practice", data={"csrf_token": token}).headers["Location"]
    of_part = key.parts[f"{ENTROPY}/b"].misconceptions
    value = next(each.value for each in of_part if each.tag == "nats" and each.told)
    return result(reader.check(address, press="b", b=canonical(value)).get_data(as_text=True), "b")


def test_in_practice_a_mistake_is_named_at_once_unless_the_policy_says_never(
    school: School,
) -> None:
    (key,) = deploy_shipped(school.engine, ENTROPY, 1)
    set_hints(school, 9)
    assert practise(school, key).endswith(SAID)
    set_hints(school, None)
    told = practise(school, key)
    assert re.search(r"Not correct yet Try again as often as you like\. Read as \S+ \.$", told)


@pytest.mark.parametrize("after_wrong", [None, 1])
def test_staff_read_what_explains_each_wrong_number(
    school: School, after_wrong: int | None
) -> None:
    set_hints(school, after_wrong)
    for part, text in (("a", "0.500001"), *(ALIKE[each] for each in ("a hint", "the other sign"))):
        by_api(school, "ada", part, text)
    by_api(school, "ada", "b", PLAIN)
    for path in ("/staff/students/ada", f"/staff{PAGE}"):
        page = text_of(Reader.of(school, "tia").open(path))
        assert f"{NATS} nats" in page
        assert "The sign is the other one. generic:sign" in page
        assert "This is the Gini impurity, another measure of uncertainty. gini Ambiguous: " in page
        assert page.count("Ambiguous: students are not told.") == 1
    said = "at once" if after_wrong else "never"
    assert f"Students are told of it: {said}." in page


def test_a_tag_that_the_key_does_not_know_stands_alone(school: School) -> None:
    by_api(school, "ada", "b", explained("b", "nats"))
    hints = {tag: each for tag, each in KEY.hints.items() if tag != "nats"}
    path = f"/staff{PAGE}"
    assert f"{NATS} nats" in text_of(Reader.of(school, "tia").open(path))
    parts = {**KEY.parts}
    del parts[f"{ENTROPY}/b"]
    change_key(school, ENTROPY, lambda key: replace(key, parts=parts, hints=hints))
    assert "does not cover this part yet" in Reader.of(school, "tia").open(path)
