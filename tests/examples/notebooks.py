"""
Runs the notebooks of examples/, and keeps what they show as it is shown everywhere.

Run as a program, it stores what they show now: ``python tests/examples/notebooks.py``.
"""

from __future__ import annotations

import html
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "examples" / "notebooks"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.ipynb")))
SECONDS = 120

_NOBODY_LISTENS = "http://127.0.0.1:9"
_OURS = re.compile(r"\b([a-z]{3}_)([0-9a-f]{27})\b")
_OF_A_RUN = (
    (re.compile(r"(?<=http://127\.0\.0\.1:)\d+"), "8300"),
    (re.compile(r"(?<=[?&]state=)[\w-]+"), "…"),
    (re.compile(r"\b1-[0-9a-f]{8}-[0-9a-f]{24}\b"), "1-00000000-000000000000000000000000"),
)
"""Ports, states of consents and Intuit's numbers of requests, which are of one run, and what stands for them."""

_NOT_READ = re.compile(r"<(style|script)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def stored(name: str) -> Any:
    """Return a notebook as it is stored."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def executed(name: str, folder: Path) -> Any:
    """Run a notebook in *folder*, whose kernel reaches nothing but this machine, and return it with what it shows."""
    notebook = stored(name)
    proxies = {"HTTP_PROXY": _NOBODY_LISTENS, "HTTPS_PROXY": _NOBODY_LISTENS, "NO_PROXY": "127.0.0.1"}
    kept = {key: value for key, value in os.environ.items() if not key.startswith("QBAPPS_")}
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(
        env={**kept, **proxies, "IPYTHONDIR": str(folder), "PYTHONHASHSEED": "0", "PYTHONWARNINGS": "default"}
    )
    return tidied(notebook)


def tidied(notebook: Any) -> Any:
    """Return *notebook* without what is only true of one run: ids, ports, links, times and versions."""
    seen: dict[str, str] = {}
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        for output in cell.get("outputs", ()):
            if "text" in output:
                output.text = _lasting(output.text, seen)
            for kind, value in output.get("data", {}).items():
                output.data[kind] = _lasting(value, seen) if isinstance(value, str) else value
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
    return notebook


def shown(notebook: Any) -> list[list[str]]:
    """Return what people read in the outputs of each cell: texts, without how they are laid out."""
    return [[_read(output) for output in cell.get("outputs", ())] for cell in notebook.cells]


def complaints(notebook: Any) -> list[str]:
    """Return what cells wrote to the error stream, warnings first of all."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    return [output.text for output in outputs if output.get("name") == "stderr"]


def store(name: str, notebook: Any) -> Path:
    """Write *notebook* over the one of that name."""
    path = FOLDER / f"{name}.ipynb"
    nbformat.validate(notebook)
    path.write_text(nbformat.writes(notebook, indent=1) + "\n", encoding="utf-8")
    return path


def _lasting(text: str, seen: dict[str, str]) -> str:
    """Number the ids of *text* in the order in which they are first shown, and replace what else is of one run."""

    def number(found: re.Match[str]) -> str:
        return seen.setdefault(found[0], f"{found[1]}{len(seen) + 1:027}")

    text = _OURS.sub(number, text)
    for pattern, instead in _OF_A_RUN:
        text = pattern.sub(instead, text)
    return text


def _read(output: Any) -> str:
    if output.output_type == "stream":
        return f"{output.name}: {output.text}"
    for kind in ("text/html", "image/svg+xml"):
        if kind in output.data:
            text = _TAG.sub(" ", _NOT_READ.sub(" ", output.data[kind]))
            return f"{kind}: {' '.join(html.unescape(text).split())}"
    return f"text/plain: {output.data['text/plain']}"


if __name__ == "__main__":
    for each in NAMES:
        with tempfile.TemporaryDirectory() as made:
            run = executed(each, Path(made))
        if complaints(run):
            raise SystemExit("".join(complaints(run)))
        sys.stdout.write(f"{store(each, run)}\n")
