"""The database: one schema for SQLite and PostgreSQL, read and written through SQLAlchemy Core."""
