"""Opened answer keys as files, and what they say about receipts: anybody can check both by themselves."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from grader.domain.errors import InvalidRequest
from grader.domain.grading import AnswerKey, grade
from grader.domain.plain_json import read_plain_json
from grader.domain.receipt_chains import name_of
from grader.domain.receipt_files import LARGEST_FILE, bytes_as_text, text_as_bytes
from grader.domain.receipts import Receipt, commitment
from grader.services.keys.documents import key_from
from grader.services.receipts.sealing import NONCE_BYTES, OpenedKey

KIND = "pset-grader opened key"


def opened_document(opened: OpenedKey) -> dict[str, Any]:
    """An opened key as a JSON document: the nonce and the key give the seal of its receipts."""
    return {
        "kind": KIND,
        "problem": opened.problem,
        "version": opened.version,
        "nonce": bytes_as_text(opened.nonce),
        "key": opened.content,
        "commitment": commitment(opened.nonce, opened.content),
    }


def read_opened(raw: bytes) -> OpenedKey:
    """The opened key in a file; whether receipts were sealed with it, ``opened_faults`` tells.

    Raises:
        InvalidRequest: the file holds none.
    """
    document = read_plain_json(raw, largest=LARGEST_FILE)
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise InvalidRequest("This is no file of an opened key.")
    nonce = text_as_bytes(document.get("nonce"), NONCE_BYTES)
    problem, version, key = (document.get(name) for name in ("problem", "version", "key"))
    if nonce is None or not isinstance(problem, str) or not isinstance(key, dict):
        raise InvalidRequest("This file of an opened key lacks its problem, its nonce or its key.")
    if not isinstance(version, int):
        raise InvalidRequest("This file of an opened key lacks its version.")
    return OpenedKey(problem, version, nonce, key)


def opened_faults(receipts: Sequence[Receipt], opened: OpenedKey) -> list[str]:
    """What is wrong with the receipts whose answers a key graded, each fault as a sentence."""
    graded = [each for each in receipts if _graded_by(each, opened)]
    if not graded:
        return [f"None of the receipts was graded by version {opened.version} of {opened.problem}."]
    sealed = commitment(opened.nonce, opened.content)
    broken = [each for each in graded if each.commitment != sealed]
    if broken:
        return [f"{name_of(each)} was sealed with another key than this one." for each in broken]
    try:
        key = key_from(opened.content)
        differing = [each for each in graded if _verdict(key, each) != each.verdict]
    except (ValueError, ArithmeticError):  # A ValidationError, or numbers that can't be compared.
        return ["The opened key is none that this version can read."]
    return [
        f"{name_of(each)} says {each.verdict}, and the key gives another verdict."
        for each in differing
    ]


def _graded_by(receipt: Receipt, opened: OpenedKey) -> bool:
    return (receipt.problem, receipt.key_version) == (opened.problem, opened.version)


def _verdict(key: AnswerKey, receipt: Receipt) -> str | None:
    if receipt.part not in key.parts or not re.fullmatch(
        r"-?[0-9]{1,100}(\.[0-9]{1,100})?", receipt.value
    ):
        return None
    return grade(key, receipt.part, Decimal(receipt.value)).verdict.value
