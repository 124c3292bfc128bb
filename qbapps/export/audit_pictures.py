"""
The plots of an audit as pictures within a page, in the colours of the page, light or dark.

Raises on import:
    ConfigurationError: Altair or vl-convert is not installed.
"""

from __future__ import annotations

import io
import re
from typing import Final

from markupsafe import escape

from qbapps.export import audit_plots
from qbapps.export.audit_drawing import Plot
from qbapps.export.colours import LIGHT, variables
from qbapps.export.extras import needed
from qbapps.export.sheet import Sheet

with needed():
    import vl_convert  # noqa: F401 - Altair asks for it when it draws, with words of its own where it is missing

_OF_THE_PAGE: Final = {colour: name for name, colour in reversed(variables(LIGHT).items())}
"""By which custom property a page knows a colour."""

_COLOUR: Final = re.compile(r'"(#[0-9a-f]{6}|white)"')
_NAMESPACE: Final = re.compile(r' (?:xmlns(?::\w+)?|version)="[^"]*"')
_NAMED: Final = re.compile(r'(\bid="|url\(#|href="#)')


def pictures(sheet: Sheet) -> dict[str, str]:
    """Return the plots by name, each an ``svg`` element for an HTML page; no network."""
    return {
        "owners": svg(audit_plots.owners(sheet), "owners"),
        "expiry": svg(audit_plots.expiry(sheet), "expiry"),
        "states": svg(audit_plots.states(sheet), "states"),
    }


def svg(chart: Plot, name: str) -> str:
    """
    Return *chart* as an ``svg`` element whose ids begin with *name*, so that several fit on one page.

    It is one picture with a title and a description, which has every number, for those who do not see it.
    """
    written = io.StringIO()
    chart.save(written, format="svg")
    drawn = _NAMESPACE.sub("", written.getvalue())
    drawn = _NAMED.sub(lambda found: f"{found[1]}{name}-", drawn)
    drawn = _COLOUR.sub(lambda found: f'"{_colour(found[1])}"', drawn)
    spec = chart.to_dict()
    title = spec["title"] if isinstance(spec["title"], str) else spec["title"]["text"]
    read = f'role="img" aria-labelledby="{name}-title" aria-describedby="{name}-desc"'
    told = (
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(spec["description"])}</desc>'
    )
    return re.sub(r"^<svg([^>]*)>", lambda found: f"<svg {read}{found[1]}>{told}", drawn, count=1)


def _colour(drawn: str) -> str:
    known = _OF_THE_PAGE.get("#ffffff" if drawn == "white" else drawn)
    return drawn if known is None else f"var({known})"
