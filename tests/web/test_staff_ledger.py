"""The ledger's page: what was done in plain words, and whether it is whole."""

import pytest

from grader.db.session import reading, transaction
from grader.domain.ledger import Act
from grader.domain.ledger_heads import Head
from grader.services.ledger.ledger import head
from grader.web import staff_ledger
from grader.web.ledger_words import WORDS, act_in_words, detail_in_words, problem_of
from tests.support.ledgers import act, tamper
from tests.support.school import School
from tests.support.statements import statements
from tests.web.pages import Reader, text_of

LEDGER = "/staff/ledger"


def write(school: School, count: int = 1, **changes: object) -> None:
    with transaction(school.engine) as session:
        for _ in range(count):
            act(session, **({"person": school.ids["ada"]} | changes))  # type: ignore[arg-type]


def noted(school: School) -> str:
    with reading(school.engine) as session:
        number, sha256 = head(session)
    assert sha256 is not None
    return str(Head(number, sha256))


def page(school: School, query: str = "", who: str = "tia") -> str:
    return Reader.of(school, who).open(f"{LEDGER}{query}")


def test_every_act_has_plain_words() -> None:
    assert set(WORDS) == set(Act)
    assert act_in_words("excused", {}) == "excused a student"
    assert act_in_words("of a later version", {}) == "of a later version"


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("overrides", "imported scores set by hand"),
        ("canvas", "handed in an export of Canvas"),
        ("submissions", "imported students’ answers"),
        ("of a later version", "imported a file"),
        (None, "imported a file"),
    ],
)
def test_an_import_is_told_by_what_was_in_the_file(what: str | None, words: str) -> None:
    assert act_in_words("import", {} if what is None else {"format": what}) == words
    assert act_in_words("export", {"format": what}) == "exported grades"


def test_the_page_tells_an_import_of_canvas_s_ids_from_one_of_overrides(school: School) -> None:
    with transaction(school.engine) as session:
        act(session, what=Act.IMPORT, detail={"format": "canvas"})
    assert "tia handed in an export of Canvas" in text_of(page(school))


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ({}, ""),
        ({"until_when": "noon", "points": 3}, "points 3 · until when noon"),
        ({"until": "2026-03-12T06:59:00.000000Z"}, "until Wed 11 Mar, 11:59 pm PDT"),
        ({"until": "2026-03-12T06:59:00Z"}, "until Wed 11 Mar, 11:59 pm PDT"),
        ({"until": "2026-13-12T06:59:00Z"}, "until 2026-13-12T06:59:00Z"),
    ],
)
def test_details_are_told_with_moments_in_the_course_s_zone(
    detail: dict[str, object], words: str
) -> None:
    assert detail_in_words(detail, "America/Los_Angeles") == words


@pytest.mark.parametrize(
    ("about", "found"),
    [
        ("pset7/ancestry", ("pset7", "ancestry")),
        ("pset7/ancestry/a", ("pset7", "ancestry")),
        ("pset7", None),
        ("roster", None),
        ("pset7/none", None),
    ],
)
def test_what_is_about_a_problem_leads_to_it(
    school: School, about: str, found: tuple[str, str] | None
) -> None:
    assert problem_of(school.catalog.course, about) == found


def test_an_act_is_told_with_who_when_what_about_whom_and_why(school: School) -> None:
    write(school, about="pset7/ancestry/a", reason="Typed <b>twice</b>")
    shown = page(school)
    assert "tia set a score by hand · pset7/ancestry/a · ada" in text_of(shown)
    assert "Typed &lt;b&gt;twice&lt;/b&gt;" in shown
    assert "points 3.5" in shown
    assert 'href="/staff/pset7/ancestry"' in shown
    assert 'href="/staff/students/ada"' in shown
    assert noted(school) in shown
    # What opening the school did stands there too.
    assert "op published an answer key" in text_of(shown)


def test_a_long_reason_is_folded_and_whole(school: School) -> None:
    write(school, reason="word " * 300 + "end")
    shown = page(school)
    assert '<details class="ledger__long">' in shown
    assert "word end</p>" in shown


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?act=override", "set a score by hand · pset7"),
        ("?actor=tia&student=ADA", "set a score by hand · pset7"),
        ("?act=mark", "Nothing in the ledger matches."),
        ("?student=eve", "Nothing in the ledger matches."),
        ("?actor=%00", "Nothing in the ledger matches."),
        ("?before=1", "There are no entries here."),
        ("?before=x", "set a score by hand · pset7"),
        ("?after=999999999", "There are no entries here."),
    ],
)
def test_the_ledger_is_filtered(school: School, query: str, words: str) -> None:
    write(school)
    assert words in text_of(page(school, query))


def test_a_hundred_stand_on_a_page_with_a_way_on_and_back(school: School) -> None:
    write(school, staff_ledger.PAGE_SIZE + 1)
    shown = page(school, "?act=override")
    assert shown.count('class="ledger__entry"') == staff_ledger.PAGE_SIZE
    assert "Newer entries" not in shown
    reader = Reader.of(school, "tia")
    link = shown.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    older = reader.open(link)
    assert older.count('class="ledger__entry"') == 1
    assert "Older entries" not in older
    link = older.partition('rel="prev" href="')[2].partition('"')[0].replace("&amp;", "&")
    newer = reader.open(link)
    assert newer.count('class="ledger__entry"') == staff_ledger.PAGE_SIZE
    assert 'id="entry-' in newer


def test_a_whole_ledger_is_said_to_be_whole_and_a_noted_head_to_stand(school: School) -> None:
    write(school)
    assert "Yes, the ledger is whole." in text_of(page(school, "?verify=1"))
    shown = text_of(page(school, f"?verify=1&head={noted(school)}"))
    assert "Up to the noted head nothing was rewritten." in shown
    assert "whole" not in text_of(page(school)).partition("What was done")[2]


def test_the_first_entry_that_was_changed_is_named_and_all_are_listed(school: School) -> None:
    write(school, 3)
    tamper(school.engine, "UPDATE ledger_bodies SET reason = 'x' WHERE number IN (2, 3)")
    shown = text_of(page(school, "?verify=1"))
    assert "the first that is wrong is entry 2: it was changed" in shown
    assert "All that is wrong (2)" in shown


def test_more_faults_than_can_be_read_are_not_all_shown(school: School) -> None:
    write(school, 30)
    tamper(school.engine, "UPDATE ledger_bodies SET reason = 'x'")
    shown = page(school, "?verify=1")
    assert shown.count("<li>Entry ") == staff_ledger.FAULTS_SHOWN
    assert "The first 20 are shown" in shown


def test_a_head_of_another_form_is_refused_and_stays_in_the_box(school: School) -> None:
    shown = page(school, "?verify=1&head=12:abc")
    assert "a number, a colon and 64 hexadecimal digits" in shown
    assert 'value="12:abc"' in shown
    assert "is whole" not in shown


def test_a_mistyped_head_is_said_to_be_one_and_raises_no_alarm(school: School) -> None:
    write(school)
    number, _, sha256 = noted(school).partition(":")
    for typed in (f"{number}:{'0' if sha256[0] != '0' else '1'}{sha256[1:]}", f"999:{sha256}"):
        shown = text_of(page(school, f"?verify=1&head={typed}"))
        assert "The noted head is mistyped" in shown
        assert "behind the service" not in shown
    shown = text_of(page(school, f"?verify=1&head=999:{'0f' * 32}"))
    assert "if its number is not mistyped, the ledger was cut off" in shown


def test_an_empty_ledger_says_so(school: School) -> None:
    tamper(school.engine, "DELETE FROM ledger_bodies")
    tamper(school.engine, "DELETE FROM ledger")
    assert "Nothing was done yet." in text_of(page(school))
    assert "0 entries checked" in text_of(page(school, "?verify=1"))


def test_a_longer_ledger_takes_no_more_statements(school: School) -> None:
    engine, reader, counts = school.app.extensions["grader"].engine, Reader.of(school, "tia"), []
    for _ in range(2):
        write(school, 10)
        with statements(engine) as sent:
            reader.open(LEDGER)
        counts.append(len(sent))
    assert counts[0] == counts[1]
