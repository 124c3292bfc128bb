"""Where Alembic runs our migrations: in the transaction it is given."""

from __future__ import annotations

from alembic import context

from qbapps.store import schema
from qbapps.store.migrations import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite cannot alter most of a table
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
