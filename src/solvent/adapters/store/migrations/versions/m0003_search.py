"""The search over occurrences and cases: its two indexes, what keeps them right, and everything filed so far put into them.

Only a filing has to split a text into its terms, which the program does. All that follows by itself is done by triggers: whoever
changes or removes a row, in whatever way, leaves the index right in the same transaction.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from solvent.adapters.store import indexing

revision = "0003"
down_revision = "0004"
branch_labels = None
depends_on = None

# An occurrence's facts, each as one term. No word of a text begins with `=`, so none can be taken for a fact.
_FACTS = """
CREATE VIEW occurrence_facts AS SELECT o.id, o.place,
  '=case:' || o.case_id || ' =category:' || c.category || ' =wallet:' || c.wallet || ' =provider:' || c.provider
  || ' =rule:' || coalesce(c.rule, 'none') || CASE WHEN c.rule IS NULL THEN '' ELSE ' =matched' END
  || ' =source:' || o.source || CASE WHEN o.listed THEN ' =listed' ELSE '' END
  || CASE WHEN o.listed AND o.public THEN ' =public' ELSE '' END
  || coalesce((SELECT group_concat(' =via:' || value, '') FROM json_each(o.via)), '') AS facts
FROM occurrences o JOIN cases c ON c.id = o.case_id
"""
# `ascii` takes every sign that is not ASCII for a letter: the terms come split already, and it must not split them again.
_TOKENS = """detail=none, tokenize="ascii tokenchars '=~:/-_.'\""""
_COUNT = """
INSERT INTO case_parties (party, case_id, count) SELECT value, new.case_id, 1 FROM json_each(new.via) WHERE true
  ON CONFLICT (party, case_id) DO UPDATE SET count = count + 1;
"""
_UNCOUNT = """
UPDATE case_parties SET count = count - 1 WHERE case_id = old.case_id AND party IN (SELECT value FROM json_each(old.via));
DELETE FROM case_parties WHERE case_id = old.case_id AND count < 1;
"""
_ADDED = f"CREATE TRIGGER occurrences_added AFTER INSERT ON occurrences BEGIN {_COUNT} END"
_CHANGED = f"""
CREATE TRIGGER occurrences_changed AFTER UPDATE OF case_id, listed, public, source, via ON occurrences
WHEN new.case_id IS NOT old.case_id OR new.listed IS NOT old.listed OR new.public IS NOT old.public
  OR new.source IS NOT old.source OR new.via IS NOT old.via BEGIN
{_UNCOUNT} {_COUNT}
UPDATE occurrence_search SET facts = (SELECT facts FROM occurrence_facts WHERE id = new.id) WHERE rowid = new.place;
END
"""  # noqa: S608 - put together from constants, as the next one
# A word that only the removed text held is forgotten too.
_REMOVED = f"""
CREATE TRIGGER occurrences_removed AFTER DELETE ON occurrences BEGIN
{_UNCOUNT}
DELETE FROM search_words WHERE word IN (
  SELECT value FROM json_each(
    (SELECT '["' || replace(words, ' ', '","') || '"]' FROM occurrence_search WHERE rowid = old.place)
  )
) AND NOT EXISTS (SELECT 1 FROM occurrence_search WHERE occurrence_search MATCH '"' || word || '"' AND rowid <> old.place);
DELETE FROM occurrence_search WHERE rowid = old.place;
END
"""  # noqa: S608
_CASES_CHANGED = """
CREATE TRIGGER cases_changed AFTER UPDATE OF category, wallet, provider, rule ON cases
WHEN new.category IS NOT old.category OR new.wallet IS NOT old.wallet OR new.provider IS NOT old.provider
  OR new.rule IS NOT old.rule BEGIN
UPDATE occurrence_search SET facts = (SELECT facts FROM occurrence_facts WHERE place = occurrence_search.rowid)
WHERE rowid IN (SELECT place FROM occurrences WHERE case_id = new.id);
END
"""
_CASES_REMOVED = """
CREATE TRIGGER cases_removed AFTER DELETE ON cases BEGIN
DELETE FROM case_search WHERE rowid IN (SELECT rowid FROM case_search WHERE case_search MATCH '"=id:' || old.id || '"');
END
"""


def upgrade() -> None:
    """Adds what the search needs and takes in what there is."""
    op.add_column("occurrences", sa.Column("via", sa.JSON, nullable=False, server_default=sa.text("'[]'")))
    op.add_column("occurrences", sa.Column("place", sa.BigInteger))
    op.create_index("ix_occurrences_place", "occurrences", ["place"], unique=True)
    op.create_table(
        "case_parties",
        sa.Column("party", sa.String(64), primary_key=True),
        sa.Column("case_id", sa.String(32), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.create_index("ix_case_parties_case_id", "case_parties", ["case_id"])
    op.create_table("search_words", sa.Column("word", sa.String(64), primary_key=True))
    connection = op.get_bind()
    connection.exec_driver_sql(f"CREATE VIRTUAL TABLE occurrence_search USING fts5(facts, words, {_TOKENS})")
    connection.exec_driver_sql(f"CREATE VIRTUAL TABLE case_search USING fts5(case_id UNINDEXED, words, {_TOKENS})")
    for statement in (_FACTS, _ADDED, _CHANGED, _REMOVED, _CASES_CHANGED, _CASES_REMOVED):
        connection.exec_driver_sql(statement)
    indexing.take_in_everything(connection)


def downgrade() -> None:
    """Drops it."""
    for trigger in ("occurrences_added", "occurrences_changed", "occurrences_removed", "cases_changed", "cases_removed"):
        op.execute(f"DROP TRIGGER {trigger}")
    op.execute("DROP VIEW occurrence_facts")
    for table in ("case_search", "occurrence_search", "search_words", "case_parties"):
        op.drop_table(table)
    op.drop_index("ix_occurrences_place", "occurrences")
    op.drop_column("occurrences", "place")
    op.drop_column("occurrences", "via")
