"""Where in ``reference/`` a solution failed."""

from pathlib import Path
from traceback import walk_tb

from grader.content.sources import reference_dir
from grader.domain.errors import SolutionError


def place_of(error: SolutionError) -> str | None:
    """The file and line of ``reference/`` that a solution stopped at, or None if that is not known."""
    cause = error.__cause__
    if isinstance(cause, SyntaxError) and cause.filename:
        return f"{_shown(Path(cause.filename))}, line {cause.lineno}"
    trace = cause.__traceback__ if cause else None
    places = [
        f"{_shown(Path(frame.f_code.co_filename))}, line {line}"
        for frame, line in walk_tb(trace)
        if frame.f_globals.get("__name__", "").partition(".")[0] == "reference"
    ]
    return places[-1] if places else None


def _shown(path: Path) -> str:
    above = reference_dir().parent
    return str(path.relative_to(above) if path.is_relative_to(above) else path)
