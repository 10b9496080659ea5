"""The application as the server loads it, once, before its worker processes begin."""

import gc

from flask import Flask

from grader.web.app import create_app


def application() -> Flask:
    """Build it, and let the garbage collector pass over what stays for good.

    Otherwise it goes through every module again in the midst of a page with thousands of cells, and each
    worker process gets a copy of all the memory that it touches.
    """
    app = create_app()
    gc.collect()
    gc.freeze()
    return app
