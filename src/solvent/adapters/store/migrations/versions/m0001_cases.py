"""Occurrences and cases of the error desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates both tables with the indexes of their lists."""
    op.create_table(
        "cases",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("rule", sa.String(120)),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("wallet", sa.String(32), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_cases_last_at_id", "cases", ["last_at", "id"])
    op.create_table(
        "occurrences",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("case_id", sa.String(32), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("struck", sa.JSON, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("listed", sa.Boolean, nullable=False),
        sa.Column("took_us", sa.Integer, nullable=False),
        sa.Column("feedback", sa.String(16)),
    )
    op.create_index("ix_occurrences_at_id", "occurrences", ["at", "id"])
    op.create_index("ix_occurrences_case_id_at_id", "occurrences", ["case_id", "at", "id"])


def downgrade() -> None:
    """Drops both tables."""
    op.drop_table("occurrences")
    op.drop_table("cases")
