"""Making an HTML page of a template: everything that is put in is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from qbapps.language import labels, words


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("qbapps.export"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def breakable(text: str) -> Markup:
    """Return *text* escaped, with leave to break the line after an @ sign."""
    return escape(text).replace("@", Markup("@<wbr>"))


def render(template: str, lang: str | None, /, **values: Any) -> str:
    """
    Return *template* filled with *values* in *lang*.

    Templates say words with ``_()`` and ``plural()``, and have ``label``, ``say``, ``date``,
    ``day``, ``number`` and ``breakable``.
    """
    _ = words(lang)

    def label(member: StrEnum) -> str:
        return labels.label(member, lang)

    said: Mapping[str, Any] = {
        "_": _,
        "plural": _.plural,
        "label": label,
        "say": _.say,
        "date": _.date,
        "day": _.day,
        "number": _.number,
        "breakable": breakable,
        "lang": str(_.language),
    }
    return _environment().get_template(template).render(said, **values)
