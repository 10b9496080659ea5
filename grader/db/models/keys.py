"""What decides verdicts and scores: answer keys, policies, the data they pin, and the pointers."""

from datetime import datetime
from functools import partial
from secrets import token_bytes
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grader.db.models.base import Base

NONCE_BYTES = 32


class DataBlob(Base):
    """A published data file, found by its content; what students download."""

    __tablename__ = "data_blobs"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class AnswerKeyRow(Base):
    """A numbered answer key: ``content`` decides verdicts, ``provenance`` says where it came from.

    ``nonce`` is secret until all work is over: with it, the seal in students' receipts can be checked.
    """

    __tablename__ = "answer_keys"
    __table_args__ = (UniqueConstraint("problem", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    problem: Mapped[str]
    version: Mapped[int]
    content: Mapped[dict[str, Any]]
    provenance: Mapped[dict[str, Any]]
    nonce: Mapped[bytes] = mapped_column(default=partial(token_bytes, NONCE_BYTES))
    created_at: Mapped[datetime]


class ActiveKey(Base):
    """The pointer: which key grades a problem now. Submitting locks it for sharing, a switch alone."""

    __tablename__ = "active_keys"

    problem: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("answer_keys.id", ondelete="RESTRICT"))


class KeyDiscard(Base):
    """Staff put a drafted key aside: it is no candidate for a regrade any more."""

    __tablename__ = "key_discards"

    key_id: Mapped[int] = mapped_column(
        ForeignKey("answer_keys.id", ondelete="RESTRICT"), primary_key=True
    )
    actor: Mapped[str]
    reason: Mapped[str]
    created_at: Mapped[datetime]


class KeyVerification(Base):
    """A later solution or machine gave the same key again; ``fingerprint`` names what was run."""

    __tablename__ = "key_verifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int] = mapped_column(
        ForeignKey("answer_keys.id", ondelete="RESTRICT"), index=True
    )
    fingerprint: Mapped[str]
    provenance: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class SolutionPage(Base):
    """The worked solution told with a key; of several, as its words were mended, the newest is shown."""

    __tablename__ = "solution_pages"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int] = mapped_column(
        ForeignKey("answer_keys.id", ondelete="RESTRICT"), index=True
    )
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class SolutionRelease(Base):
    """A staff member showed an assignment's solutions to students, or hid them; the newest row holds."""

    __tablename__ = "solution_releases"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment: Mapped[str] = mapped_column(index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"))
    released: Mapped[bool]
    created_at: Mapped[datetime]


class KeyCheck(Base):
    """What the CLI last found when it compared a problem's files with its newest key."""

    __tablename__ = "key_checks"

    problem: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    reasons: Mapped[dict[str, Any]]
    checked_at: Mapped[datetime]


class PolicyRow(Base):
    """A numbered policy: what decides the scores of an assignment."""

    __tablename__ = "policies"
    __table_args__ = (UniqueConstraint("assignment", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment: Mapped[str]
    version: Mapped[int]
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class ActivePolicy(Base):
    """The pointer: which policy scores an assignment now."""

    __tablename__ = "active_policies"

    assignment: Mapped[str] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id", ondelete="RESTRICT"))
