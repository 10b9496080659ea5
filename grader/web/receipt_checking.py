"""The page where receipts are checked: a file, or a text that was pasted. Nothing of it is kept."""

from dataclasses import dataclass

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from grader.db.session import reading
from grader.domain.errors import InvalidRequest
from grader.domain.receipt_files import read_receipts
from grader.domain.receipts import Receipt, key_id
from grader.domain.stated_heads import StatedHead
from grader.services.receipts.checks import receipt_faults, stated_head_faults
from grader.services.receipts.heads import is_of, stands
from grader.web.access import signed_in
from grader.web.errors import status_of
from grader.web.receipts import titles
from grader.web.state import state

LARGEST_BODY = 1024 * 1024
"""A thousand receipts; whoever has more checks them with the command."""

pages = Blueprint("receipt_checking", __name__, url_prefix="/receipts/check")


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a file of receipts."""

    receipts: tuple[Receipt, ...]
    head: StatedHead | None
    faults: tuple[str, ...]


@pages.url_value_preprocessor
def take_long_files(_endpoint: str | None, _values: dict[str, str] | None) -> None:
    """Read a longer body than others may be: this runs before anything reads the form."""
    request.max_content_length = request.max_form_memory_size = LARGEST_BODY


@pages.get("")
@signed_in
def ask() -> str:
    """Where a file is chosen, or pasted."""
    return _page()


@pages.post("")
@signed_in
def check() -> Response:
    """What is to be said of the receipts that were sent."""
    try:
        sent = read_receipts(_sent())
    except InvalidRequest as refusal:
        return make_response(_page(refusal=str(refusal)), status_of(refusal))
    trusted = {state().signer.public_key}
    faults = receipt_faults(sent.receipts, trusted=trusted)
    if sent.head is not None:
        faults += stated_head_faults(sent.head, trusted=trusted) or _rewritten(sent.head.stated)
    stated = sent.head.stated if sent.head and is_of(sent.head.stated, state().course) else None
    receipts = tuple(each.receipt for each in sent.receipts)
    return make_response(_page(Checked(receipts, stated, tuple(faults))))


def _rewritten(stated: StatedHead) -> list[str]:
    if not is_of(stated, state().course):
        return []
    with reading(state().engine) as session:
        if stands(session, stated.head):
            return []
    number = stated.head.number
    fault = f"Entry {number} of the staff’s ledger, its newest when this file was made, is no more there"
    why = "what staff did was rewritten, or put back to an earlier state"
    return [f"{fault}: {why}. Please show this file to them, and keep it."]


def _sent() -> bytes:
    uploaded = request.files.get("file")
    raw = b""
    if uploaded:
        with uploaded.stream as stream:  # A long one lies in a temporary file.
            raw = stream.read()
    raw = raw or request.form.get("text", "").strip().encode("utf-8", "replace")
    if not raw:
        raise InvalidRequest("Choose a file, or paste its text.")
    return raw


def _page(checked: Checked | None = None, *, refusal: str = "") -> str:
    receipts = checked.receipts if checked else ()
    return render_template(
        "receipts/check.html",
        checked=checked,
        refusal=refusal,
        titles=titles([each.problem for each in receipts]),
        key_id=key_id(state().signer.public_key),
    )
