"""The ledger: every act of staff and operators, chained so that none can be changed, removed or added later.

A link covers the link before and a commitment to what was done. The commitment is salted, so that the chain
names nobody, and whoever holds its head can tell any change of history without reading a single body.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from grader.domain.receipts import canonical_json, stamp

SALT_BYTES = 16


class Act(StrEnum):
    """What was done. The values stand in the ledger and never change."""

    OVERRIDE = "override"
    OVERRIDE_WITHDRAWN = "override withdrawn"
    EXCUSED = "excused"
    EXTENSION = "extension"
    EXTENSION_WITHDRAWN = "extension withdrawn"
    LATE_DAYS = "late days"
    MARK = "mark"
    RUBRIC = "rubric"
    MARKS_RELEASED = "marks released"
    MARKS_WITHDRAWN = "marks withdrawn"
    SOLUTIONS_RELEASED = "solutions released"
    SOLUTIONS_WITHDRAWN = "solutions withdrawn"
    REQUEST_ANSWERED = "request answered"
    KEY_PUBLISHED = "key published"
    KEY_DRAFTED = "key drafted"
    KEY_DISCARDED = "key discarded"
    SOLUTION_TOLD = "solution told anew"
    VARIANT = "variant deployed"
    POLICY_PUBLISHED = "policy published"
    REGRADE = "regrade"
    REGRADE_UNDONE = "regrade undone"
    RESCORE = "rescore"
    RESCORE_UNDONE = "rescore undone"
    REGRADE_STOPPED = "regrade stopped"
    TOLD = "students told"
    ROSTER = "roster"
    FORGOTTEN = "student removed"
    ISSUED = "token issued"
    REVOKED = "token revoked"
    SIGNIN_LINK = "sign-in link"
    EXPORT = "export"
    IMPORT = "import"
    RESTORED = "backup restored"


@dataclass(frozen=True, slots=True)
class Body:
    """What a link stands for. ``person`` is the id of the student concerned, if it is one alone."""

    actor: str
    about: str
    person: int | None
    reason: str
    detail: dict[str, Any]

    def commitment(self, salt: bytes) -> str:
        """What binds a link to this body, and tells nothing of it to who lacks the salt.

        Raises:
            TypeError: the detail has a number that is no whole one.
        """
        document = {name: getattr(self, name) for name in self.__slots__}
        return sha256(salt + canonical_json(document)).hexdigest()


@dataclass(frozen=True, slots=True)
class Link:
    """One act in the chain; ``sha256`` is the hash that is stated, ``digest`` what it has to be."""

    number: int
    act: str
    at: datetime
    commitment: str
    previous: str | None
    sha256: str = ""

    @property
    def digest(self) -> str:
        """The hash over this link, which the next one names as its previous."""
        document = {
            "number": self.number,
            "act": self.act,
            "at": stamp(self.at),
            "commitment": self.commitment,
            "previous": self.previous,
        }
        return sha256(canonical_json(document)).hexdigest()


def chain_faults(links: Iterable[Link]) -> Iterator[tuple[int, str]]:
    """The number of each link that is wrong, and what is wrong with it; the chain has to be whole."""
    expected, previous = 1, None
    for link in links:
        if link.number != expected:
            yield link.number, f"follows entry {expected - 1}: what came between is missing"
        elif link.previous != previous:
            yield link.number, "does not follow the entry before it as that stands here"
        if link.digest != link.sha256:
            yield link.number, "was changed: it does not fit its own hash"
        expected, previous = link.number + 1, link.sha256


def restated_by(act: str, body: Body) -> Mapping[int, str]:
    """The commitments to the bodies that were written anew, without a name, as this act removed a student."""
    stated = body.detail.get("restated") if act == Act.FORGOTTEN else None
    if not isinstance(stated, dict):
        return {}
    return {int(number): str(each) for number, each in stated.items() if number.isdecimal()}
