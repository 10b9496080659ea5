"""Who exists and how they sign in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from grader.db.models.base import Base


class Person(Base):
    """Someone on the roster. Dropping a person deactivates the row; it is never deleted.

    ``receipts`` counts the receipts given to them, ``last_receipt`` is the newest one's SHA-256.
    """

    __tablename__ = "people"
    __table_args__ = (CheckConstraint("role IN ('student', 'ta', 'instructor')", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str]
    sis_user_id: Mapped[str]
    section: Mapped[str]
    role: Mapped[str]
    active: Mapped[bool]
    receipts: Mapped[int] = mapped_column(default=0)
    last_receipt: Mapped[str | None]


class SigninLink(Base):
    """A one-time link; only the hash of its secret is stored."""

    __tablename__ = "signin_links"

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    consumed_at: Mapped[datetime | None]


class BrowserSession(Base):
    """A signed-in browser: a row, so that signing out really ends it."""

    __tablename__ = "sessions"

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ApiToken(Base):
    """A bearer token ``<prefix>_<secret>``: named, expiring, revocable, shown once, stored hashed."""

    __tablename__ = "api_tokens"

    prefix: Mapped[str] = mapped_column(primary_key=True)
    token_sha256: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"), index=True)
    name: Mapped[str]
    scopes: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
