"""The preview's application, made afresh whenever a file of the course has changed."""

from collections.abc import Collection, Iterable
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from flask import Flask

from grader.content.catalog import Catalog
from grader.content.loading import load_catalog
from grader.content.watching import Stamp, files_below, stamp
from grader.domain.errors import ContentError, GraderError
from grader.domain.problem import Course
from grader.web import grammar_document
from grader.web.filters import register_words
from grader.web.headers import ALWAYS, Always, keep_from_caches
from grader.web.preview.pages import CATALOG, VERSION, broken, pages

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HOSTS = ["127.0.0.1", "localhost"]
_NO_COURSE = Course("Preview", "of a course", "which can’t be read yet", "UTC", 0, ())
"""Its names stand on top and at the foot of the page that says so."""


class Live:
    """A WSGI application that shows the files as they are at each request.

    With ``only``, those of these problems: what is wrong with another is not its author's to mend.
    """

    def __init__(
        self, problems_dir: Path, instance_dir: Path, *, only: Collection[str] = ()
    ) -> None:
        self._folders = problems_dir, instance_dir
        self._only = only
        self._seen: Stamp | None = None
        self._app = Flask(__name__)
        self._one_at_a_time = Lock()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""
        return self.current()(environ, start_response)

    def current(self) -> Flask:
        """The application of the files as they are now."""
        with self._one_at_a_time:
            seen = stamp(path for folder in self._folders for path in _sources(folder))
            if seen != self._seen:
                self._seen = seen
                self._app = create_preview(self._load(), version=_name(seen))
            return self._app

    def _load(self) -> Catalog | ContentError:
        try:
            return load_catalog(*self._folders, only=self._only)
        except ContentError as error:
            return error


def create_preview(catalog: Catalog | ContentError, *, version: str) -> Flask:
    """Build the application of a catalog, or of the reason why there is none."""
    app = Flask("grader.web")
    app.extensions[CATALOG] = catalog
    app.config.update({VERSION: version, "TRUSTED_HOSTS": HOSTS})
    register_words(app, catalog.course if isinstance(catalog, Catalog) else _NO_COURSE)
    # Nobody is signed in, and a form changes nothing, so that it needs no token.
    app.jinja_env.globals.update(signed_in=lambda: None, csrf_token=str, preview_version=version)
    app.register_blueprint(pages)
    app.register_blueprint(grammar_document.pages)
    app.register_error_handler(GraderError, broken)
    app.after_request(keep_from_caches)
    app.wsgi_app = Always(app.wsgi_app, ALWAYS)  # type: ignore[method-assign]
    return app


def _sources(folder: Path) -> Iterable[Path]:
    # Of an instance, the data files that staff installed and its own dates: never a database.
    return (
        path for path in files_below(folder) if path.suffix in {".toml", ".md", ".csv", ".json"}
    )


def _name(seen: Stamp) -> str:
    return sha256(repr(sorted(seen)).encode()).hexdigest()[:16]
