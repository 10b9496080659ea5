"""The application on a server that waits a second only for a request to be finished."""

from flask import Flask

from grader.web import serving, worker


def application() -> Flask:
    """Loaded before the processes begin, so that all of them are as impatient."""
    worker.SENT_WITHIN = 1
    return serving.application()
