"""Cases that are merged and split, what readers say instead, and where an attempt failed as columns."""

from __future__ import annotations

import hashlib
import re

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0005"
branch_labels = None
depends_on = None

# How attempts of the gateway ended the texts that they filed before.
_LAST_LINE = re.compile(r"account: (?P<account>.+?), model: (?P<model>.*), solvent request id: (?P<request_id>\S+)")
_UPSTREAM_ID = "request id: "
_CHUNK = 500


def upgrade() -> None:
    """Adds the columns, and fills them for what was filed before: each case is its own home, and its sentence that of all in it."""
    op.add_column("cases", sa.Column("merged_into", sa.String(32)))
    op.create_index("ix_cases_merged_into", "cases", ["merged_into"])
    for column in (
        sa.Column("correction", sa.Text),
        sa.Column("template", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("part", sa.String(32), nullable=False, server_default=sa.text("''")),
        sa.Column("home", sa.String(32), nullable=False, server_default=sa.text("''")),
        sa.Column("key_id", sa.String(32)),
        sa.Column("account", sa.Text),
        sa.Column("model", sa.Text),
        sa.Column("request_id", sa.String(64)),
        sa.Column("upstream_request_ids", sa.JSON),
    ):
        op.add_column("occurrences", column)
    op.create_index("ix_occurrences_home", "occurrences", ["home"])
    op.create_index("ix_occurrences_part", "occurrences", ["part"])
    op.create_table("splits", sa.Column("part", sa.String(32), primary_key=True))
    _fill(op.get_bind())


def downgrade() -> None:
    """Takes them away again."""
    op.drop_table("splits")
    op.drop_index("ix_occurrences_part", "occurrences")
    op.drop_index("ix_occurrences_home", "occurrences")
    added = ("correction", "template", "part", "home", "key_id", "account", "model", "request_id", "upstream_request_ids")
    for name in added:
        op.drop_column("occurrences", name)
    op.drop_index("ix_cases_merged_into", "cases")
    op.drop_column("cases", "merged_into")


def _fill(connection: sa.Connection) -> None:
    cases = sa.table("cases", sa.column("id"), sa.column("template"))
    names = ("id", "case_id", "source", "text", "template", "part", "home", "key_id", "account", "model", "request_id")
    occurrences = sa.table("occurrences", *map(sa.column, names), sa.column("upstream_request_ids", sa.JSON))
    of = occurrences.c
    for case_id, template in connection.execute(sa.select(cases.c.id, cases.c.template)).all():
        part = hashlib.sha256(f"part\x1f{case_id}\x1f{template}".encode("utf-8", "replace")).hexdigest()[:16]
        known = sa.update(occurrences).where(of.case_id == case_id)
        connection.execute(known.values(template=template, part=part, home=case_id))
    last = ""
    while True:
        query = sa.select(of.id, of.text).where(of.source == "gateway", of.id > last).order_by(of.id).limit(_CHUNK)
        rows = connection.execute(query).all()
        for row in rows:
            if (told := _told(row.text)) is not None:
                connection.execute(sa.update(occurrences).where(of.id == row.id).values(**told))
        if len(rows) < _CHUNK:
            break
        last = rows[-1].id
    requests = sa.table("requests", sa.column("id"), sa.column("key_id"))
    key = sa.select(requests.c.key_id).where(requests.c.id == of.request_id).scalar_subquery()
    connection.execute(sa.update(occurrences).where(of.request_id.is_not(None)).values(key_id=key))


def _told(text: str) -> dict[str, object] | None:
    *lines, last = text.split("\n")
    found = _LAST_LINE.fullmatch(last)
    if found is None:
        return None
    ids: list[str] = []
    for line in reversed(lines[1:]):
        if not line.startswith(_UPSTREAM_ID):
            break
        ids.append(line.removeprefix(_UPSTREAM_ID))
    return {**found.groupdict(), "upstream_request_ids": ids[::-1]}
