"""The receipts' pages: reading, downloading and checking them, and what they never show."""

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from grader.db.session import reading, transaction
from grader.domain.ledger_heads import Head
from grader.domain.receipt_files import bytes_as_text, read_receipts, receipts_document
from grader.domain.receipts import Signed, key_id
from grader.domain.stated_heads import StatedHead
from grader.services.ledger.ledger import head
from grader.services.receipts.checks import receipt_faults
from grader.services.receipts.opened_keys import opened_faults, read_opened
from tests.support.ledgers import tamper
from tests.support.receipts import chain
from tests.support.school import School
from tests.support.signers import OTHER_SIGNER
from tests.web.in_force import change_policy
from tests.web.pages import Form, Reader, text_of

A, B = "pset7/ancestry/a", "pset7/ancestry/b"
OPENED = "/receipts/keys/pset7/ancestry/1"


def answers(school: School, who: str = "ada") -> None:
    for part, typed in ((A, "0.5"), (B, " +.70 "), (A, "0.6")):
        assert school.submit(part, typed, who=who).status_code == 201


def end(school: School, by: timedelta = timedelta(seconds=1)) -> None:
    over = datetime.now(UTC) - by
    change_policy(school, lambda it: replace(it, closes=over))


def check(school: School, text: str = "", file: bytes | None = None) -> TestResponse:
    reader = Reader.of(school, "ada")
    form = Form.on(reader.open("/receipts/check"), "text")
    data: dict[str, object] = {**form.fields, "text": text}
    if file is not None:
        data["file"] = (io.BytesIO(file), "receipts.json")
    return reader.client.post("/receipts/check", data=data, content_type="multipart/form-data")


def said(reply: TestResponse) -> str:
    return text_of(reply.get_data(as_text=True))


def test_the_history_leads_to_each_answer_s_receipt(school: School) -> None:
    answers(school)
    reader = Reader.of(school, "ada")
    page = reader.open("/pset7/ancestry")
    assert re.findall(r'href="(/receipts/\d+)"', page) == [f"/receipts/{n}" for n in (3, 1, 2)]
    told = text_of(reader.open("/receipts/2"))
    for words in (
        "ada answered +.70",
        "Read as 0.7",
        "part b",
        "Lateness on time",
        "It is signed.",
    ):
        assert words in told
    assert "your receipt 1" in told
    assert "Nothing was altered since it was signed" in told
    assert "It is the first." in text_of(reader.open("/receipts/1"))


def test_the_check_without_us_is_told_with_the_course_s_key_and_where_to_run_it(
    school: School,
) -> None:
    answers(school)
    key = bytes_as_text(school.signer.public_key)
    told = text_of(Reader.of(school, "ada").open("/receipts/2"))
    assert f"./run grader receipts verify receipt-ada-2.json --public-key {key}" in told
    assert "Python 3.11 or newer, and the source of this grader" in told
    told = text_of(said(school.client().get("/receipts/key")))
    assert f"./run grader receipts verify receipts.json --public-key {key}" in told
    assert "Python 3.11 or newer, and the source of this grader" in told


def test_all_receipts_are_listed_and_downloaded_as_one_sound_chain(school: School) -> None:
    reader = Reader.of(school, "ada")
    assert "There is none yet" in text_of(reader.open("/receipts"))
    answers(school)
    listed = re.findall(r"Receipt \d+(?=</a>)", reader.open("/receipts"))
    assert listed == ["Receipt 3", "Receipt 2", "Receipt 1"]
    for path, numbers in (("/receipts/all.json", [1, 2, 3]), ("/receipts/3/receipt.json", [3])):
        reply = reader.client.get(path)
        assert reply.headers["Content-Disposition"].startswith("attachment; filename=receipt")
        read = read_receipts(reply.data)
        signed = read.receipts
        assert read.head is not None
        assert read.head.stated.head == newest_head(school)
        assert [each.receipt.ordinal for each in signed] == numbers
        assert receipt_faults(signed, trusted={school.signer.public_key}) == []


@pytest.mark.parametrize("path", ["/receipts/{}", "/receipts/{}/receipt.json"])
def test_another_s_receipt_can_not_be_told_from_one_that_is_not_there(
    school: School, path: str
) -> None:
    answers(school, "bob")
    assert school.submit(A, "0.5").status_code == 201
    client = school.browser("ada")
    replies = [client.get(path.format(number)) for number in ("2", "9", "x")]
    assert {reply.status_code for reply in replies} == {404}
    plain = {re.sub(r"\b[0-9a-f]{16}\b|/receipts/\w+", "", said(reply)) for reply in replies}
    assert len(plain) == 1


def test_the_public_key_is_for_everybody(school: School) -> None:
    public = school.signer.public_key
    reply = school.client().get("/receipts/key")
    assert reply.status_code == 200
    assert bytes_as_text(public) in said(reply)
    assert key_id(public) in said(reply)


def test_a_key_stays_sealed_until_work_is_over_and_for_staff_as_well(school: School) -> None:
    answers(school)
    for who in ("ada", "tia", "ina"):
        assert school.browser(who).get(OPENED).status_code == 404
    reader = Reader.of(school, "ada")
    assert "It is not open yet. Work can still count" in text_of(reader.open("/receipts/1"))
    end(school)
    assert f'href="{OPENED}"' in reader.open("/receipts/1")
    opened = read_opened(reader.client.get(OPENED).data)
    receipts = [
        each.receipt
        for each in read_receipts(reader.client.get("/receipts/all.json").data).receipts
    ]
    assert opened_faults(receipts, opened) == []
    for version in ("0", "2", "x", "9" * 30):
        assert reader.client.get(OPENED[:-1] + version).status_code == 404


def test_no_page_or_file_tells_an_expected_value_before_work_is_over(school: School) -> None:
    answers(school)
    client = school.browser("ada")
    for path in (
        "",
        "/1",
        "/1/receipt.json",
        "/all.json",
        "/key",
        "/check",
        "/keys/pset7/ancestry/1",
    ):
        body = client.get(f"/receipts{path}").get_data(as_text=True)
        for part in (A, B):
            assert school.expected(part) not in body


def file_of(signed: Sequence[Signed]) -> bytes:
    return json.dumps(receipts_document(signed)).encode()


def test_a_receipt_is_checked_as_a_file_or_as_text(school: School) -> None:
    signed = chain(3, school.signer)
    for reply in (check(school, file=file_of(signed)), check(school, file_of(signed).decode())):
        assert reply.status_code == 200
        assert "Sound Receipts 1 to 3, with none missing between: signed by" in said(reply)
    assert "Answer 2" in said(check(school, file_of(signed[1:2]).decode()))


def test_what_is_wrong_with_a_file_is_told(school: School) -> None:
    ours = chain(3, school.signer)
    altered = [replace(ours[0], receipt=replace(ours[0].receipt, text="<b>9</b>"))]
    for signed, words in (
        (altered, "was altered after it was signed"),
        ([ours[0], ours[2]], "Receipt 2 is missing."),
        (chain(1, OTHER_SIGNER), "is signed by another key than the course's"),
    ):
        reply = check(school, file=file_of(signed))
        assert reply.status_code == 200
        assert "Not sound" in said(reply)
        assert words in said(reply)
        assert "<b>9" not in reply.get_data(as_text=True)
    backwards = list(reversed(chain(80, school.signer)))
    assert "And 29 more faults." in said(check(school, file=file_of(backwards)))


def newest_head(school: School) -> Head:
    with reading(school.engine) as session:
        number, sha256 = head(session)
    assert sha256 is not None
    return Head(number, sha256)


def test_a_file_shows_that_the_ledger_was_rewritten_since(school: School) -> None:
    """Even by somebody with the database, who makes the whole chain anew."""
    answers(school)
    kept = school.browser("ada").get("/receipts/all.json").data
    number = newest_head(school).number
    assert f"as it was, up to entry {number}" in said(check(school, file=kept))
    forged = kept.replace(f'"{number}:'.encode(), f'"{number + 1}:'.encode())
    assert "was altered after it was signed" in said(check(school, file=forged))
    assert number > 1
    # Of an earlier entry only: the newest one's hash is still that which the file states.
    tamper(school.engine, "UPDATE ledger SET act = 'export' WHERE number = 1")
    told = said(check(school, file=kept))
    assert f"Entry {number} of the staff’s ledger, its newest when this file was made" in told
    tamper(school.engine, f"DELETE FROM ledger_bodies WHERE number = {number}")
    tamper(school.engine, f"DELETE FROM ledger WHERE number = {number}")
    assert f"Entry {number} of the staff’s ledger" in said(check(school, file=kept))


def test_of_another_course_s_ledger_nothing_is_said(school: School) -> None:
    """One key may sign for several courses, or for the same course in many terms."""
    answers(school)
    stated = StatedHead(
        "Another course, Fall 2025", Head(1, "0" * 64), "2025-10-01T00:00:00.000000Z"
    )
    document = receipts_document(chain(1, school.signer), school.signer.sign_head(stated))
    told = said(check(school, file=json.dumps(document).encode()))
    assert "Sound" in told
    assert "ledger" not in told


def test_before_staff_have_done_anything_there_is_no_head_to_state(school: School) -> None:
    answers(school)
    for table in ("ledger_bodies", "ledger"):
        tamper(school.engine, f"DELETE FROM {table}")
    kept = school.browser("ada").get("/receipts/all.json").data
    assert read_receipts(kept).head is None
    assert "Sound" in said(check(school, file=kept))


def test_a_text_that_is_too_long_is_not_read(school: School) -> None:
    reader = Reader.of(school, "ada")
    form = Form.on(reader.open("/receipts/check"), "text")
    for length, status in ((1024 * 1024, 413), (1000 * 1024, 422)):
        data = {**form.fields, "text": "x" * length}
        assert reader.client.post("/receipts/check", data=data).status_code == status


def test_a_receipt_that_does_not_fit_what_is_stored_says_so(school: School) -> None:
    assert school.submit(A, "0.5").status_code == 201
    with transaction(school.engine) as session:
        session.execute(text("UPDATE people SET login = 'ida' WHERE login = 'ada'"))
    assert "does not fit what is stored" in text_of(Reader.of(school, "ida").open("/receipts/1"))
