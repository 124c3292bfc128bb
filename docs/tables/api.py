"""
The Python API, by subject: as tables for whoever reads the pages as they are, as directives for the site.

Both come from one list of names for each section, so that what is in the one is in the other.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Any

import attrs

import qbapps
from qbapps import banks, simulator
from qbapps.desktop import qbxml
from qbapps.manager.banks import Banks
from qbapps.manager.desktop import Desktop
from qbapps.simulator import desktop as desktop_simulator
from tables import reachable
from tables.cells import first_paragraph, table

FACADES = ("qbapps.QBApps", "qbapps.aio.AsyncQBApps", "qbapps.aio.AsyncDesktop", "qbapps.aio.AsyncBanks")
"""Classes whose methods have sections of their own, or are those of the other."""


def _methods_of(room: type) -> list[str]:
    return [f"qbapps.QBApps.{name}" for name, one in vars(room).items() if inspect.isfunction(one) and name[0] != "_"]


def _exported(which: Callable[[Any], bool]) -> list[str]:
    return [f"qbapps.{name}" for name in qbapps.__all__ if which(getattr(qbapps, name))]


def _is_words(value: Any) -> bool:
    return inspect.isclass(value) and issubclass(value, Enum)


def _is_error(value: Any) -> bool:
    return inspect.isclass(value) and issubclass(value, Exception)


def _is_of_audit(value: Any) -> bool:
    return inspect.isclass(value) and value.__module__.startswith("qbapps.audit.") and not _is_words(value)


def _is_model(value: Any) -> bool:
    return (attrs.has(value) or value is qbapps.Secret) and not _is_error(value) and not _is_of_audit(value)


def _is_function(value: Any) -> bool:
    return inspect.isfunction(value) and value is not qbapps.open


ROOMS = {f"api_{room.__name__.lower()}": _methods_of(room) for room in qbapps.QBApps.__bases__}
"""The parts of the facade, each a subject."""

DESKTOP = "qbapps.manager.desktop.Desktop"
BANKS = "qbapps.manager.banks.Banks"


def _of_room(room: type, path: str) -> list[str]:
    methods = [name for name, _ in inspect.getmembers(room, inspect.isfunction) if name[0] != "_"]
    return [f"{path}.{name}" for name in methods]


def _of_banks(which: Callable[[Any], bool]) -> list[str]:
    return [f"qbapps.banks.{name}" for name in dir(banks) if which(getattr(banks, name))]


SECTIONS: dict[str, list[str]] = {
    "api_open": ["qbapps.open", "qbapps.QBApps", *_methods_of(qbapps.QBApps)],
    **ROOMS,
    "api_desktop": ["qbapps.QBApps.desktop", *_of_room(Desktop, DESKTOP)],
    "api_qbxml": [f"qbapps.desktop.qbxml.{name}" for name in qbxml.__all__ if name[0].islower()],
    "api_banks": ["qbapps.QBApps.banks", *_of_room(Banks, BANKS)],
    "api_banks_rules": _of_banks(inspect.isfunction),
    "api_banks_models": _of_banks(inspect.isclass),
    "api_audit": _exported(_is_of_audit),
    "api_functions": _exported(_is_function),
    "api_aio": ["qbapps.aio.open", "qbapps.aio.AsyncQBApps", "qbapps.aio.AsyncDesktop", "qbapps.aio.AsyncBanks"],
    "api_models": _exported(_is_model),
    "api_words": _exported(_is_words),
    "api_further": reachable.further(),
    "api_testing": ["qbapps.testing.FakeClock", "qbapps.testing.open_without_sockets"],
    "api_simulator": [f"qbapps.simulator.{name}" for name in simulator.__all__ if name != "MATRIX"],
    "api_desktop_simulator": [f"qbapps.simulator.desktop.{name}" for name in desktop_simulator.__all__],
    "errors": _exported(_is_error),
}


def tabulated(section: str) -> str:
    """Return the names of a section, each with what it begins to say of itself."""
    return table(["name", "what it is"], [_told(name) for name in SECTIONS[section]])


def directives(section: str) -> str:
    """Return what makes Sphinx write a section from the docstrings."""
    return "\n".join(["```{eval-rst}", *(_directive(name) for name in SECTIONS[section]), "```"])


TABLES: dict[str, Callable[[], str]] = {name: partial(tabulated, name) for name in SECTIONS if name != "errors"}


def _named(name: str) -> Any:
    """Return what *name* stands for where it is imported from: not the module of that name, if a package has both."""
    path = ""
    value: Any = None
    for part in name.split("."):
        path = f"{path}.{part}".lstrip(".")
        value = getattr(value, part) if hasattr(value, part) else importlib.import_module(path)
    return value


def _told(name: str) -> list[str]:
    value = _named(name)
    said = first_paragraph(inspect.getdoc(value))
    if inspect.isclass(value) and issubclass(value, Enum):
        said += " One of " + ", ".join(f"`{member.value}`" for member in value) + "."
    return [f"`{name.rsplit('.', maxsplit=1)[-1]}`", said]


def _directive(name: str) -> str:
    value = _named(name)
    if isinstance(value, property):
        return f".. autoproperty:: {name}\n"
    if not inspect.isclass(value):
        kind = "method" if name.startswith(("qbapps.QBApps.", f"{DESKTOP}.", f"{BANKS}.")) else "function"
        return f".. auto{kind}:: {name}\n"
    options = [] if name in FACADES else ["members"]
    if issubclass(value, Enum):
        options.append("undoc-members")
    # Nobody makes a facade but ``open``.
    signature = "()" if name in FACADES else ""
    return "\n".join([f".. autoclass:: {name}{signature}", *(f"   :{option}:" for option in options), ""])
