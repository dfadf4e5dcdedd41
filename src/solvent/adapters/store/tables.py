"""The tables as the newest migration leaves them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import BigInteger, TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An instant as microseconds since 1970 UTC: it sorts, compares and round-trips alike on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Microseconds of an instant with a zone."""
        if value is None:
            return None
        delta = value - datetime(1970, 1, 1, tzinfo=UTC)
        return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The instant in UTC."""
        if value is None:
            return None
        return datetime.fromtimestamp(value // 1_000_000, tz=UTC).replace(microsecond=value % 1_000_000)


cases = Table(
    "cases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("rule", String(120)),
    Column("category", String(32), nullable=False),
    Column("wallet", String(32), nullable=False),
    Column("provider", String(64), nullable=False),
    Column("template", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("merged_into", String(32)),
    Index(None, "last_at", "id"),
    Index(None, "merged_into"),
)

occurrences = Table(
    "occurrences",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("source", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("struck", JSON, nullable=False),
    Column("language", String(8), nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("took_us", Integer, nullable=False),
    Column("feedback", String(16)),
    Column("public", Boolean, nullable=False, server_default=text("0")),
    Column("deletion", String(64)),
    Column("correction", Text),
    Column("template", Text, nullable=False, server_default=text("''")),
    Column("part", String(32), nullable=False, server_default=text("''")),
    Column("home", String(32), nullable=False, server_default=text("''")),  # the case that it would be in had nobody merged any
    Column("key_id", String(32)),
    Column("account", Text),
    Column("model", Text),
    Column("request_id", String(64)),
    Column("upstream_request_ids", JSON),
    Column("via", JSON, nullable=False, server_default=text("'[]'")),
    Column("place", BigInteger),  # where it stands among all, by time: the search knows it by this number
    Index(None, "at", "id"),
    Index(None, "case_id", "at", "id"),
    Index(None, "home"),
    Index(None, "part"),
    Index(None, "place", unique=True),
    # What the public desk lists: by time, and counted by case.
    Index("ix_occurrences_public_at", "at", "id", sqlite_where=text("public = 1 AND listed = 1")),
    Index("ix_occurrences_public_case", "case_id", "at", sqlite_where=text("public = 1 AND listed = 1")),
)

# Parts whose occurrences have a case of their own, of the same name as the part.
splits = Table("splits", metadata, Column("part", String(32), primary_key=True))

# How many occurrences of a case each party passed on. Triggers keep it, as they keep the search's indexes.
case_parties = Table(
    "case_parties",
    metadata,
    Column("party", String(64), primary_key=True),
    Column("case_id", String(32), primary_key=True),
    Column("count", Integer, nullable=False),
    Index(None, "case_id"),
)

# The indexes of the search: SQLite's full-text tables, each with tables of its own behind it.
INDEXES = ("occurrence_search", "case_search")

# Words that the search has, to find them by their beginnings.
search_words = Table("search_words", metadata, Column("word", String(64), primary_key=True))

# The order of rows that have one: SQLite numbers rows by itself only in a column of exactly this type.
Number = BigInteger().with_variant(Integer, "sqlite")

# The books. Amounts are nano-dollars, instants microseconds; what is only ever read as a whole stands as JSON in a text.
accounts = Table(
    "accounts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("floor", BigInteger),
    Column("credited", BigInteger, nullable=False),
    Column("debited", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("debit", Text, nullable=False),
    Column("credit", Text, nullable=False),
    Column("hold_id", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("charge", Text),
    Column("legs", Text, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("released", BigInteger, nullable=False),
    Column("excess", BigInteger, nullable=False),
    Index(None, "id", unique=True),
)

holds = Table(
    "holds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("placed_at_us", BigInteger, nullable=False),
    Column("attempts", Text, nullable=False),
    Index(None, "placed_at_us", "id", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hold_id", Text, nullable=False),
    Column("upstream", Text, nullable=False),
    Column("ceiling", BigInteger, nullable=False),
    Column("begun_at_us", BigInteger, nullable=False),
    Column("ended", Text),
)

requests = Table(
    "requests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    Column("ms", BigInteger, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("dialect", String(32), nullable=False),
    Column("model", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("attempts", Text, nullable=False),
    Column("tokens", Text, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("cost_source", String(16), nullable=False),
    Column("category", String(32), nullable=False),
    Column("degraded", String(32), nullable=False),
    Index(None, "at_us", "id"),
)

# An upstream's id of a request, to find ours by it.
request_ids = Table(
    "request_ids",
    metadata,
    Column("upstream_id", Text, primary_key=True),
    Column("request_id", Text, primary_key=True),
)

# What was counted for an account on one day of UTC, numbered from 1970-01-01.
tallies = Table(
    "tallies",
    metadata,
    Column("account", Text, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("spent", BigInteger, nullable=False),
    Column("requests", BigInteger, nullable=False),
    Column("errors", BigInteger, nullable=False),
)

# How far each worker's journal is in the books.
journals = Table(
    "journals",
    metadata,
    Column("name", Text, primary_key=True),
    Column("segment", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False),
)

# Records of a journal that the books refused.
contradictions = Table(
    "contradictions",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("journal", Text, nullable=False),
    Column("segment", BigInteger, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("subject", Text, nullable=False),
)

# Callers' keys: of the key itself only a keyed hash.
keys = Table(
    "keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("prepaid", Boolean, nullable=False),
    Column("budgets", JSON, nullable=False),
    Column("rpm", BigInteger),
    Column("tpm", BigInteger),
    Column("models", JSON, nullable=False),
    Column("reveal", Boolean, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("created_at_us", BigInteger, nullable=False),
    Index(None, "digest", unique=True),
    Index(None, "created_at_us", "id"),
)

# The first answer under each Idempotency-Key; both are hashes.
answers = Table(
    "answers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("content", String(64), nullable=False),
    Column("body", JSON, nullable=False),
)

# What models said about pastes; they go with their paste.
opinions = Table(
    "opinions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("key", String(64), nullable=False),
    Column("occurrence_id", String(32), ForeignKey("occurrences.id", ondelete="CASCADE"), nullable=False),
    Column("lang", String(8), nullable=False),
    Column("model", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("standing", String(16), nullable=False),
    Column("body", JSON, nullable=False),
    Index(None, "key", "standing"),
    Index(None, "occurrence_id"),
    Index(None, "standing", "at", "id"),
)
