"""A student's receipts: to read, to print and to download; and the public key that they are checked with."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, render_template
from sqlalchemy.orm import Session

from grader.db.session import reading
from grader.domain.errors import GraderError, NotFound
from grader.domain.receipt_files import bytes_as_text, receipts_document
from grader.domain.receipts import Signed, key_id
from grader.domain.stated_heads import SignedHead
from grader.services.receipts.checks import receipt_faults
from grader.services.receipts.heads import signed_head
from grader.services.receipts.opened_keys import opened_document
from grader.services.receipts.sealing import check_openable, open_key
from grader.services.receipts.stored import own_receipt, own_receipts
from grader.web.access import anyone, me, signed_in
from grader.web.asked import find_problem
from grader.web.state import now, state

pages = Blueprint("receipts", __name__, url_prefix="/receipts")


@pages.get("")
@signed_in
def overview() -> str:
    """All receipts of whoever asks, the newest first."""
    with reading(state().engine) as session:
        found = own_receipts(session, person_id=me().person_id)
    return render_template(
        "receipts/overview.html",
        receipts=[(each.receipt, moment(each)) for each in reversed(found)],
        titles=titles([each.receipt.problem for each in found]),
        key_id=key_id(state().signer.public_key),
    )


@pages.get("/all.json")
@signed_in
def all_of_them() -> Response:
    """The whole chain, as one file."""
    with reading(state().engine) as session:
        found = own_receipts(session, person_id=me().person_id)
        head = head_now(session)
    return as_file(receipts_document(found, head), f"receipts-{me().login}.json")


@pages.get("/<string:number>")
@signed_in
def page(number: str) -> str:
    """One receipt, with what it proves."""
    with reading(state().engine) as session:
        signed = own_receipt(session, person_id=me().person_id, number=number)
        sealed = _sealed(session, signed.receipt.problem)
    return render_template(
        "receipts/receipt.html",
        signed=signed,
        receipt=signed.receipt,
        at=moment(signed),
        titles=titles([signed.receipt.problem]),
        faults=receipt_faults([signed], trusted=None),
        sealed=sealed,
        key_id=key_id(signed.signer),
        as_text=bytes_as_text,
    )


@pages.get("/<string:number>/receipt.json")
@signed_in
def file(number: str) -> Response:
    """One receipt, as a file."""
    with reading(state().engine) as session:
        signed = own_receipt(session, person_id=me().person_id, number=number)
        head = head_now(session)
    name = f"receipt-{me().login}-{signed.receipt.ordinal}.json"
    return as_file(receipts_document([signed], head), name)


@pages.get("/key")
@anyone
def key() -> str:
    """The public key that receipts are checked with."""
    public = state().signer.public_key
    return render_template("receipts/key.html", key=bytes_as_text(public), key_id=key_id(public))


@pages.get("/keys/<string:slug>/<string:name>/<string:number>")
@signed_in
def opened(slug: str, name: str, number: str) -> Response:
    """A version of an answer key with the nonce of its seal; there is none before all work is over."""
    _, problem = find_problem(state().course, slug, name)
    with reading(state().engine) as session:
        try:
            found = open_key(session, problem=problem.slug, version=_version(number), now=now())
        except GraderError:
            raise NotFound("There is no such page.") from None
    return as_file(opened_document(found), f"key-{slug}-{name}-{found.version}.json")


def as_file(document: Any, name: str) -> Response:  # noqa: ANN401 - any JSON document.
    """A document to download."""
    reply = make_response(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    reply.headers["Content-Type"] = "application/json"
    reply.headers.set("Content-Disposition", "attachment", filename=name)
    return reply


def head_now(session: Session) -> SignedHead | None:
    """The ledger's head, for a file that leaves the house."""
    return signed_head(session, signer=state().signer, course=state().course, now=now())


def titles(problems: Sequence[str]) -> Mapping[str, str]:
    """How these problems are called; by its slug, one that is not asked any more."""
    found = {slug: state().course.problem(slug) for slug in problems}
    return {
        slug: f"{problem.number} {problem.title}" if problem else slug
        for slug, problem in found.items()
    }


def moment(signed: Signed) -> datetime:
    """When an answer was taken."""
    return datetime.fromisoformat(signed.receipt.submitted_at)


def _sealed(session: Session, problem: str) -> str:
    """Why the key of a problem is not opened yet, or nothing once it is."""
    try:
        check_openable(session, problem.partition("/")[0], now())
    except GraderError as refusal:
        return str(refusal)
    return ""


def _version(number: str) -> int:
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0  # noqa: PLR2004
