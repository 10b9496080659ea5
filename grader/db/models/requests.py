"""Regrade requests, and what staff answered."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grader.db.models.base import Base


class RegradeRequest(Base):
    """A student asks for a part, or the explanation of a problem, to be looked at again.

    ``about`` is the part's slug or the problem's; ``number`` counts those of the student for the assignment.
    """

    __tablename__ = "regrade_requests"
    __table_args__ = (UniqueConstraint("person_id", "assignment", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"))
    assignment: Mapped[str]
    number: Mapped[int]
    about: Mapped[str]
    reason: Mapped[str]
    created_at: Mapped[datetime]


class RequestReply(Base):
    """What staff said to a request, and who; the newest of a request is what holds."""

    __tablename__ = "request_replies"
    __table_args__ = (
        UniqueConstraint("request_id", "number"),
        CheckConstraint("decision IN ('changed', 'kept')", name="decision"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("regrade_requests.id", ondelete="RESTRICT"))
    number: Mapped[int]
    decision: Mapped[str]
    words: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[datetime]
