"""Moves to another policy, which have a plan and a way back as regrades do, and who was told of a run."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

# Written out, since what a migration makes must not change with the types of today.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Document = sa.JSON().with_variant(JSONB(), "postgresql")
Instant = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")

revision = "0003"
down_revision = "0002"

FACTS = ("rescore_plans", "rescore_runs", "told")


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
    """Create the tables, then protect the facts."""
    op.create_table(
        "rescore_plans",
        sa.Column("id", Id, nullable=False),
        sa.Column("assignment", sa.String(), nullable=False),
        sa.Column("from_policy_id", Id, nullable=False),
        sa.Column("to_policy_id", Id, nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["from_policy_id"],
            ["policies.id"],
            name=op.f("fk_rescore_plans_from_policy_id_policies"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["to_policy_id"],
            ["policies.id"],
            name=op.f("fk_rescore_plans_to_policy_id_policies"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescore_plans")),
    )
    op.create_table(
        "rescore_runs",
        sa.Column("id", Id, nullable=False),
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("undoes_id", Id, nullable=True),
        sa.Column("content", Document, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["rescore_plans.id"],
            name=op.f("fk_rescore_runs_plan_id_rescore_plans"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"],
            ["rescore_runs.id"],
            name=op.f("fk_rescore_runs_undoes_id_rescore_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescore_runs")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_rescore_runs_undoes_id")),
    )
    op.create_table(
        "told",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("run_id", Id, autoincrement=False, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("number", Id, autoincrement=False, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.CheckConstraint("kind IN ('regrade', 'rescore')", name=op.f("ck_told_kind")),
        sa.CheckConstraint("what IN ('begun', 'sent', 'failed')", name=op.f("ck_told_what")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_told_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("kind", "run_id", "person_id", "number", name=op.f("pk_told")),
    )
    for table in FACTS:
        protect(table)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("told")
    op.drop_table("rescore_runs")
    op.drop_table("rescore_plans")
