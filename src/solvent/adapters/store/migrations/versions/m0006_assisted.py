"""What models said about pastes, and what a person said of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the table with the indexes of what is looked up in it."""
    op.create_table(
        "opinions",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("occurrence_id", sa.String(32), sa.ForeignKey("occurrences.id", ondelete="CASCADE"), nullable=False),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("ix_opinions_key_standing", "opinions", ["key", "standing"])
    op.create_index("ix_opinions_occurrence_id", "opinions", ["occurrence_id"])
    op.create_index("ix_opinions_standing_at_id", "opinions", ["standing", "at", "id"])


def downgrade() -> None:
    """Drops it."""
    op.drop_table("opinions")
