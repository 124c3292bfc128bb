# ruff: noqa: INP001 - Sphinx reads it as a program
"""How Sphinx makes a site of these pages, with no network: ``make docs``."""

from __future__ import annotations

import builtins
import re
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

sys.path.insert(0, str(Path(__file__).parent))

from tables import api

import qbapps

project = "qbapps"
author = "The qbapps developers"
version = release = qbapps.__version__
root_doc = "index"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["tables"]

html_theme = "furo"
html_title = f"qbapps {version}"
html_static_path = ["_static"]
html_css_files = ["qbapps.css"]
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False

myst_heading_anchors = 4
add_module_names = False
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
napoleon_numpy_docstring = False
napoleon_custom_sections = [("Attributes", "params_style")]
python_maximum_signature_line_length = 90

nitpicky = True
nitpick_ignore_regex = [
    # What is not ours: the pages are built with no network, so that nothing outside can be linked to.
    (
        r"py:.*",
        r"(alt|altair|collections|concurrent|contextlib|datetime|decimal|os|pa|pandas|pathlib|pd|pl|polars|pyarrow|ssl)\..*",
    ),
    (r"py:.*", r"datetime|timedelta|date|What|Value|NotQbxml|CLEAR_ALL|Starlette|Accounts|Span|qbxml\..*"),
    (r"py:.*", "|".join(name for name, one in vars(builtins).items() if isinstance(one, type) or one is None)),
    # Parts of signatures that nobody imports.
    (
        r"py:.*",
        r"qbapps\.(aio|audit|banks|cli|desktop|domain|errors|export|guides|language|lifecycle|listening|manager|ports|simulator|testing)\..*",
    ),
]

_LINK = re.compile(r"^- \[[^]]+\]\((.+?)\.md\)", flags=re.MULTILINE)
_TABLE = re.compile(r"<!-- begin (\w+) -->(.*?)<!-- end \1 -->", flags=re.DOTALL)


def _fill(_: Sphinx, name: str, source: list[str]) -> None:
    """Give the index its tree of pages, and put what the docstrings say into the place of the tables of names."""
    if name == root_doc:
        source[0] += "".join(_tree(part) for part in source[0].split("\n## ")[1:])
    source[0] = _TABLE.sub(_said, source[0])


def _tree(part: str) -> str:
    title, _, rest = part.partition("\n")
    pages = "\n".join(_LINK.findall(rest))
    return f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{pages}\n```\n"


def _said(found: re.Match[str]) -> str:
    if found[1] not in api.SECTIONS:
        return found[0]
    above = "" if found[1] in api.TABLES else found[2]
    return f"{above}\n\n{api.directives(found[1])}\n"


def _at_home(app: Sphinx, env: BuildEnvironment, node: pending_xref, shown: nodes.Element) -> nodes.Element | None:
    """Resolve a name by where users import it from, wherever it is defined."""
    name = node.get("reftarget", "").rpartition(".")[2]
    if node.get("refdomain") != "py" or name not in qbapps.__all__:
        return None
    return env.get_domain("py").resolve_xref(env, node["refdoc"], app.builder, "obj", f"qbapps.{name}", node, shown)


def _plain(_: Sphinx, what: str, *rest: Any) -> None:
    """Let a colon in what is said of a property be a colon: without a comment above, it would end a type."""
    if what in {"attribute", "property"}:
        rest[-1][:0] = ["..", ""]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what these pages need of their own."""
    app.connect("source-read", _fill)
    app.connect("missing-reference", _at_home)
    app.connect("autodoc-process-docstring", _plain, priority=400)  # before napoleon
    return {"parallel_read_safe": True, "parallel_write_safe": True}
