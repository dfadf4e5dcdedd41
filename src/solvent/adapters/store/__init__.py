"""The store: tables (SQLAlchemy Core), their migrations (Alembic), and one module for each port that they serve."""
