"""Signing in by a practice's rules: two factors for everybody, how long a sign-in lasts, shared computers.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# The defaults are what the previous release does: fourteen days, whether or not the browser is used.
IDLE = "idle_minutes BETWEEN 15 AND 20160"
LONGEST = "sign_in_hours BETWEEN 8 AND 720"


def upgrade() -> None:
    op.add_column(
        "practices", sa.Column("requires_two_factor", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("practices", sa.Column("idle_minutes", sa.Integer(), server_default="20160", nullable=False))
    op.add_column("practices", sa.Column("sign_in_hours", sa.Integer(), server_default="336", nullable=False))
    op.create_check_constraint(op.f("ck_practices_idle_minutes"), "practices", IDLE)
    op.create_check_constraint(op.f("ck_practices_sign_in_hours"), "practices", LONGEST)
    op.add_column("sessions", sa.Column("is_shared", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    op.drop_column("sessions", "is_shared")
    op.drop_constraint(op.f("ck_practices_sign_in_hours"), "practices", type_="check")
    op.drop_constraint(op.f("ck_practices_idle_minutes"), "practices", type_="check")
    op.drop_column("practices", "sign_in_hours")
    op.drop_column("practices", "idle_minutes")
    op.drop_column("practices", "requires_two_factor")
