"""More time for one student."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from grader.db.models.base import Base


class Extension(Base):
    """A student's own due time for an assignment, or (without ``until``) that they have none any more.

    The newest row of a person and an assignment decides. ``actor`` says who entered it.
    """

    __tablename__ = "extensions"
    # With the id, the newest row is found in the index alone: each submission asks for it.
    __table_args__ = (Index(None, "person_id", "assignment", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"))
    assignment: Mapped[str]
    until: Mapped[datetime | None]
    reason: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[datetime]
