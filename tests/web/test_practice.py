"""Practice variants on the students' pages: drawing, checking, and what is never told."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete
from werkzeug.test import TestResponse

from grader.db.models import ActivePolicy
from grader.db.session import transaction
from grader.domain.grading import AnswerKey, PartKey
from grader.domain.grammar import canonical
from grader.domain.misconceptions import Misconception
from grader.services.practice.deploying import deploy, newest_graded
from tests.support.school import School
from tests.support.statements import statements
from tests.support.variants import ENTROPY, deploy_shipped, make_draft, shipped_variants
from tests.web.in_force import change_key, change_policy
from tests.web.pages import Form, Reader, box, echo, result, text_of

PAGE = f"/{ENTROPY}"
ANCESTRY = "pset7/ancestry"
LETTERS = "abcde"


@pytest.fixture
def variants(school: School) -> list[AnswerKey]:
    """Two variants of the entropy problem, the numbers 1 and 2."""
    return deploy_shipped(school.engine, ENTROPY, 2)


@pytest.fixture
def ada(school: School) -> Reader:
    return Reader.of(school, "ada")


def press_draw(reader: Reader, page: str = PAGE) -> TestResponse:
    token = Form.on(reader.open(page), "answer.a").fields["csrf_token"]
    return reader.client.post(f"{page}/practice", data={"csrf_token": token})


def draw(reader: Reader, page: str = PAGE) -> str:
    """Draw a variant; gives its address."""
    reply = press_draw(reader, page)
    assert reply.status_code == 303
    return reply.headers["Location"]


def number_of(address: str) -> int:
    return int(address.rpartition("/")[2])


def key_at(address: str, variants: list[AnswerKey]) -> AnswerKey:
    return variants[number_of(address) - 1]


def right(key: AnswerKey, part: str) -> str:
    return canonical(key.parts[f"{key.problem}/{part}"].expected)


def wrong(key: AnswerKey, part: str, tag: str) -> str:
    mistakes = key.parts[f"{key.problem}/{part}"].misconceptions
    return canonical(next(each.value for each in mistakes if each.tag == tag))


def test_without_variants_the_page_does_not_speak_of_practice(school: School, ada: Reader) -> None:
    page = ada.open(PAGE)
    assert "ractise" not in page
    assert "/practice" not in page
    before = school.rows()
    assert press_draw(ada).status_code == 404
    assert school.rows() == before


@pytest.mark.usefixtures("variants")
def test_drawing_leads_to_a_page_that_says_it_is_practice_and_does_not_count(ada: Reader) -> None:
    assert "2 variants left to draw." in text_of(ada.open(PAGE))
    address = draw(ada)
    page = ada.open(address)
    said = text_of(page)
    assert f"practice, variant {number_of(address)}" in said
    assert "This is practice with other numbers than the graded problem’s" in said
    assert "it does not count" in said
    assert "points" not in said
    assert "{{" not in page


def test_the_statement_has_the_numbers_of_the_variant(
    ada: Reader, variants: list[AnswerKey]
) -> None:
    address = draw(ada)
    cells = re.findall(r"<td[^>]*>(\d+)</td>", ada.open(address))
    parameters = key_at(address, variants).parameters
    left, right_ = parameters["left"], parameters["right"]
    assert isinstance(left, tuple)
    assert isinstance(right_, tuple)
    assert [int(cell) for cell in cells] == [*left, *right_]
    assert re.findall(r"<td[^>]*>(\d+)</td>", ada.open(PAGE)) == ["35", "17", "5", "23"]


@pytest.mark.usefixtures("variants")
def test_a_reload_shows_the_same_variant_and_the_problem_s_page_leads_back_to_it(
    ada: Reader,
) -> None:
    first = draw(ada)
    statement = re.search("<article.*</article>", ada.open(first), re.DOTALL)
    again = re.search("<article.*</article>", ada.open(first), re.DOTALL)
    assert statement
    assert again
    assert statement[0] == again[0]
    page = ada.open(PAGE)
    assert f'href="{first}"' in page
    assert "1 variant left to draw." in text_of(page)
    second = draw(ada)
    assert second != first
    page = ada.open(PAGE)
    assert page.index(f'href="{second}"') < page.index(f'href="{first}"')
    assert "You have drawn all of them." in text_of(page)
    assert "Draw a" not in page


def test_a_verdict_comes_at_once_and_is_stored_nowhere(
    school: School, ada: Reader, variants: list[AnswerKey]
) -> None:
    address = draw(ada)
    key, before = key_at(address, variants), school.rows()
    reply = ada.check(
        address, press="a", a=right(key, "a"), b=wrong(key, "b", "nats"), c="0,5", d="0.5"
    )
    assert reply.status_code == 200
    page = reply.get_data(as_text=True)
    assert "Correct This is practice, so it is not stored." in result(page, "a")
    assert "Not correct yet Try again as often as you like. Read as" in result(page, "b")
    assert "Likely mistake: You took the natural logarithm." in result(page, "b")
    assert "Can’t read this as a number It has a comma" in result(page, "c")
    assert echo(page, "d") == "We read 0.5 , one decimal; five are asked."
    assert "Not correct yet Try again" in result(page, "d")
    assert result(page, "e") == ""
    assert [box(page, each) for each in "bcde"] == [wrong(key, "b", "nats"), "0,5", "0.5", ""]
    assert school.rows() == before
    assert [box(ada.open(address), each) for each in LETTERS] == [""] * 5


@pytest.mark.usefixtures("variants")
def test_there_is_no_limit_and_no_pause(ada: Reader) -> None:
    address = draw(ada)
    for attempt in range(12):
        page = ada.check(address, a=f"0.{attempt + 10}").get_data(as_text=True)
        assert "Not correct yet Try again as often as you like." in result(page, "a")


def test_a_script_gets_the_verdict_of_the_box_that_was_pressed(
    ada: Reader, variants: list[AnswerKey]
) -> None:
    address = draw(ada)
    key = key_at(address, variants)
    reply = ada.check(
        address, press="b", headers={"HX-Request": "true"}, a="0.1", b=right(key, "b")
    )
    page = reply.get_data(as_text=True)
    assert "Correct" in page
    assert 'id="result-b"' in page
    assert 'id="result-a"' not in page
    assert "<html" not in page


@pytest.mark.usefixtures("variants")
def test_what_is_right_for_the_graded_problem_is_not_right_here(
    school: School, ada: Reader
) -> None:
    address = draw(ada)
    answers = {each: school.expected(f"{ENTROPY}/{each}") for each in LETTERS}
    page = ada.check(address, headers={}, **answers).get_data(as_text=True)
    assert all("Not correct yet" in result(page, each) for each in LETTERS)


def test_data_files_are_the_variant_s_own(school: School, ada: Reader) -> None:
    (key,) = deploy_shipped(school.engine, ANCESTRY, 1)
    address = draw(ada, f"/{ANCESTRY}")
    assert "ancestry-train.csv training set, 283 rows" in text_of(ada.open(address))
    (draft,) = shipped_variants(ANCESTRY, 1)
    for name, sha256 in key.data.items():
        reply = ada.client.get(f"{address}/data/{name}")
        assert (reply.status_code, reply.data) == (200, draft.data[name])
        assert reply.headers["ETag"] == f'"{sha256}"'
        assert name in reply.headers["Content-Disposition"]
        assert ada.client.get(f"/{ANCESTRY}/data/{name}").data != reply.data
    for absent in ("ancestry-calibration.csv", "x.csv"):
        assert ada.client.get(f"{address}/data/{absent}").status_code == 404


@pytest.mark.usefixtures("variants")
def test_a_variant_that_somebody_else_drew_can_t_be_told_from_one_that_there_is_not(
    school: School, ada: Reader
) -> None:
    address = draw(ada)
    bob = Reader.of(school, "bob")
    assert address not in bob.open(PAGE)
    token = Form.on(bob.open(PAGE), "answer.a").fields["csrf_token"]
    absent = f"{PAGE}/practice/77"

    def tell(where: str, *, post: bool) -> tuple[int, str]:
        data = {"csrf_token": token, "answer.a": "0.5"}
        reply = bob.client.post(where, data=data) if post else bob.client.get(where)
        # The number of the request is its own.
        said = re.sub(r"[0-9a-f]{16}", "", text_of(reply.get_data(as_text=True)))
        return reply.status_code, said

    for post in (True, False):
        assert tell(address, post=post) == tell(absent, post=post)
        assert tell(address, post=post)[0] == 404
    assert tell(f"{address}/data/x.csv", post=False)[0] == 404


@pytest.mark.usefixtures("variants")
def test_staff_may_look_at_any_variant(school: School) -> None:
    tia = Reader.of(school, "tia")
    for number in (1, 2):
        assert f"variant {number}" in tia.open(f"{PAGE}/practice/{number}")


@pytest.mark.parametrize("number", ["0", "3", "x", "%00", "%EF%BC%91", "9" * 30])
@pytest.mark.usefixtures("variants")
def test_a_number_that_there_is_not_is_not_found(ada: Reader, number: str) -> None:
    draw(ada)
    assert "no such practice variant" in text_of(ada.open(f"{PAGE}/practice/{number}", 404))


@pytest.mark.parametrize("page", ["/pset7/none", "/none/none"])
def test_there_is_no_practice_of_a_problem_that_there_is_not(ada: Reader, page: str) -> None:
    token = Form.on(ada.open(PAGE), "answer.a").fields["csrf_token"]
    assert ada.client.post(f"{page}/practice", data={"csrf_token": token}).status_code == 404
    assert ada.client.get(f"{page}/practice/1").status_code == 404


@pytest.mark.usefixtures("variants")
def test_another_site_s_page_can_t_draw_or_check(school: School, ada: Reader) -> None:
    address, before = draw(ada), school.rows()
    assert ada.client.post(f"{PAGE}/practice").status_code == 400
    assert ada.client.post(address, data={"answer.a": "0.5"}).status_code == 400
    assert school.rows() == before


def without_its_rules(school: School) -> None:
    with transaction(school.engine) as session:
        session.execute(delete(ActivePolicy).where(ActivePolicy.assignment == "pset7"))


def not_asking(school: School) -> None:
    change_policy(
        school,
        lambda one: replace(one, problems=tuple(p for p in one.problems if p.slug != ENTROPY)),
    )


@pytest.mark.usefixtures("variants")
@pytest.mark.parametrize("unknown", [not_asking, without_its_rules])
def test_there_is_no_practice_of_a_problem_that_the_rules_do_not_know(
    school: School, ada: Reader, unknown: Callable[[School], None]
) -> None:
    token = Form.on(ada.open(PAGE), "answer.a").fields["csrf_token"]
    address = draw(ada)
    unknown(school)
    before = school.rows()
    assert ada.client.post(f"{PAGE}/practice", data={"csrf_token": token}).status_code == 409
    assert ada.client.get(address).status_code == 409
    assert school.rows() == before


@pytest.mark.usefixtures("variants")
def test_practice_begins_when_the_assignment_opens(school: School, ada: Reader) -> None:
    token = Form.on(ada.open(PAGE), "answer.a").fields["csrf_token"]
    address = draw(ada)
    change_policy(school, lambda one: replace(one, opens=datetime.now(UTC) + timedelta(days=1)))
    before = school.rows()
    assert ada.client.post(f"{PAGE}/practice", data={"csrf_token": token}).status_code == 403
    for path in (address, f"{address}/data/x.csv"):
        assert ada.client.get(path).status_code == 403
    assert school.rows() == before
    assert "practice, variant" in Reader.of(school, "tia").open(address)


def test_practice_goes_on_after_the_last_late_day(
    school: School, ada: Reader, variants: list[AnswerKey]
) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    change_policy(
        school,
        lambda one: replace(one, opens=past - timedelta(days=9), due=past, closes=past),
    )
    address = draw(ada)
    key = key_at(address, variants)
    page = ada.check(address, a=right(key, "a")).get_data(as_text=True)
    assert "Correct" in result(page, "a")


@pytest.mark.usefixtures("variants")
def test_when_the_key_changes_its_variants_go_out_of_use(school: School, ada: Reader) -> None:
    address = draw(ada)
    change_key(school, ENTROPY, lambda key: replace(key, hints={}))
    assert "went out of use when the answer key changed" in text_of(ada.open(address, 404))
    assert "ractise" not in ada.open(PAGE)


def test_a_part_that_the_variant_s_key_does_not_cover_has_no_box(
    school: School, ada: Reader
) -> None:
    (draft,) = shipped_variants(ENTROPY, 1)
    parts = {slug: part for slug, part in draft.key.parts.items() if not slug.endswith("/e")}
    store(school, replace(draft.key, parts=parts))
    page = ada.open(draw(ada))
    assert [f'name="answer.{each}"' in page for each in LETTERS] == [True] * 4 + [False]


@pytest.mark.usefixtures("variants")
def test_practice_costs_as_many_queries_after_many_draws(school: School, ada: Reader) -> None:
    counts = []
    for _time in range(3):
        ada.open(PAGE)
        with statements(school.app.extensions["grader"].engine) as sent:
            ada.open(PAGE)
        counts.append(len(sent))
        draw(ada)
    assert counts[0] == counts[1] == counts[2]


def store(school: School, key: AnswerKey) -> None:
    """Deploy a variant with this key beside the newest key."""
    with transaction(school.engine) as session:
        key_id, _graded = newest_graded(session, key.problem)
        deploy(session, draft=make_draft(key), key_id=key_id, actor="op", now=datetime.now(UTC))


def canaries() -> Iterator[str]:
    """Texts of twelve digits that occur nowhere by chance."""
    for number in range(100, 999):
        yield f"{number * 7368787 % 10**9:09}{number}"


def with_canaries(key: AnswerKey, values: Iterator[str], used: list[str]) -> AnswerKey:
    """The same key with a canary for each expected, accepted and mistaken value."""

    def canary() -> Decimal:
        used.append(next(values))
        return Decimal(f"0.{used[-1]}")

    def changed(part: PartKey) -> PartKey:
        mistakes = [Misconception(each.tag, canary(), each.told) for each in part.misconceptions]
        return replace(
            part, expected=canary(), accepted=(canary(),), misconceptions=tuple(mistakes)
        )

    return replace(key, parts={slug: changed(part) for slug, part in key.parts.items()})


def test_no_value_of_any_key_reaches_a_student_who_practises(school: School, ada: Reader) -> None:
    values, used = canaries(), list[str]()
    change_key(school, ENTROPY, lambda key: with_canaries(key, values, used))
    drafts = shipped_variants(ENTROPY, 2)
    keys = [with_canaries(draft.key, values, used) for draft in drafts]
    for key in keys:
        store(school, key)
    sent = [ada.open(PAGE), ada.open("/pset7")]
    headers = {"HX-Request": "true"}
    for _key in keys:
        address = draw(ada)
        key, (other,) = key_at(address, keys), [k for k in keys if k != key_at(address, keys)]
        sent += [ada.open(address), ada.open(PAGE)]
        texts = {
            "right": [right(key, each) for each in LETTERS],
            "for another": [right(other, each) for each in LETTERS],
            "graded": [school.expected(f"{ENTROPY}/{each}") for each in LETTERS],
            "mistaken": [wrong(key, "a", "nats")] * 5,
            "unreadable": ["0,5"] * 5,
        }
        for typed in texts.values():
            answers = dict(zip(LETTERS, typed, strict=True))
            for more in ({}, headers):
                reply = ada.check(address, press="a", headers=more, **answers)
                page = reply.get_data(as_text=True) + str(reply.headers)
                # What the student typed is shown again, and is no news.
                for text in typed:
                    page = page.replace(text, "")
                assert "ariant" not in result(page, "a")
                sent.append(page)
    assert len(used) > 100
    leaked = {canary for canary in used for page in sent if canary[:9] in page}
    assert leaked == set()


def test_an_answer_that_is_right_for_another_variant_is_told_like_any_wrong_one(
    ada: Reader, variants: list[AnswerKey]
) -> None:
    address = draw(ada)
    key = key_at(address, variants)
    (other,) = [each for each in variants if each != key]

    def told(path: str, text: str) -> str:
        return result(ada.check(path, a=text, press="a").get_data(as_text=True), "a").replace(
            text, ""
        )

    assert told(address, f"{Decimal(right(other, 'a')):.6f}") == told(address, "0.123456")
