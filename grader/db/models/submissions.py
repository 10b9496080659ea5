"""What students sent in, what they were told, and the grades."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from grader.db.models.base import Base


class Submission(Base):
    """One immutable answer by one student to one part: as typed, as read, and when it arrived.

    ``key_id`` is the key that gave the verdict which the student was shown first; ``late_seconds`` the
    lateness under the policy of that moment (0 if on time). The receipt is made again from the row; stored
    are its number, what the course was called, its SHA-256, its signature and the public key of that.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("person_id", "part", "attempt"),
        CheckConstraint("source IN ('form', 'api', 'import', 'demo')", name="source"),
        Index("ix_submissions_problem", "problem", "id"),
        # What class-wide figures read, in the order in which they gather it, and nothing else.
        Index(
            "ix_submissions_answers",
            "problem",
            "part",
            "value",
            "person_id",
            "attempt",
            "submitted_at",
            "id",
        ),
        Index("ix_submissions_times", "part", "submitted_at", "person_id"),
        # Partial: what came without a key costs no page of it.
        Index(
            "uq_submissions_idempotency_key",
            "person_id",
            "part",
            "idempotency_key",
            unique=True,
            sqlite_where=text("idempotency_key IS NOT NULL"),
            postgresql_where=text("idempotency_key IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"))
    problem: Mapped[str]
    part: Mapped[str]
    attempt: Mapped[int]
    text: Mapped[str]
    value: Mapped[Decimal]
    key_id: Mapped[int] = mapped_column(ForeignKey("answer_keys.id", ondelete="RESTRICT"))
    source: Mapped[str]
    idempotency_key: Mapped[str | None]
    late_seconds: Mapped[int]
    submitted_at: Mapped[datetime]
    receipt_number: Mapped[int]
    receipt_course: Mapped[str]
    receipt_sha256: Mapped[str]
    receipt_signature: Mapped[bytes]
    receipt_signer: Mapped[bytes]


class Reply(Base):
    """A remembered refusal or repeat, so that a replay of the same request gets the same reply."""

    __tablename__ = "replies"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="RESTRICT"), primary_key=True
    )
    part: Mapped[str] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    answer_sha256: Mapped[str]
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class GradeRow(Base):
    """One submission under one key. A regrade adds rows under the new key."""

    __tablename__ = "grades"
    __table_args__ = (
        # Partial: most answers are wrong, and cost no page of it.
        Index(
            "ix_grades_correct",
            "key_id",
            "submission_id",
            sqlite_where=text("verdict = 'correct'"),
            postgresql_where=text("verdict = 'correct'"),
        ),
        # The primary key is the table: one page a grade instead of two.
        {"sqlite_with_rowid": False},
    )

    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submissions.id", ondelete="RESTRICT"), primary_key=True
    )
    key_id: Mapped[int] = mapped_column(
        ForeignKey("answer_keys.id", ondelete="RESTRICT"), primary_key=True
    )
    verdict: Mapped[str]
    misconception: Mapped[str | None]
