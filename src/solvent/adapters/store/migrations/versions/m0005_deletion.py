"""Which occurrences strangers pasted at the public desk, and what is kept of the links that delete one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None

_SHOWN = sa.text("public = 1 AND listed = 1")


def upgrade() -> None:
    """Adds both columns, and the indexes of what the public desk lists. What was there before came from no public desk."""
    op.add_column("occurrences", sa.Column("public", sa.Boolean, nullable=False, server_default=sa.text("0")))
    op.add_column("occurrences", sa.Column("deletion", sa.String(64)))
    op.create_index("ix_occurrences_public_at", "occurrences", ["at", "id"], sqlite_where=_SHOWN)
    op.create_index("ix_occurrences_public_case", "occurrences", ["case_id", "at"], sqlite_where=_SHOWN)


def downgrade() -> None:
    """Drops them."""
    op.drop_index("ix_occurrences_public_case", "occurrences")
    op.drop_index("ix_occurrences_public_at", "occurrences")
    with op.batch_alter_table("occurrences") as table:
        table.drop_column("deletion")
        table.drop_column("public")
