"""The log: one line an event, JSON in production, readable on a developer's console.

A traceback is plain text without the values of variables: those could be a token or an answer.
"""

import sys

import structlog
from structlog.typing import Processor


def configure(*, production: bool) -> None:
    """Set the log up for this process."""
    common: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if production
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*common, renderer],
        # Looked up at each line, so that a redirected stream is followed; a line is one write, so that the
        # lines of two threads do not mix.
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
