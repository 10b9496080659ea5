"""Roles, and what an API token of each role may cover."""

from enum import StrEnum

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
