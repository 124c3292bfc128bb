"""
Migrations of the schema, by Alembic.

To add one: change ``schema.py``, write ``versions/NNNN_what.py`` after the last, and name it
below. A test compares the migrated databases with ``schema.py``.
"""

from __future__ import annotations

from typing import Final

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009")
"""Every revision, oldest first; known without importing Alembic, because every start asks."""

HEAD: Final = REVISIONS[-1]
"""The revision this version of qbapps works with."""

VERSION_TABLE: Final = "qbapps_version"
"""Where the schema's revision is kept: not Alembic's own name, which a neighbour's tables may use."""
