"""Reading the receipt of one's own submission, and the public key to check it with."""

from flask import Blueprint, Response

from grader.db.session import reading
from grader.domain.receipt_files import bytes_as_text, receipts_document
from grader.domain.receipts import key_id
from grader.services.answers.progress import find_submission
from grader.services.receipts.stored import own_receipt
from grader.web.access import me, token
from grader.web.api import receipt_schemas as schemas
from grader.web.api.bodies import as_json
from grader.web.api.docs import documented, replies
from grader.web.api.submissions import id_from
from grader.web.receipts import head_now
from grader.web.state import state

routes = Blueprint("api_receipts", __name__)


@routes.get("/submissions/<string:submission_id>/receipt")
@token("read")
@documented(resp=replies(HTTP_200=schemas.ReceiptFile), tags=["Receipts"])
def own_submission_receipt(submission_id: str) -> Response:
    """Read the signed receipt of one of your own submissions, as the file to keep."""
    who = me().person_id
    with reading(state().engine) as session:
        row = find_submission(session, person_id=who, submission_id=id_from(submission_id))
        signed = own_receipt(session, person_id=who, number=row.receipt_number)
        head = head_now(session)
    return as_json(schemas.ReceiptFile.model_validate(receipts_document([signed], head)))


@routes.get("/receipts/key")
@token("read")
@documented(resp=replies(HTTP_200=schemas.ReceiptKey), tags=["Receipts"])
def receipt_key() -> Response:
    """Read the public key that receipts are signed for now."""
    public = state().signer.public_key
    return as_json(schemas.ReceiptKey(public_key=bytes_as_text(public), key_id=key_id(public)))
