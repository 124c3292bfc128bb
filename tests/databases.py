"""Databases on the tests' PostgreSQL server: new ones at each call, dropped at the end."""

from __future__ import annotations

import os
from uuid import UUID, uuid5

import postgresql
import pytest
from sqlalchemy import create_engine, make_url, text

from qbapps.store.opening import upgrade

POSTGRESQL = pytest.param(
    "postgresql",
    marks=[pytest.mark.postgresql, pytest.mark.skipif(not postgresql.AVAILABLE, reason=postgresql.WHY_NOT)],
)

OWN_SERVER = pytest.mark.skipif(not postgresql.CAN_START, reason=postgresql.WHY_NOT)
"""For tests that stop and start a server of their own."""


class Server:
    """A PostgreSQL server that gives out databases."""

    def __init__(self, url: str, owner: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._admin = create_engine(self._url, isolation_level="AUTOCOMMIT")
        self._owner = uuid5(UUID(int=0), f"{owner} {os.getpid()}").hex[:12]
        self._made: list[str] = []
        self._template: str | None = None

    def new(self, template: str = "template0") -> str:
        """Return the URL of a new database, a copy of *template*."""
        name = f"qbapps_{self._owner}_{len(self._made)}"
        with self._admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        self._made.append(name)
        return self._url.set(database=name, drivername="postgresql").render_as_string(hide_password=False)

    def migrated(self) -> str:
        """Return the URL of a new database with the newest schema."""
        if self._template is None:
            url = self.new()
            upgrade(url)
            self._template = make_url(url).database
        assert self._template is not None
        return self.new(self._template)

    def forget(self) -> None:
        """Leave the server, and what is on it."""
        self._admin.dispose()

    def close(self) -> None:
        """Drop the databases."""
        with self._admin.connect() as connection:
            for name in self._made:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        self.forget()
