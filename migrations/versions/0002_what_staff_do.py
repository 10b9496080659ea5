"""What staff do: decisions, marks, drafts of keys, running regrades, and the ledger of all of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

# Written out, since what a migration makes must not change with the types of today.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Document = sa.JSON().with_variant(JSONB(), "postgresql")
Instant = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
ExactDecimal = sa.String(100)

revision = "0002"
down_revision = "0001"

FACTS = (
    "key_discards",
    "overrides",
    "late_day_corrections",
    "rubric_items",
    "explanation_marks",
    "mark_releases",
    "canvas_exports",
    "ledger",
    "ledger_bodies",
)


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


def index_for_figures() -> None:
    """What the figures of a whole class are read from."""
    op.create_index(
        "ix_submissions_answers",
        "submissions",
        ["problem", "part", "value", "person_id", "attempt", "submitted_at", "id"],
    )
    op.create_index("ix_submissions_times", "submissions", ["part", "submitted_at", "person_id"])
    right = sa.text("verdict = 'correct'")
    op.create_index(
        "ix_grades_correct",
        "grades",
        ["key_id", "submission_id"],
        sqlite_where=right,
        postgresql_where=right,
    )


def upgrade() -> None:
    """Create the tables, then protect the facts."""
    op.create_table(
        "key_discards",
        sa.Column("key_id", Id, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["answer_keys.id"],
            name=op.f("fk_key_discards_key_id_answer_keys"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_key_discards")),
    )
    op.create_table(
        "overrides",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("number", Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("points", ExactDecimal, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.CheckConstraint(
            "kind IN ('points', 'excused', 'withdrawn')", name=op.f("ck_overrides_kind")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_overrides_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrides")),
        sa.UniqueConstraint(
            "person_id", "about", "number", name=op.f("uq_overrides_person_id_about_number")
        ),
    )
    op.create_table(
        "late_day_corrections",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("number", Id, nullable=False),
        sa.Column("days", Id, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_late_day_corrections_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_day_corrections")),
        sa.UniqueConstraint(
            "person_id", "number", name=op.f("uq_late_day_corrections_person_id_number")
        ),
    )
    op.create_table(
        "rubric_items",
        sa.Column("id", Id, nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("item", Id, nullable=False),
        sa.Column("revision", Id, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("points", ExactDecimal, nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_items")),
        sa.UniqueConstraint(
            "problem", "item", "revision", name=op.f("uq_rubric_items_problem_item_revision")
        ),
    )
    op.create_table(
        "explanation_marks",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("number", Id, nullable=False),
        sa.Column("explanation_id", Id, nullable=False),
        sa.Column("newest_seen", Id, nullable=False),
        sa.Column("items", Document, nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["explanation_id"],
            ["explanations.id"],
            name=op.f("fk_explanation_marks_explanation_id_explanations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_explanation_marks_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_explanation_marks")),
        sa.UniqueConstraint(
            "person_id",
            "problem",
            "number",
            name=op.f("uq_explanation_marks_person_id_problem_number"),
        ),
    )
    op.create_table(
        "mark_releases",
        sa.Column("id", Id, nullable=False),
        sa.Column("assignment", sa.String(), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_releases")),
    )
    op.create_index(op.f("ix_mark_releases_assignment"), "mark_releases", ["assignment"])
    op.create_table(
        "canvas_exports",
        sa.Column("id", Id, nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canvas_exports")),
    )
    op.create_table(
        "ledger",
        sa.Column("number", Id, autoincrement=False, nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger")),
        sa.UniqueConstraint("sha256", name=op.f("uq_ledger_sha256")),
    )
    op.create_table(
        "ledger_bodies",
        sa.Column("number", Id, autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", Document, nullable=False),
        sa.ForeignKeyConstraint(
            ["number"],
            ["ledger.number"],
            name=op.f("fk_ledger_bodies_number_ledger"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_ledger_bodies_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_bodies")),
    )
    op.create_index(op.f("ix_ledger_bodies_person_id"), "ledger_bodies", ["person_id"])
    op.create_table(
        "regrade_jobs",
        sa.Column("id", Id, nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("undoes_id", Id, nullable=True),
        sa.Column("run_id", Id, nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done", Id, nullable=False),
        sa.Column("total", Id, nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("started_at", Instant, nullable=False),
        sa.Column("beat_at", Instant, nullable=False),
        sa.Column("ended_at", Instant, nullable=True),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'failed', 'cancelled')",
            name=op.f("ck_regrade_jobs_state"),
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["regrade_plans.id"],
            name=op.f("fk_regrade_jobs_plan_id_regrade_plans"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"],
            ["regrade_runs.id"],
            name=op.f("fk_regrade_jobs_undoes_id_regrade_runs"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["regrade_runs.id"],
            name=op.f("fk_regrade_jobs_run_id_regrade_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade_jobs")),
    )
    running = sa.text("state = 'running'")
    op.create_index(
        "uq_regrade_jobs_problem",
        "regrade_jobs",
        ["problem"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
    index_for_figures()

    for table in FACTS:
        protect(table)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_grades_correct", "grades")
    op.drop_index("ix_submissions_times", "submissions")
    op.drop_index("ix_submissions_answers", "submissions")
    op.drop_table("regrade_jobs")
    op.drop_table("ledger_bodies")
    op.drop_table("ledger")
    op.drop_table("canvas_exports")
    op.drop_table("mark_releases")
    op.drop_table("explanation_marks")
    op.drop_table("rubric_items")
    op.drop_table("late_day_corrections")
    op.drop_table("overrides")
    op.drop_table("key_discards")
