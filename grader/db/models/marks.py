"""How staff judged what students wrote: the rubric, the marks and their release."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grader.db.models.base import Base


class RubricItem(Base):
    """A revision of an item of a problem's rubric; the newest holds, for every mark that names the item."""

    __tablename__ = "rubric_items"
    __table_args__ = (UniqueConstraint("problem", "item", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    problem: Mapped[str]
    item: Mapped[int]
    revision: Mapped[int]
    words: Mapped[str]
    points: Mapped[Decimal]
    retired: Mapped[bool]
    actor: Mapped[str]
    created_at: Mapped[datetime]


class ExplanationMark(Base):
    """What a grader said of one version of an explanation; of a student and a problem the newest holds.

    ``items`` lists, under the name "applied", the numbers of the rubric's items that apply. ``newest_seen``
    is the number of the newest version when the grader looked: a student may have saved another one since.
    """

    __tablename__ = "explanation_marks"
    __table_args__ = (UniqueConstraint("person_id", "problem", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"))
    problem: Mapped[str]
    number: Mapped[int]
    explanation_id: Mapped[int] = mapped_column(ForeignKey("explanations.id", ondelete="RESTRICT"))
    newest_seen: Mapped[int]
    items: Mapped[dict[str, Any]]
    comment: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[datetime]


class MarkRelease(Base):
    """A staff member showed an assignment's marks to students, or hid them; the newest row holds."""

    __tablename__ = "mark_releases"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment: Mapped[str] = mapped_column(index=True)
    released: Mapped[bool]
    actor: Mapped[str]
    created_at: Mapped[datetime]
