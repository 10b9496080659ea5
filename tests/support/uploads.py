"""Forms with a file, encoded in memory: the client's own way leaves a temporary file open for large ones."""

from collections.abc import Mapping

from flask.testing import FlaskClient
from werkzeug.test import TestResponse, encode_multipart


def send_file(
    client: FlaskClient, path: str, fields: Mapping[str, str], raw: bytes | None = None
) -> TestResponse:
    """Send a form as a browser does, with these bytes as its field ``file`` if there are any."""
    boundary, body = encode_multipart(dict(fields))
    if raw is not None:
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        )
        body = head.encode() + raw + body  # It begins with a line end.
    return client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")
