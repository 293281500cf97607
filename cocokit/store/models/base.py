"""What all tables share: names of constraints that migrations can rely on, and the types of columns.

Times are whole milliseconds since 1970 UTC, structured values are JSON text: the same in SQLite and PostgreSQL.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from sqlalchemy import BigInteger, Double, ForeignKey, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, mapped_column

#: SQLite numbers rows by itself only where the type is exactly INTEGER.
Big = BigInteger().with_variant(Integer, "sqlite")

Key = Annotated[int, mapped_column(Big, primary_key=True, autoincrement=True)]
Millis = Annotated[int, mapped_column(Big)]
Campaign = Annotated[int, mapped_column(Big, ForeignKey("campaign.id"))]


def reference(table: str, *, circular: bool = False) -> Any:
    """A column that names a row of another table; a circular one is added when both tables exist."""
    return mapped_column(Big, ForeignKey(f"{table}.id", use_alter=circular))


class Base(DeclarativeBase):
    """Root of the tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {float: Double}  # whatever the version of SQLAlchemy
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
