"""The notebooks: each runs as it is, shows what is stored of it, and is stored without anything of one machine."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import notebooks
import pytest

BYTES = 300_000

every_notebook = pytest.mark.parametrize("name", notebooks.NAMES)


def test_there_are_notebooks() -> None:
    assert set(notebooks.NAMES) == {"france_shutdown", "leaving_employee", "ownership_audit"}


@every_notebook
def test_a_notebook_runs_as_it_is_and_shows_what_is_stored_of_it(name: str, tmp_path: Path) -> None:
    run = notebooks.executed(name, tmp_path)

    assert notebooks.complaints(run) == []
    assert notebooks.shown(run) == notebooks.shown(notebooks.stored(name)), "run: python tests/examples/notebooks.py"


@every_notebook
def test_a_notebook_is_stored_without_anything_of_one_run_or_machine(name: str) -> None:
    notebook = notebooks.stored(name)
    text = (notebooks.FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")

    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert [cell.metadata for cell in notebook.cells] == [{}] * len(notebook.cells)
    assert nbformat.writes(notebooks.tidied(notebook), indent=1) + "\n" == text
    assert not re.search(r"(?<![\w.])/(home|root|tmp|work|Users)/", text)
    assert not re.search(r"\bat 0x[0-9a-f]+", text)
    assert len(text.encode()) < BYTES


@every_notebook
def test_a_notebook_begins_with_what_to_install_and_how_to_look_at_a_store_of_ones_own(name: str) -> None:
    first = notebooks.stored(name).cells[0].source

    assert 'pip install "qbapps[audit]" jupyterlab' in first
    assert "On your own store" in first
    assert 'qbapps.open("sqlite:///qbapps.db")' in first
