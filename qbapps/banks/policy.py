"""What a repair goes by where countries, banks and providers differ."""

from __future__ import annotations

from typing import Final

import attrs

from qbapps.banks.actions import RepairAction, one_of
from qbapps.domain.banks import regimes, spans
from qbapps.domain.banks.consent import RECONFIRM_GRACE, UPDATE_LIMIT
from qbapps.domain.banks.regimes import Regime
from qbapps.domain.banks.spans import Span
from qbapps.domain.banks.states import NOTICE

LONGEST_HISTORY: Final = Span(months=24)
"""
How far back the most generous banks go.

Source: Intuit help, "Comment connecter mon compte bancaire dans QuickBooks et gérer mes opérations ?": 90 days to 24
months, as the bank has it
"""

SURE_HISTORY: Final = Span(days=90)
"""How far back every bank goes. Source: the same page."""

PATIENCE: Final = Span(days=10)
"""
How long a failing sync is left alone before a person is asked to update.

Source: our choice; QuickBooks tries once a day, and providers give up after ten tries
"""


def _action(value: str) -> RepairAction:
    return one_of(RepairAction, value, "action")


@attrs.frozen(kw_only=True)
class Policy:
    """
    What a repair goes by; lengths are written ``"3 months"`` or ``"90 days"``.

    Attributes:
        limit: How long after it stopped a connection can be updated; later it is made anew.
        backfill: How far back the bank gives operations; None where nobody said. Set it where the bank is known to
            give less than the most generous: the gap that is left is named then.
        regime: ``EEA``, ``UK``, ``AU`` or ``OTHER``; None where nobody said.
        grace: How long after its end a consent can still be reconfirmed, where that is enough.
        notice: How long before its end a consent is renewed.
        patience: How long a failing sync is left alone.
        boundary: What to do on the very last day of the limit: updating does no harm, and where it fails one
            reconnects.
    """

    limit: Span = attrs.field(default=UPDATE_LIMIT, converter=spans.read)
    backfill: Span | None = attrs.field(default=None, converter=attrs.converters.optional(spans.read))
    regime: Regime | None = attrs.field(default=None, converter=attrs.converters.optional(regimes.read))
    grace: Span = attrs.field(default=RECONFIRM_GRACE, converter=spans.read)
    notice: Span = attrs.field(default=NOTICE, converter=spans.read)
    patience: Span = attrs.field(default=PATIENCE, converter=spans.read)
    boundary: RepairAction = attrs.field(
        default=RepairAction.UPDATE,
        converter=_action,
        validator=attrs.validators.in_((RepairAction.UPDATE, RepairAction.RECONNECT)),
    )

    @property
    def history(self) -> Span:
        """How far back operations are asked for: *backfill*, or as far as the most generous banks go."""
        return LONGEST_HISTORY if self.backfill is None else self.backfill

    @property
    def law(self) -> Regime:
        """Whose rules hold: *regime*, or those of the European Economic Area."""
        return Regime.EEA if self.regime is None else self.regime

    def or_else(self, *, backfill: Span | None = None, regime: Regime | None = None) -> Policy:
        """Return it with what is known from elsewhere, where it says nothing itself."""
        return attrs.evolve(
            self,
            backfill=backfill if self.backfill is None else self.backfill,
            regime=regime if self.regime is None else self.regime,
        )
