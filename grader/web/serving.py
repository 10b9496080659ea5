"""The application as the server loads it, once, before its worker processes begin."""

import atexit
import gc
import os
import shutil
from pathlib import Path

from flask import Flask

from grader.config import COUNTS_FOLDER
from grader.garbage import settle
from grader.web.app import create_app
from grader.web.pace import Pace


def application() -> Flask:
    """Build it, and let the garbage collector pass over what stays for good.

    Otherwise it goes through every module again in the midst of a page with thousands of cells, and each
    worker process gets a copy of all the memory that it touches.
    """
    app = create_app(pace=Pace())
    _leave_no_counts(Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")))
    gc.collect()
    settle()
    return app


def _leave_no_counts(folder: Path) -> None:
    """Remove the folder of counts with the server, if it was made for this one; somebody else's stays."""
    if not folder.name.startswith(COUNTS_FOLDER):
        return
    server = os.getpid()

    def remove() -> None:
        # The worker processes, which end before the server does, have inherited this.
        if os.getpid() == server:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
