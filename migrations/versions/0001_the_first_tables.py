"""The first tables, and the triggers that make facts insert-only.

SQLite and PostgreSQL get the same tables. A later migration that rebuilds one of the ``FACTS`` in batch mode
has to call ``protect`` for it again: a rebuilt SQLite table loses its triggers.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

# Written out, since what a migration makes must not change with the types of today.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Document = sa.JSON().with_variant(JSONB(), "postgresql")
Instant = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
ExactDecimal = sa.String(100)

revision = "0001"
down_revision = None

FACTS = (
    "data_blobs",
    "answer_keys",
    "key_verifications",
    "solution_pages",
    "solution_releases",
    "policies",
    "submissions",
    "replies",
    "grades",
    "regrade_plans",
    "regrade_runs",
    "holds",
    "variants",
    "draws",
    "explanations",
    "extensions",
    "regrade_requests",
    "request_replies",
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


def upgrade() -> None:
    """Create the tables, then protect the facts."""
    op.create_table(
        "answer_keys",
        sa.Column("id", Id, nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("version", Id, nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("provenance", Document, nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_keys")),
        sa.UniqueConstraint("problem", "version", name=op.f("uq_answer_keys_problem_version")),
    )
    op.create_table(
        "data_blobs",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_data_blobs")),
    )
    op.create_table(
        "key_checks",
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reasons", Document, nullable=False),
        sa.Column("checked_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("problem", name=op.f("pk_key_checks")),
    )
    op.create_table(
        "people",
        sa.Column("id", Id, nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("sis_user_id", sa.String(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("receipts", Id, nullable=False),
        sa.Column("last_receipt", sa.String(), nullable=True),
        sa.CheckConstraint("role IN ('student', 'ta', 'instructor')", name=op.f("ck_people_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("login", name=op.f("uq_people_login")),
    )
    op.create_table(
        "policies",
        sa.Column("id", Id, nullable=False),
        sa.Column("assignment", sa.String(), nullable=False),
        sa.Column("version", Id, nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
        sa.UniqueConstraint("assignment", "version", name=op.f("uq_policies_assignment_version")),
    )
    op.create_table(
        "active_keys",
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("key_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["answer_keys.id"],
            name=op.f("fk_active_keys_key_id_answer_keys"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("problem", name=op.f("pk_active_keys")),
    )
    op.create_table(
        "active_policies",
        sa.Column("assignment", sa.String(), nullable=False),
        sa.Column("policy_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_id"],
            ["policies.id"],
            name=op.f("fk_active_policies_policy_id_policies"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("assignment", name=op.f("pk_active_policies")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("last_used_at", Instant, nullable=True),
        sa.Column("revoked_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_api_tokens_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_api_tokens")),
    )
    op.create_index(op.f("ix_api_tokens_person_id"), "api_tokens", ["person_id"])

    op.create_table(
        "key_verifications",
        sa.Column("id", Id, nullable=False),
        sa.Column("key_id", Id, nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("provenance", Document, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["answer_keys.id"],
            name=op.f("fk_key_verifications_key_id_answer_keys"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_verifications")),
    )
    op.create_index(op.f("ix_key_verifications_key_id"), "key_verifications", ["key_id"])

    op.create_table(
        "solution_pages",
        sa.Column("id", Id, nullable=False),
        sa.Column("key_id", Id, nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["answer_keys.id"],
            name=op.f("fk_solution_pages_key_id_answer_keys"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solution_pages")),
    )
    op.create_index(op.f("ix_solution_pages_key_id"), "solution_pages", ["key_id"])

    op.create_table(
        "solution_releases",
        sa.Column("id", Id, nullable=False),
        sa.Column("assignment", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_solution_releases_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solution_releases")),
    )
    op.create_index(op.f("ix_solution_releases_assignment"), "solution_releases", ["assignment"])

    op.create_table(
        "regrade_plans",
        sa.Column("id", Id, nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("from_key_id", Id, nullable=False),
        sa.Column("to_key_id", Id, nullable=False),
        sa.Column("scope", Document, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["from_key_id"],
            ["answer_keys.id"],
            name=op.f("fk_regrade_plans_from_key_id_answer_keys"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["to_key_id"],
            ["answer_keys.id"],
            name=op.f("fk_regrade_plans_to_key_id_answer_keys"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade_plans")),
    )
    op.create_table(
        "replies",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("answer_sha256", sa.String(), nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_replies_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("person_id", "part", "idempotency_key", name=op.f("pk_replies")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("revoked_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_sessions_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_person_id"), "sessions", ["person_id"])

    op.create_table(
        "signin_links",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("consumed_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_signin_links_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_signin_links")),
    )
    op.create_index(op.f("ix_signin_links_person_id"), "signin_links", ["person_id"])

    op.create_table(
        "submissions",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("attempt", Id, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("value", ExactDecimal, nullable=False),
        sa.Column("key_id", Id, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("late_seconds", Id, nullable=False),
        sa.Column("submitted_at", Instant, nullable=False),
        sa.Column("receipt_number", Id, nullable=False),
        sa.Column("receipt_course", sa.String(), nullable=False),
        sa.Column("receipt_sha256", sa.String(), nullable=False),
        sa.Column("receipt_signature", sa.LargeBinary(), nullable=False),
        sa.Column("receipt_signer", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "source IN ('form', 'api', 'import', 'demo')", name=op.f("ck_submissions_source")
        ),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["answer_keys.id"],
            name=op.f("fk_submissions_key_id_answer_keys"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_submissions_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint(
            "person_id", "part", "attempt", name=op.f("uq_submissions_person_id_part_attempt")
        ),
    )
    op.create_index("ix_submissions_problem", "submissions", ["problem", "id"])
    with_key = sa.text("idempotency_key IS NOT NULL")
    op.create_index(
        "uq_submissions_idempotency_key",
        "submissions",
        ["person_id", "part", "idempotency_key"],
        unique=True,
        sqlite_where=with_key,
        postgresql_where=with_key,
    )

    op.create_table(
        "grades",
        sa.Column("submission_id", Id, nullable=False),
        sa.Column("key_id", Id, nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("misconception", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["answer_keys.id"],
            name=op.f("fk_grades_key_id_answer_keys"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_grades_submission_id_submissions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("submission_id", "key_id", name=op.f("pk_grades")),
        sqlite_with_rowid=False,
    )

    op.create_table(
        "regrade_runs",
        sa.Column("id", Id, nullable=False),
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("undoes_id", Id, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("graded", Id, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["regrade_plans.id"],
            name=op.f("fk_regrade_runs_plan_id_regrade_plans"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"],
            ["regrade_runs.id"],
            name=op.f("fk_regrade_runs_undoes_id_regrade_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade_runs")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_regrade_runs_undoes_id")),
    )
    op.create_table(
        "holds",
        sa.Column("submission_id", Id, nullable=False),
        sa.Column("run_id", Id, nullable=False),
        sa.Column("key_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["answer_keys.id"],
            name=op.f("fk_holds_key_id_answer_keys"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["regrade_runs.id"],
            name=op.f("fk_holds_run_id_regrade_runs"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_holds_submission_id_submissions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("submission_id", "run_id", name=op.f("pk_holds")),
    )
    op.create_index(op.f("ix_holds_run_id"), "holds", ["run_id"])

    op.create_table(
        "variants",
        sa.Column("id", Id, nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("number", Id, nullable=False),
        sa.Column("key_id", Id, nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("provenance", Document, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["answer_keys.id"],
            name=op.f("fk_variants_key_id_answer_keys"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variants")),
        sa.UniqueConstraint("problem", "number", name=op.f("uq_variants_problem_number")),
    )
    op.create_index(op.f("ix_variants_key_id"), "variants", ["key_id"])
    op.create_table(
        "draws",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("variant_id", Id, nullable=False),
        sa.Column("drawn_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_draws_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"],
            ["variants.id"],
            name=op.f("fk_draws_variant_id_variants"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("person_id", "variant_id", name=op.f("pk_draws")),
    )
    op.create_table(
        "explanations",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("number", Id, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("based_on", Id, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("late_seconds", Id, nullable=False),
        sa.Column("saved_at", Instant, nullable=False),
        sa.CheckConstraint(
            "source IN ('form', 'autosave', 'leaving', 'api', 'demo')",
            name=op.f("ck_explanations_source"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_explanations_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_explanations")),
        sa.UniqueConstraint(
            "person_id", "problem", "number", name=op.f("uq_explanations_person_id_problem_number")
        ),
    )
    op.create_table(
        "extensions",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("assignment", sa.String(), nullable=False),
        sa.Column("until", Instant, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_extensions_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
    )
    op.create_index(
        op.f("ix_extensions_person_id_assignment_id"),
        "extensions",
        ["person_id", "assignment", "id"],
    )
    op.create_table(
        "regrade_requests",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("assignment", sa.String(), nullable=False),
        sa.Column("number", Id, nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_regrade_requests_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade_requests")),
        sa.UniqueConstraint(
            "person_id",
            "assignment",
            "number",
            name=op.f("uq_regrade_requests_person_id_assignment_number"),
        ),
    )
    op.create_table(
        "request_replies",
        sa.Column("id", Id, nullable=False),
        sa.Column("request_id", Id, nullable=False),
        sa.Column("number", Id, nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.CheckConstraint(
            "decision IN ('changed', 'kept')", name=op.f("ck_request_replies_decision")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["regrade_requests.id"],
            name=op.f("fk_request_replies_request_id_regrade_requests"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_replies")),
        sa.UniqueConstraint(
            "request_id", "number", name=op.f("uq_request_replies_request_id_number")
        ),
    )

    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME; END $$"
        )
    for table in FACTS:
        protect(table)


def downgrade() -> None:
    """Drop everything."""
    op.drop_table("request_replies")
    op.drop_table("regrade_requests")
    op.drop_table("extensions")
    op.drop_table("explanations")
    op.drop_table("draws")
    op.drop_table("variants")
    op.drop_table("holds")
    op.drop_table("regrade_runs")
    op.drop_table("grades")
    op.drop_table("submissions")
    op.drop_table("signin_links")
    op.drop_table("sessions")
    op.drop_table("replies")
    op.drop_table("regrade_plans")
    op.drop_table("solution_releases")
    op.drop_table("solution_pages")
    op.drop_table("key_verifications")
    op.drop_table("api_tokens")
    op.drop_table("active_policies")
    op.drop_table("active_keys")
    op.drop_table("policies")
    op.drop_table("people")
    op.drop_table("key_checks")
    op.drop_table("data_blobs")
    op.drop_table("answer_keys")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
