"""Numbered versions of the tables, and how a database is carried from one to the next (Alembic)."""
