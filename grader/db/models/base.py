"""What all tables share: the naming of constraints and the types behind annotations."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import LargeBinary, MetaData, Table
from sqlalchemy.orm import DeclarativeBase

from grader.db.types import Document, ExactDecimal, Id, Instant

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Common to all tables: constraint names and the types behind annotations."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {
        int: Id,
        datetime: Instant,
        Decimal: ExactDecimal,
        dict[str, Any]: Document,
        bytes: LargeBinary,
    }


def table(model: type[Base]) -> Table:
    """The table behind a model, for bulk inserts and hot paths that need no objects."""
    found = model.__table__
    assert isinstance(found, Table)  # noqa: S101 - only a mapped join would not be one.
    return found
