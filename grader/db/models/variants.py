"""Practice variants of a problem, and which student drew which."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grader.db.models.base import Base


class Variant(Base):
    """A problem with other numbers: ``content`` is an answer key, which pins its data and parameters.

    ``key_id`` is the key of the graded instance that it was reviewed beside; it is practised on while that
    key is the active one. ``provenance`` has the seed, and so the answers.
    """

    __tablename__ = "variants"
    __table_args__ = (UniqueConstraint("problem", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    problem: Mapped[str]
    number: Mapped[int]
    key_id: Mapped[int] = mapped_column(
        ForeignKey("answer_keys.id", ondelete="RESTRICT"), index=True
    )
    content: Mapped[dict[str, Any]]
    provenance: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Draw(Base):
    """A person drew this variant to practise on. What they answer there is stored nowhere."""

    __tablename__ = "draws"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="RESTRICT"), primary_key=True
    )
    variant_id: Mapped[int] = mapped_column(
        ForeignKey("variants.id", ondelete="RESTRICT"), primary_key=True
    )
    drawn_at: Mapped[datetime]
