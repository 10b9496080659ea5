import pytest

from grader.domain.receipt_files import bytes_as_text, read_receipts
from grader.domain.receipts import key_id
from grader.services.receipts.checks import receipt_faults, stated_head_faults
from tests.support.school import School

A = "pset7/ancestry/a"


def test_the_receipt_of_an_own_submission_is_read_as_the_file_to_keep(school: School) -> None:
    ids = [school.submit(A, text).get_json()["id"] for text in ("0.5", "0.6")]
    reply = school.get(f"/submissions/{ids[1]}/receipt")
    assert reply.status_code == 200
    file = read_receipts(reply.data)
    (signed,) = file.receipts
    assert (signed.receipt.ordinal, signed.receipt.text) == (2, "0.6")
    trusted = {school.signer.public_key}
    assert receipt_faults([signed], trusted=trusted) == []
    assert file.head is not None
    assert stated_head_faults(file.head, trusted=trusted) == []


@pytest.mark.parametrize("number", ["{other}", "99", "0", "x", "9" * 30])
def test_another_s_receipt_is_the_same_as_none(school: School, number: str) -> None:
    other = school.submit(A, "0.5", who="bob").get_json()["id"]
    reply = school.get(f"/submissions/{number.format(other=other)}/receipt")
    assert reply.status_code == 404
    assert reply.get_json()["detail"] == "There is no such submission."


def test_the_public_key_is_told_with_its_id(school: School) -> None:
    public = school.signer.public_key
    told = school.get("/receipts/key").get_json()
    assert told == {"public_key": bytes_as_text(public), "key_id": key_id(public)}
