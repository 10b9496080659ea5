"""A student's browser without scripts, on a real server: it knows cookies, pages and forms."""

import html
import http.client
import re
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.support.school import School

_INPUT = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'\b(name|value)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Page:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def fields(self) -> dict[str, str]:
        """The values in its boxes and hidden fields."""
        found = {}
        for box in _INPUT.findall(self.text):
            said = dict(_ATTRIBUTE.findall(box))
            if "name" in said:
                found[said["name"]] = html.unescape(said.get("value", ""))
        return found


@dataclass
class FormVisitor:
    """Somebody who is signed in."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Page:
        """Open a page."""
        return self._ask("GET", path, {})

    def post(self, path: str, fields: dict[str, str]) -> Page:
        """Send a form."""
        return self._ask("POST", path, fields)

    def _ask(self, method: str, path: str, fields: dict[str, str]) -> Page:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, urlencode(fields), headers)
            reply = connection.getresponse()
            for given in reply.headers.get_all("Set-Cookie", []):
                name, _, value = given.partition(";")[0].partition("=")
                self.cookies[name] = value
            return Page(reply.status, dict(reply.headers), reply.read().decode())


def visit(school: School, port: int, who: str) -> FormVisitor:
    """Sign somebody in, for pages of a server on this port."""
    cookie = school.browser(who).get_cookie("session")
    assert cookie is not None
    return FormVisitor(port, {"session": cookie.value})
