"""The least application of Flask: one route that says nothing."""

from flask import Flask

app = Flask(__name__)


@app.get("/healthz")
def healthz() -> str:
    """Say that it is there."""
    return ""
