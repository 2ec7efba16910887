"""exercises of a practice, letterheads, templates, the patient's own page"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letterheads",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("colour", sa.String(length=7), server_default="", nullable=False),
        sa.Column("address", sa.String(length=400), server_default="", nullable=False),
        sa.Column("phone", sa.String(length=40), server_default="", nullable=False),
        sa.Column("footer", sa.String(length=300), server_default="", nullable=False),
        sa.Column("stop_when", sa.String(length=500), server_default="", nullable=False),
        sa.Column("layout", sa.String(length=20), server_default="full", nullable=False),
        sa.Column("is_grey", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_large", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("layout IN ('full', 'compact', 'diary')", name=op.f("ck_letterheads_layout")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_letterheads_practice_id_practices")),
        sa.PrimaryKeyConstraint("practice_id", name=op.f("pk_letterheads")),
    )
    op.create_table(
        "exercises",
        sa.Column("practice_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("also_known_as", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("regions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("equipment", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("position", sa.String(length=20), nullable=False),
        sa.Column("goal", sa.String(length=20), nullable=False),
        sa.Column("difficulty", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("steps", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("feels_like", sa.Text(), nullable=False),
        sa.Column("cautions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("dose", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("easier", sa.String(length=80), server_default="", nullable=False),
        sa.Column("harder", sa.String(length=80), server_default="", nullable=False),
        sa.Column("figure_slug", sa.String(length=80), server_default="", nullable=False),
        sa.Column("video_url", sa.String(length=500), server_default="", nullable=False),
        sa.Column("is_shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("search_words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("sort_key", sa.String(length=300), nullable=False),
        sa.Column("entry_digest", sa.String(length=64), server_default="", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(practice_id IS NULL) = (author_id IS NULL)", name=op.f("ck_exercises_author")),
        sa.ForeignKeyConstraint(["author_id"], ["memberships.id"], name=op.f("fk_exercises_author_id_memberships")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_exercises_practice_id_practices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercises")),
        sa.UniqueConstraint("slug", name=op.f("uq_exercises_slug")),
    )
    op.create_index("ix_exercises_practice_id", "exercises", ["practice_id"], unique=False)
    op.create_index("ix_exercises_search_words", "exercises", ["search_words"], unique=False, postgresql_using="gin")
    op.create_table(
        "program_templates",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("for_whom", sa.Text(), server_default="", nullable=False),
        sa.Column("draft", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["memberships.id"], name=op.f("fk_program_templates_author_id_memberships")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("fk_program_templates_practice_id_practices")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_templates")),
    )
    op.create_index("ix_program_templates_practice_id", "program_templates", ["practice_id"], unique=False)
    op.create_table(
        "exercise_photos",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("exercise_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["exercises.id"], name=op.f("fk_exercise_photos_exercise_id_exercises")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("fk_exercise_photos_practice_id_practices")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise_photos")),
    )
    op.create_index("ix_exercise_photos_exercise_id", "exercise_photos", ["exercise_id"], unique=False)
    op.create_table(
        "exercise_uses",
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("exercise_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["exercise_id"], ["exercises.id"], name=op.f("fk_exercise_uses_exercise_id_exercises")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_exercise_uses_membership_id_memberships")
        ),
        sa.PrimaryKeyConstraint("membership_id", "exercise_id", name=op.f("pk_exercise_uses")),
    )
    op.create_index(
        "ix_exercise_uses_membership_id_used_at", "exercise_uses", ["membership_id", "used_at"], unique=False
    )
    op.create_table(
        "favourite_exercises",
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("exercise_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["exercises.id"], name=op.f("fk_favourite_exercises_exercise_id_exercises")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_favourite_exercises_membership_id_memberships")
        ),
        sa.PrimaryKeyConstraint("membership_id", "exercise_id", name=op.f("pk_favourite_exercises")),
    )
    op.create_table(
        "exercise_imports",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("rows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("notes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("shares", sa.Boolean(), nullable=False),
        sa.Column("decisions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('csv', 'json')", name=op.f("ck_exercise_imports_kind")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_exercise_imports_membership_id_memberships")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("fk_exercise_imports_practice_id_practices")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise_imports")),
    )
    op.create_index("ix_exercise_imports_membership_id", "exercise_imports", ["membership_id"], unique=False)
    op.create_table(
        "exercise_import_photos",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["exercise_imports.id"],
            name=op.f("fk_exercise_import_photos_import_id_exercise_imports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise_import_photos")),
    )
    op.create_index(
        "ix_exercise_import_photos_import_id_row_number",
        "exercise_import_photos",
        ["import_id", "row_number"],
        unique=False,
    )
    op.create_table(
        "diary_days",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("done", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("exercise_count", sa.Integer(), nullable=False),
        sa.Column("pain_before", sa.SmallInteger(), nullable=True),
        sa.Column("pain_after", sa.SmallInteger(), nullable=True),
        sa.Column("comment", sa.String(length=500), server_default="", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("pain_after BETWEEN 0 AND 10", name=op.f("ck_diary_days_pain_after")),
        sa.CheckConstraint("pain_before BETWEEN 0 AND 10", name=op.f("ck_diary_days_pain_before")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_diary_days_practice_id_practices")),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_diary_days_program_id_programs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diary_days")),
        sa.UniqueConstraint("program_id", "day", name=op.f("uq_diary_days_program_id_day")),
    )
    op.create_table(
        "program_links",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("encrypted_code", sa.String(length=300), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_program_links_practice_id_practices")),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_program_links_program_id_programs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_links")),
        sa.UniqueConstraint("public_id", name=op.f("uq_program_links_public_id")),
    )
    op.create_index(
        "uq_program_links_program_id",
        "program_links",
        ["program_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_index("ix_program_links_program_id", "program_links", ["program_id"], unique=False)
    op.add_column("memberships", sa.Column("title", sa.String(length=100), server_default="", nullable=False))
    op.add_column("programs", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("programs", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_programs_practice_id_updated_at", "programs", ["practice_id", "updated_at"], unique=False)
    op.add_column(
        "program_versions",
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.create_check_constraint(op.f("ck_programs_paused_or_ended"), "programs", "paused_at IS NULL OR ended_at IS NULL")


def downgrade() -> None:
    op.drop_column("program_versions", "changes")
    op.drop_index("ix_programs_practice_id_updated_at", table_name="programs")
    op.drop_constraint(op.f("ck_programs_paused_or_ended"), "programs", type_="check")
    op.drop_column("programs", "ended_at")
    op.drop_column("programs", "paused_at")
    op.drop_column("memberships", "title")
    op.drop_index("ix_program_links_program_id", table_name="program_links")
    op.drop_index(
        "uq_program_links_program_id", table_name="program_links", postgresql_where=sa.text("revoked_at IS NULL")
    )
    op.drop_table("program_links")
    op.drop_table("diary_days")
    op.drop_table("exercise_import_photos")
    op.drop_table("exercise_imports")
    op.drop_table("favourite_exercises")
    op.drop_index("ix_exercise_uses_membership_id_used_at", table_name="exercise_uses")
    op.drop_table("exercise_uses")
    op.drop_index("ix_exercise_photos_exercise_id", table_name="exercise_photos")
    op.drop_table("exercise_photos")
    op.drop_index("ix_program_templates_practice_id", table_name="program_templates")
    op.drop_table("program_templates")
    op.drop_index("ix_exercises_search_words", table_name="exercises", postgresql_using="gin")
    op.drop_index("ix_exercises_practice_id", table_name="exercises")
    op.drop_table("exercises")
    op.drop_table("letterheads")
