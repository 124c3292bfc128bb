"""
Hypothesis, and the PostgreSQL server that all tests share.

Hypothesis takes the same examples at each run where CI says so, and new ones elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import postgresql
import pytest
from databases import POSTGRESQL, Server
from hypothesis import settings

# The SOAP client of tests brings lxml, with which openpyxl would write other bytes than for those who use qbapps alone.
os.environ.setdefault("OPENPYXL_LXML", "False")

# A deadline per example would measure the machine, not the code.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI", "").lower() == "true" else "dev")

PLACE = pytest.StashKey[Path]()
"""The folder of this run's server; the run's workers are told it."""


def pytest_configure(config: pytest.Config) -> None:
    told = getattr(config, "workerinput", None)
    config.stash[PLACE] = postgresql.new_place() if told is None else Path(told["postgresql"])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["postgresql"] = str(node.config.stash[PLACE])


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgresql.end(config.stash[PLACE])


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Gives databases on the PostgreSQL server, which is started if it is not running yet."""
    made = Server(postgresql.shared(request.config.stash[PLACE]), str(tmp_path_factory.getbasetemp()))
    yield made
    made.close()


@pytest.fixture(params=[POSTGRESQL])
def postgresql_server(request: pytest.FixtureRequest) -> Server:
    """The server, or a skip with the reason."""
    made: Server = request.getfixturevalue("server")
    return made


@pytest.fixture
def postgresql_url(postgresql_server: Server) -> str:
    """The URL of a new, empty store on PostgreSQL."""
    return postgresql_server.migrated()
