"""What staff and operators did: a chain of links, and beside each link what it stands for."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from grader.db.models.base import Base


class LedgerLink(Base):
    """One act, in the order of all acts: ``sha256`` covers the link before and the act's commitment.

    A link names nobody. Its commitment binds it to a body without telling it, so that the chain can be
    verified by who may not read the bodies, and still holds where one has to be taken away.
    """

    __tablename__ = "ledger"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    act: Mapped[str]
    at: Mapped[datetime]
    commitment: Mapped[str]
    previous: Mapped[str | None]
    sha256: Mapped[str] = mapped_column(unique=True)


class LedgerBody(Base):
    """What a link stands for: who did it, about what and whom, and why, with the salt of its commitment."""

    __tablename__ = "ledger_bodies"

    number: Mapped[int] = mapped_column(
        ForeignKey("ledger.number", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    salt: Mapped[bytes]
    actor: Mapped[str]
    about: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="RESTRICT"), index=True
    )
    reason: Mapped[str]
    detail: Mapped[dict[str, Any]]
