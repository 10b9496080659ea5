"""A reader of pages, as a browser without scripts is one: it finds forms, fills them in and sends them."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.school import School


@dataclass
class Form(HTMLParser):
    """The first form with a field of this name on a page: its address and its fields."""

    wanted: str
    action: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    box: str | None = None

    @classmethod
    def on(cls, page: str, wanted: str) -> "Form":
        for part in re.findall(r"<form.*?</form>", page, re.DOTALL):
            if f'name="{wanted}"' in part:
                form = cls(wanted)
                HTMLParser.__init__(form)
                form.feed(part)
                return form
        raise AssertionError(f"no form with a field {wanted}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.action = found.get("action")
        elif tag == "input" and found.get("name"):
            self.fields[str(found["name"])] = found.get("value") or ""
        elif tag == "textarea":
            self.box = str(found["name"])
            self.fields[self.box] = ""

    def handle_data(self, data: str) -> None:
        if self.box is not None:
            # The first line end in it is not part of what it holds.
            self.fields[self.box] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.box = None


class Reader:
    """One person's browser."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    @classmethod
    def of(cls, school: School, who: str) -> "Reader":
        return cls(school.browser(who))

    def open(self, path: str, status: int = 200) -> str:
        reply = self.client.get(path)
        assert reply.status_code == status, (path, reply.status_code)
        return reply.get_data(as_text=True)

    def check(
        self,
        path: str,
        *,
        press: str | None = None,
        page: str | None = None,
        headers: dict[str, str] | None = None,
        **typed: str,
    ) -> TestResponse:
        """Type into the boxes of a problem, then press a part's button, or Enter."""
        form = Form.on(page or self.open(path), answer_box(typed))
        data = form.fields | {f"answer.{part}": text for part, text in typed.items()}
        if press is not None:
            data["check"] = press
        return self.client.post(form.action or path, data=data, headers=headers)


def answer_box(typed: dict[str, str]) -> str:
    return f"answer.{next(iter(typed), 'a')}"


def result(page: str, part: str) -> str:
    """What stands under a part's box, as text."""
    found = re.search(
        rf'id="result-{part}"[^>]*>(.*?)(?:<div id="history-|<div class="part"|</form>|</hx-partial>)',
        page,
        re.DOTALL,
    )
    assert found is not None
    return text_of(found[1])


def echo(page: str, part: str) -> str:
    """How the text in a part's box is said to be read."""
    found = re.search(rf'id="echo-{part}">(.*?)</p>', page)
    assert found is not None
    return text_of(found[1])


def text_of(markup: str) -> str:
    """The words of a piece of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def mentions(page: str, word: str) -> bool:
    """Whether a word stands in a page or a document, but in a random token, which has any by chance."""
    return word in re.sub(r"[\w.-]{40,}", "", page)


def box(page: str, part: str) -> str:
    """What a part's box holds."""
    return Form.on(page, f"answer.{part}").fields[f"answer.{part}"]
