"""Putting a pseudonym in a person's place, wherever their names stand as words in a text or document."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

REMOVED = "(removed)"
"""What stands where a text of the person's own was, or one about them."""


FIELDS = frozenset({"student", "students", "name", "reason", "actor", "edit", "words"})
"""The fields of documents that hold people or words of staff; any other may hold a login by chance."""


@dataclass(frozen=True)
class Naming:
    """What names a person: login, name, address and the number that other systems know them by."""

    person: int
    login: str
    name: str
    email: str = ""
    sis_user_id: str = ""

    @property
    def pseudonym(self) -> str:
        """The login that they are known by afterwards."""
        return f"removed-{self.person}"

    @property
    def pseudonymous_name(self) -> str:
        """What stands in the place of their name."""
        return f"Removed person {self.person}"

    def names(self, text: str) -> bool:
        """Whether the text names them."""
        return self._pattern.search(text) is not None

    def hidden(self, text: str) -> str:
        """The text with the pseudonym in the place of each of their names."""
        return self._pattern.sub(self._replaced, text)

    def hidden_in(self, document: Any) -> Any:  # noqa: ANN401 - any JSON document.
        """The document with the pseudonym in all texts of its ``FIELDS``; a plain text is hidden as one."""
        return self._hidden(document, within=True)

    def _hidden(self, document: Any, *, within: bool) -> Any:  # noqa: ANN401 - any JSON document.
        if isinstance(document, str):
            return self.hidden(document) if within else document
        if isinstance(document, list):
            return [self._hidden(each, within=within) for each in document]
        if isinstance(document, dict):
            return {
                name: self._hidden(each, within=name in FIELDS) for name, each in document.items()
            }
        return document

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        # The longest first: an address often begins with the login.
        told = sorted(
            filter(None, (self.login, self.name, self.email, self.sis_user_id)),
            key=len,
            reverse=True,
        )
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, told))})(?!\w)", re.IGNORECASE)

    def _replaced(self, found: re.Match[str]) -> str:
        is_name = found[0].casefold() == self.name.casefold() != self.login.casefold()
        return self.pseudonymous_name if is_name else self.pseudonym
