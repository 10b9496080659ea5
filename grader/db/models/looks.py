"""Who of the staff looked at a student's record."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from grader.db.models.base import Base


class RecordLook(Base):
    """A member of staff opened a page of one student; at most one row an hour for the two of them.

    ``page`` says which page it was that they opened first.
    """

    __tablename__ = "record_looks"
    # With the moment, the newest look of two people is found in the index alone.
    __table_args__ = (Index(None, "person_id", "reader_id", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"))
    reader_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"))
    page: Mapped[str]
    created_at: Mapped[datetime]
