"""The charts of an audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from qbapps.export.extras import needed
from qbapps.export.sheet import Sheet

if TYPE_CHECKING:
    import altair as alt


@attrs.frozen
class Plots:
    """Charts of an audit, as Altair has them: a notebook shows them, ``save`` writes them as SVG, PNG or HTML."""

    _sheet: Sheet

    def owners(self) -> alt.Chart:
        """Who owns how many connections, and how many of them are at risk."""
        with needed():
            from qbapps.export import audit_plots  # noqa: PLC0415 - it loads Altair

        return audit_plots.owners(self._sheet)

    def expiry(self) -> alt.VConcatChart:
        """When connections end: month by month, tokens that are not used and consents after five years."""
        with needed():
            from qbapps.export import audit_plots  # noqa: PLC0415 - it loads Altair

        return audit_plots.expiry(self._sheet)

    def states(self) -> alt.Chart:
        """How many connections of each app are in which state."""
        with needed():
            from qbapps.export import audit_plots  # noqa: PLC0415 - it loads Altair

        return audit_plots.states(self._sheet)
