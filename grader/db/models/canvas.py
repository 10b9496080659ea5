"""What another gradebook calls our students and assignments."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from grader.db.models.base import Base


class CanvasExport(Base):
    """A gradebook that Canvas exported, as staff handed it in: its ids are learned from the newest."""

    __tablename__ = "canvas_exports"

    id: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    actor: Mapped[str]
    created_at: Mapped[datetime]
