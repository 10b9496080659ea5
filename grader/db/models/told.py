"""Who was written to about a regrade or a rescore."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from grader.db.models.base import Base


class Told(Base):
    """What happened as a student was written to about a run; the rows about the same are numbered.

    The first says that sending begins, and is committed before it does: of two who send at once, one
    gets it. The next says that it was sent, or failed; after a failure another may begin.
    """

    __tablename__ = "told"
    __table_args__ = (
        CheckConstraint("kind IN ('regrade', 'rescore')", name="kind"),
        CheckConstraint("what IN ('begun', 'sent', 'failed')", name="what"),
    )

    kind: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="RESTRICT"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str]
    why: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[datetime]
