import socket
from dataclasses import fields, replace
from typing import Any

import pytest

from grader.domain.receipts import Receipt, Signed
from grader.services.receipts.checks import receipt_faults
from grader.services.receipts.signing import is_signed
from tests.support.receipts import chain
from tests.support.signers import OTHER_SIGNER, SIGNER

OURS = {SIGNER.public_key}


def edited(value: Any) -> Any:
    return value + 1 if isinstance(value, int) else f"{value or ''}x"


def test_a_sound_chain_has_no_fault() -> None:
    assert receipt_faults(chain(5), trusted=OURS) == []
    assert receipt_faults(chain(5)[3:], trusted=None) == []


@pytest.mark.parametrize("name", [field.name for field in fields(Receipt)])
def test_a_change_of_any_field_is_found(name: str) -> None:
    signed = chain(3)[2]
    changed = replace(signed.receipt, **{name: edited(getattr(signed.receipt, name))})
    (told, *_) = receipt_faults([replace(signed, receipt=changed)], trusted=OURS)
    assert "was altered after it was signed" in told


def test_a_change_whose_hash_was_mended_too_is_found() -> None:
    signed = chain(1)[0]
    changed = replace(signed.receipt, verdict="incorrect")
    mended = replace(signed, receipt=changed, sha256=changed.sha256)
    (told,) = receipt_faults([mended], trusted=OURS)
    assert "a signature that is not its own" in told


def test_another_hash_beside_it_is_found() -> None:
    (told,) = receipt_faults([replace(chain(1)[0], sha256="0" * 64)], trusted=None)
    assert "another hash stated beside it" in told


def test_another_signer_is_found_when_the_course_s_key_is_known() -> None:
    forged = chain(1, OTHER_SIGNER)
    (told,) = receipt_faults(forged, trusted=OURS)
    assert "is signed by another key than the course's" in told
    assert receipt_faults(forged, trusted=None) == []
    assert receipt_faults(forged, trusted={*OURS, OTHER_SIGNER.public_key}) == []


def test_another_s_public_key_beside_it_is_found() -> None:
    (told,) = receipt_faults([replace(chain(1)[0], signer=OTHER_SIGNER.public_key)], trusted=None)
    assert "a signature that is not its own" in told


def test_a_removed_middle_is_found() -> None:
    one, _, three = chain(3)
    assert receipt_faults([one, three], trusted=OURS) == ["Receipt 2 is missing."]


def test_one_that_was_signed_anew_is_found_by_the_next() -> None:
    one, two = chain(2)
    anew = SIGNER.sign(replace(one.receipt, text="1"))
    (told,) = receipt_faults([anew, two], trusted=OURS)
    assert "does not follow receipt 1" in told


def test_a_public_key_that_is_none_signs_nothing() -> None:
    signed: Signed = chain(1)[0]
    body = signed.receipt.body
    assert is_signed(body, signature=signed.signature, public_key=SIGNER.public_key)
    assert not is_signed(body, signature=signed.signature, public_key=b"short")
    assert not is_signed(body, signature=b"short", public_key=SIGNER.public_key)


def test_checking_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a check reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert receipt_faults(chain(2), trusted=OURS) == []
