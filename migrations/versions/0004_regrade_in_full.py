"""Regrades in full: a hold belongs to a plan, and the work of a job is cut into ranges.

A hold is written while a plan is being applied, before there is a run; it counts once there is one.
"""

import sqlalchemy as sa
from alembic import op

# Written out, since what a migration makes must not change with the types of today.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0004"
down_revision = "0003"


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


def holds_of(owner: str, owners: str, kept: str) -> None:
    """Make the table of holds anew, each belonging to an ``owner``; ``kept`` selects what it had."""
    op.execute(f"CREATE TEMPORARY TABLE held AS {kept}")
    op.drop_table("holds")
    op.create_table(
        "holds",
        sa.Column("submission_id", Id, nullable=False),
        sa.Column(owner, Id, nullable=False),
        sa.Column("key_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["answer_keys.id"],
            name=op.f("fk_holds_key_id_answer_keys"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            [owner], [f"{owners}.id"], name=op.f(f"fk_holds_{owner}_{owners}"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_holds_submission_id_submissions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("submission_id", owner, name=op.f("pk_holds")),
    )
    op.create_index(op.f(f"ix_holds_{owner}"), "holds", [owner])
    copy = f"INSERT INTO holds (submission_id, {owner}, key_id) SELECT * FROM held"  # noqa: S608 - ours.
    op.execute(copy)
    op.execute("DROP TABLE held")
    protect("holds")


def upgrade() -> None:
    """Let holds belong to plans, and add the ranges."""
    holds_of(
        "plan_id",
        "regrade_plans",
        "SELECT holds.submission_id, regrade_runs.plan_id AS owner, max(holds.key_id) AS key_id FROM holds "
        "JOIN regrade_runs ON regrade_runs.id = holds.run_id GROUP BY 1, 2",
    )
    op.create_table(
        "regrade_ranges",
        sa.Column("job_id", Id, nullable=False),
        sa.Column("last", Id, nullable=False),
        sa.Column("first", Id, nullable=False),
        sa.Column("answers", Id, nullable=False),
        sa.Column("graded", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["regrade_jobs.id"],
            name=op.f("fk_regrade_ranges_job_id_regrade_jobs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("job_id", "last", name=op.f("pk_regrade_ranges")),
    )


def downgrade() -> None:
    """Let holds belong to the newest run of their plan; those of a plan without one have no effect."""
    op.drop_table("regrade_ranges")
    holds_of(
        "run_id",
        "regrade_runs",
        "SELECT holds.submission_id, max(regrade_runs.id) AS owner, max(holds.key_id) AS key_id FROM holds "
        "JOIN regrade_runs ON regrade_runs.plan_id = holds.plan_id WHERE regrade_runs.undoes_id IS NULL "
        "GROUP BY holds.submission_id, holds.plan_id",
    )
