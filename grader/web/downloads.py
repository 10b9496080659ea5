"""Data files, as students download them."""

from flask import Response, make_response, request
from sqlalchemy.orm import Session

from grader.db.models import DataBlob


def download(session: Session, sha256: str, name: str) -> Response:
    """The file with this content, under this name."""
    blob = session.get_one(DataBlob, sha256)
    reply = make_response(blob.content)
    reply.headers["Content-Type"] = "text/csv; charset=utf-8"
    reply.headers.set("Content-Disposition", "attachment", filename=name)
    reply.headers["Cache-Control"] = "private, no-cache"
    reply.set_etag(blob.sha256)
    reply.make_conditional(request)
    return reply
