"""A repair: what to do about a bank connection, why, and what is safe to fetch again for each account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import attrs

from qbapps.banks import steps
from qbapps.banks.actions import RepairAction, StopCause
from qbapps.banks.reasons import Because
from qbapps.banks.windows import Window
from qbapps.domain.banks.regimes import Renewal


def _freeze(windows: Mapping[str, Window]) -> Mapping[str, Window]:
    return MappingProxyType(dict(windows))


@attrs.frozen(kw_only=True)
class Repair:
    """
    What to do about a bank connection, as of *today*.

    Attributes:
        stopped_on: The last day that was synchronised, or will be; None where it is not known.
        renewal: What the customer does for it; None where nothing is renewed.
        act_by: The last day on which this is still what to do; None where waiting changes nothing.
        reasons: Why, the connection's first, then each account's.
        windows: What to fetch again, by ledger account; empty where QuickBooks goes on where it was.
        bank: Its name for the steps.
    """

    action: RepairAction
    cause: StopCause
    stopped_on: date | None
    today: date
    renewal: Renewal | None = None
    act_by: date | None = None
    reasons: tuple[Because, ...] = ()
    windows: Mapping[str, Window] = attrs.field(factory=dict, converter=_freeze, hash=False)
    bank: str | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its reasons, each once, in their order."""
        return tuple(dict.fromkeys(reason.code for reason in self.reasons))

    @property
    def has_gap(self) -> bool:
        """Whether some account lacks rows that only a file can bring."""
        return any(window.gap is not None for window in self.windows.values())

    def why(self, lang: str | None = None) -> tuple[str, ...]:
        """Return its reasons as sentences."""
        return tuple(reason.said(lang) for reason in self.reasons)

    def steps(self, lang: str | None = None) -> tuple[str, ...]:
        """
        Return what a person does in QuickBooks, in order, with the dates to type; nothing where there is nothing to do.

        Raises:
            ConfigurationError: It is a language the library does not speak.
        """
        return steps.told(
            self.action,
            self.windows,
            lang,
            bank=self.bank,
            renewal=self.renewal,
            cause=self.cause,
            stopped_on=self.stopped_on,
        )

    def labels_as_of(self, lang: str | None = None) -> str:
        """Return the sentence that says how old the names of menus in the steps are."""
        return steps.labels_as_of(lang)
