"""What students write beside their numbers."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grader.db.models.base import Base


class Explanation(Base):
    """One version of a person's explanation of a problem, as it was saved; the newest one counts.

    ``based_on`` is the version that the writer had seen (0: none): where it is not the one before, another
    tab or device saved in between. ``late_seconds`` is the lateness under the policy of that moment.
    """

    __tablename__ = "explanations"
    __table_args__ = (
        UniqueConstraint("person_id", "problem", "number"),
        CheckConstraint("source IN ('form', 'autosave', 'leaving', 'api', 'demo')", name="source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"))
    problem: Mapped[str]
    number: Mapped[int]
    text: Mapped[str]
    based_on: Mapped[int]
    source: Mapped[str]
    late_seconds: Mapped[int]
    saved_at: Mapped[datetime]
