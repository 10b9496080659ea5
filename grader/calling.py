"""How the command line is called here, so that what is shown of it can be typed as it stands.

``./run`` says its own name in ``GRADER_COMMAND``. This is no setting of ``grader.config``, since help is
written without loading that.
"""

import os

NAME = "grader"


def called() -> str:
    """What a command begins with, such as ``./run grader``."""
    return os.environ.get("GRADER_COMMAND") or NAME
