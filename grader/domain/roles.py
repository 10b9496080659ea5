"""Roles, and what an API token of each role may cover."""

from collections.abc import Iterable
from enum import StrEnum

from grader.domain.errors import InvalidRequest, NotAllowed

STUDENT_SCOPES = frozenset({"read", "submit"})
STAFF_SCOPES = STUDENT_SCOPES | {"staff"}


class Role(StrEnum):
    """What a person is in the course. It decides what they may see and do."""

    STUDENT = "student"
    TA = "ta"
    INSTRUCTOR = "instructor"

    @property
    def is_staff(self) -> bool:
        """Whether this role sees other people's work: teaching assistants and instructors do."""
        return self is not Role.STUDENT

    @property
    def scopes(self) -> frozenset[str]:
        """Every scope that this role may hand to an API token."""
        return STAFF_SCOPES if self.is_staff else STUDENT_SCOPES


def check_scopes(role: Role, scopes: Iterable[str] | None) -> frozenset[str]:
    """The scopes of a token for this role; None asks for all that the role may.

    Raises:
        InvalidRequest: there is none, or one that we don't know.
        NotAllowed: one is not for this role.
    """
    wanted = role.scopes if scopes is None else frozenset(scopes)
    unknown = sorted(wanted - STAFF_SCOPES)
    if unknown or not wanted:
        known = ", ".join(sorted(STAFF_SCOPES))
        named = f"; {unknown[0][:40]!r} is none of them" if unknown else ", and a token needs one"
        raise InvalidRequest(f"The scopes are {known}{named}.")
    if not wanted <= role.scopes:
        raise NotAllowed("A student's token can't have the scope 'staff'.")
    return wanted
