"""Who of the staff looked at a student's record."""

import sqlalchemy as sa
from alembic import op

# Written out, since what a migration makes must not change with the types of today.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")

revision = "0005"
down_revision = "0004"

FACTS = ("record_looks",)


def protect(table: str) -> None:
    """Refuse UPDATE and DELETE on a table of facts."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
        )


def upgrade() -> None:
    """Create the table, then protect the facts."""
    op.create_table(
        "record_looks",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("reader_id", Id, nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_record_looks_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["reader_id"],
            ["people.id"],
            name=op.f("fk_record_looks_reader_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_looks")),
    )
    op.create_index(
        op.f("ix_record_looks_person_id_reader_id_created_at"),
        "record_looks",
        ["person_id", "reader_id", "created_at"],
    )
    for table in FACTS:
        protect(table)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("record_looks")
